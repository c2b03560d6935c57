"""A server under load: 100 viewers with an event a second each, and 8 sessions of 100 MB at once.

Kernels, pages and uploads are processes of their own, that speak the protocol, so the server's
memory is measured alone. Its settings are the default ones: four uploads at a time, the others are
refused and try again, as the page does, until it is their turn. A bare server is probed in turn
with `/api`: what the machine itself takes for an answer while it is so busy.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE, PART_BYTES

from .bare import bare_server
from .crowd import Crowd, started
from .serving import PIECE, Client, Watch, percentile, watch, write_session
from .table import Table

KERNELS = 2
_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE_SECONDS = 0.25, 4.0, 600.0


@dataclass(frozen=True)
class _Sent:
    """Whether a session arrived whole, how often it was refused until then, and for how long."""

    whole: bool
    refused: int
    seconds: float


@dataclass(frozen=True)
class _Sender:
    """One page that hands its session over, and the kernel that fetches it."""

    client: Client
    viewer: str

    def run(self, session: memoryview) -> _Sent:
        """Send a session of its own, and fetch it."""
        own = os.urandom(16)
        request, refused, waited = own.hex(), 0, 0.0
        path = f"{NAMESPACE}/viewers/{self.viewer}/requests"
        self.client.post(path, {"requestId": request, "ttlSeconds": 3600})
        expected, of = hashlib.sha256(), -(-len(session) // PART_BYTES)
        for number, part in enumerate(_parts(session, own), 1):
            expected.update(part)
            query = f"viewerId={self.viewer}&requestId={request}&part={number}&parts={of}"
            refusals, seconds = self._send(f"{NAMESPACE}/session_bundle?{query}", part)
            refused, waited = refused + refusals, waited + seconds
        arrived = self.client.digest(f"{path}/{request}/bundle")
        return _Sent(arrived == expected.hexdigest(), refused, waited)

    def _send(self, path: str, part: bytes | memoryview) -> tuple[int, float]:
        refused, wait, begin = 0, _FIRST_WAIT, time.monotonic()
        while (waited := time.monotonic() - begin) < _PATIENCE_SECONDS:
            status, content = self.client.answer("POST", path, part)
            if status == 200:
                return refused, waited
            if status != 429 or json.loads(content)["code"] != "too-many":
                raise RuntimeError(f"an upload was answered {status}: {content[:300]!r}")
            refused += 1
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
        raise RuntimeError(f"an upload was refused for {_PATIENCE_SECONDS:g} s: {content!r}")


def _parts(session: memoryview, own: bytes) -> Iterator[bytes | memoryview]:
    # The last bytes differ, so that two sessions that were mixed up would be found out.
    last = (len(session) - 1) // PART_BYTES * PART_BYTES
    for start in range(0, last, PART_BYTES):
        yield session[start : start + PART_BYTES]
    yield bytes(session[last : -len(own)]) + own


def _send_all(file: Path, senders: list[_Sender], done: Connection) -> None:
    session = memoryview(file.read_bytes())
    with ThreadPoolExecutor(len(senders)) as threads:
        done.send(list(threads.map(lambda sender: sender.run(session), senders)))


def _upload(
    file: Path, senders: list[_Sender], look: Callable[[Callable[[], bool]], Watch]
) -> tuple[Watch, list[_Sent]]:
    """Send all at once, and look at the server meanwhile."""
    here, there = multiprocessing.Pipe()
    arguments = (file, senders, there)
    sending = multiprocessing.get_context("spawn").Process(target=_send_all, args=arguments)
    sending.start()
    there.close()
    seen = look(lambda: not here.poll())  # true too at the end of its process
    try:
        results: list[_Sent] = here.recv()
    except EOFError:
        raise RuntimeError("the uploads failed; the error is above") from None
    sending.join()
    return seen, results


def _register(client: Client) -> str:
    dataset = {"id": "benchmark", "name": "benchmark", "nCells": 1, "nVars": 1}
    body = {"title": "benchmark", "height": 600, "dataset": dataset}
    return client.post(f"{NAMESPACE}/viewers", body)["viewerId"]


def _for(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def run(*, quick: bool = False) -> Table:
    """Load a server for 30 s at least (small and short when quick) and return the table."""
    n_viewers, seconds = (10, 2.0) if quick else (100, 30.0)
    n_uploads, size = (6, 4 * PIECE) if quick else (8, 10**8 // PIECE * PIECE)
    with (
        tempfile.TemporaryDirectory() as name,
        OwnServer() as server,
        bare_server() as bare_url,
    ):
        large, small = Path(name) / "large", Path(name) / "small"
        write_session(large, size)
        write_session(small, PIECE)
        process = psutil.Process(server.pid)
        probe, bare = Client(server.url, server.token), Client(bare_url, "")
        clients = [Client(server.url, server.token, f"kernel-{i}") for i in range(KERNELS)]

        def look(still: Callable[[], bool]) -> Watch:
            return watch(probe, process, still, bare)

        # What Python loads with the first upload is not of the load.
        warm = Client(server.url, server.token)
        _upload(small, [_Sender(warm, _register(warm))], look)
        idle = look(_for(seconds / 6))
        before = process.memory_info().rss

        owners = [clients[i % KERNELS] for i in range(n_viewers)]
        ids = [_register(client) for client in owners]
        viewers = {f"kernel-{i}": ids[i::KERNELS] for i in range(KERNELS)}
        with started(Crowd(server.url, server.token, viewers)) as crowd:
            crowd.wait_until_connected()
            begin = time.monotonic()
            calm = look(_for(seconds / 6))
            senders = [_Sender(owners[i], ids[i]) for i in range(n_uploads)]
            sent_at = time.monotonic()
            busy, results = _upload(large, senders, look)
            took = time.monotonic() - sent_at
            after = look(_for(begin + seconds - time.monotonic()))
            events, lost, twice = crowd.stop()

    seen = [calm, busy, after]
    peak = max(memory for watched in seen for memory in watched.memory)
    probes = [probed for watched in seen for probed in watched.seconds]
    whole = sum(sent.whole for sent in results)
    table = Table(
        f"{n_viewers} viewers, an event a second each, {n_uploads} uploads of "
        f"{size / 10**6:.0f} MB at once ({len(probes)} probes)"
    )
    table.add("growth of the server's memory", (peak - before) / 2**20, "MiB", 64)
    table.add("/api, p99", 1000 * percentile(probes, 99), "ms", 150)
    table.add("/api while sessions arrive, p99", busy.p99_ms, "ms", 150)
    table.add("bare server meanwhile, p99 (floor)", 1000 * percentile(busy.bare, 99), "ms")
    table.add("/api with the viewers only, p99", calm.p99_ms, "ms")
    table.add("/api on the idle server, p99 (floor)", idle.p99_ms, "ms")
    table.add("events lost", lost, "events", 0)
    table.add("events that came twice", twice, "events", 0)
    table.add("events sent", events, "events")
    table.add("sessions that arrived whole", whole, "sessions", at_least=n_uploads)
    refused = sum(sent.refused for sent in results)
    table.add("refusals (429 too-many) until then", refused, "refusals")
    table.add("longest time that one was refused", max(sent.seconds for sent in results), "s")
    table.add("all sessions, sent and fetched", took, "s")
    return table
