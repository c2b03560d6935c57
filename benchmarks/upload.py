"""A large session uploaded to a real server: its memory, and how `/api` answers meanwhile.

The floor, measured in the same run, is the same bytes written and hashed by a plain loop, and
`/api` on the idle server.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
import time
from pathlib import Path

import psutil

from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE

from .serving import PIECE, Client, watch, write_session
from .table import Table


def _upload(client: Client, path: str, file: Path) -> None:
    client.headers["Content-Length"] = str(file.stat().st_size)
    with file.open("rb") as body:
        client.send("POST", path, body)


def _copy_and_hash(source: Path, folder: Path) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as file, tempfile.TemporaryFile(dir=folder) as copy:
        while piece := file.read(PIECE):
            digest.update(piece)
            copy.write(piece)


def run(*, quick: bool = False) -> Table:
    """Upload 400 MB (4 MB when quick) and return the table."""
    size = (4 if quick else 400) * 10**6 // PIECE * PIECE
    with tempfile.TemporaryDirectory() as name, OwnServer() as server:
        folder = Path(name)
        file, small = folder / "large.cellucid-session", folder / "small.cellucid-session"
        write_session(file, size)
        write_session(small, PIECE)
        process, client = psutil.Process(server.pid), Client(server.url, server.token)
        dataset = {"id": "benchmark", "name": "benchmark", "nCells": 1, "nVars": 1}
        viewer = client.post(
            f"{NAMESPACE}/viewers", {"title": "benchmark", "height": 600, "dataset": dataset}
        )["viewerId"]

        def target(request: str) -> str:
            client.post(
                f"{NAMESPACE}/viewers/{viewer}/requests", {"requestId": request, "ttlSeconds": 600}
            )
            return f"{NAMESPACE}/session_bundle?viewerId={viewer}&requestId={request}"

        _upload(Client(server.url, server.token), target("warm"), small)
        end = time.monotonic() + (0.5 if quick else 5)
        idle = watch(client, process, lambda: time.monotonic() < end)
        before = process.memory_info().rss

        path = target("large")
        arguments = (Client(server.url, server.token), path, file)
        sender = multiprocessing.get_context("spawn").Process(target=_upload, args=arguments)
        begin = time.perf_counter()
        sender.start()
        busy = watch(client, process, sender.is_alive)
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
