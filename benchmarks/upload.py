"""A large session uploaded to a real server: its memory, and how `/api` answers meanwhile.

The floor, measured in the same run, is the same bytes written and hashed by a plain loop, and
`/api` on the idle server.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import multiprocessing
import os
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cellucid_ext.auth import KERNEL_HEADER
from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE, SESSION_MAGIC

from .table import Table

_PIECE = 2**20


def _write_session(path: Path, size: int) -> None:
    """Write a valid session with one uncompressed chunk of `size` random bytes."""
    chunk = {"id": "benchmark/bytes", "contributorId": "benchmark", "priority": "lazy"}
    chunk |= {"kind": "binary", "codec": "none", "label": "bytes", "datasetDependent": False}
    chunk |= {"storedBytes": size, "uncompressedBytes": size}
    manifest = json.dumps({"createdAt": "2026-01-01T00:00:00.000Z", "chunks": [chunk]}).encode()
    with path.open("wb") as file:
        file.write(SESSION_MAGIC + struct.pack("<I", len(manifest)) + manifest)
        file.write(struct.pack("<I", size))
        for _ in range(size // _PIECE):
            file.write(os.urandom(_PIECE))


class _Client:
    """Requests with the server's token, each on a connection of its own."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self.host, self.path = parts.netloc, parts.path
        self.headers = {"Authorization": f"token {token}", KERNEL_HEADER: "benchmark"}

    def send(self, method: str, path: str, body: object = None) -> bytes:
        connection = http.client.HTTPConnection(self.host, timeout=120)
        connection.request(method, self.path + path, body=body, headers=self.headers)  # type: ignore[arg-type]
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def post(self, path: str, document: object) -> dict[str, str]:
        answer: dict[str, str] = json.loads(self.send("POST", path, json.dumps(document).encode()))
        return answer


def _upload(client: _Client, path: str, file: Path) -> None:
    client.headers["Content-Length"] = str(file.stat().st_size)
    with file.open("rb") as body:
        client.send("POST", path, body)


def _copy_and_hash(source: Path, folder: Path) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as file, tempfile.TemporaryFile(dir=folder) as copy:
        while piece := file.read(_PIECE):
            digest.update(piece)
            copy.write(piece)


@dataclass
class _Watch:
    """What was seen of the server while something ran: how `/api` answered, how much memory."""

    seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        ordered = sorted(self.seconds)
        return 1000 * ordered[int(0.99 * (len(ordered) - 1))]


def _watch(client: _Client, process: psutil.Process, still: Callable[[], bool]) -> _Watch:
    watch = _Watch()
    while still():
        begin = time.perf_counter()
        client.send("GET", "api")
        watch.seconds.append(time.perf_counter() - begin)
        watch.memory.append(process.memory_info().rss)
        time.sleep(0.005)
    return watch


def run(*, quick: bool = False) -> Table:
    """Upload 400 MB (4 MB when quick) and return the table."""
    size = (4 if quick else 400) * 10**6 // _PIECE * _PIECE
    with tempfile.TemporaryDirectory() as name, OwnServer() as server:
        folder = Path(name)
        file, small = folder / "large.cellucid-session", folder / "small.cellucid-session"
        _write_session(file, size)
        _write_session(small, _PIECE)
        process, client = psutil.Process(server.pid), _Client(server.url, server.token)
        dataset = {"id": "benchmark", "name": "benchmark", "nCells": 1, "nVars": 1}
        viewer = client.post(
            f"{NAMESPACE}/viewers", {"title": "benchmark", "height": 600, "dataset": dataset}
        )["viewerId"]

        def target(request: str) -> str:
            client.post(
                f"{NAMESPACE}/viewers/{viewer}/requests", {"requestId": request, "ttlSeconds": 600}
            )
            return f"{NAMESPACE}/session_bundle?viewerId={viewer}&requestId={request}"

        _upload(_Client(server.url, server.token), target("warm"), small)
        end = time.monotonic() + (0.5 if quick else 5)
        idle = _watch(client, process, lambda: time.monotonic() < end)
        before = process.memory_info().rss

        path = target("large")
        arguments = (_Client(server.url, server.token), path, file)
        sender = multiprocessing.get_context("spawn").Process(target=_upload, args=arguments)
        begin = time.perf_counter()
        sender.start()
        busy = _watch(client, process, sender.is_alive)
        sender.join()
        took = time.perf_counter() - begin
        if sender.exitcode:
            raise RuntimeError("the upload failed; its error is above")

        begin = time.perf_counter()
        _copy_and_hash(file, folder)
        floor = time.perf_counter() - begin

    table = Table(f"Upload of {size / 10**6:.0f} MB to a real server ({len(busy.seconds)} probes)")
    table.add("growth of the server's memory", (max(busy.memory) - before) / 2**20, "MiB", 32)
    table.add("/api during the upload, p99", busy.p99_ms, "ms", 100)
    table.add("/api on the idle server, p99 (floor)", idle.p99_ms, "ms")
    table.add("upload, with the start of the sending process", took, "s")
    table.add("the same bytes written and hashed by a loop (floor)", floor, "s")
    return table
