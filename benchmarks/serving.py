"""What benchmarks of a server share: requests to it, a session to send, what is seen of it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cellucid_ext.auth import KERNEL_HEADER
from cellucid_ext.protocol import SESSION_MAGIC

PIECE = 2**20
"""Sessions are multiples of so many bytes, and their head."""


def write_session(path: Path, size: int) -> None:
    """Write a valid session with one uncompressed chunk of `size` random bytes."""
    chunk = {"id": "benchmark/bytes", "contributorId": "benchmark", "priority": "lazy"}
    chunk |= {"kind": "binary", "codec": "none", "label": "bytes", "datasetDependent": False}
    chunk |= {"storedBytes": size, "uncompressedBytes": size}
    manifest = json.dumps({"createdAt": "2026-01-01T00:00:00.000Z", "chunks": [chunk]}).encode()
    with path.open("wb") as file:
        file.write(SESSION_MAGIC + struct.pack("<I", len(manifest)) + manifest)
        file.write(struct.pack("<I", size))
        for _ in range(size // PIECE):
            file.write(os.urandom(PIECE))


def percentile(values: list[float], percent: float) -> float:
    """Give the value that `percent` of the values do not exceed."""
    return sorted(values)[int(percent / 100 * (len(values) - 1))]


class Client:
    """Requests with the server's token, each on a connection of its own."""

    def __init__(self, url: str, token: str, kernel: str = "benchmark") -> None:
        parts = urlsplit(url)
        self.host, self.path = parts.netloc, parts.path
        self.headers = {"Authorization": f"token {token}", KERNEL_HEADER: kernel}

    def answer(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Ask; returns the status, whatever it is, and the body answered."""
        connection = http.client.HTTPConnection(self.host, timeout=120, blocksize=PIECE)
        try:
            connection.request(method, self.path + path, body=body, headers=self.headers)  # type: ignore[arg-type]
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def send(self, method: str, path: str, body: object = None) -> bytes:
        """Ask for what must not be refused; returns the body answered."""
        status, content = self.answer(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:300]!r}")
        return content

    def digest(self, path: str) -> str:
        """Ask for a file that must be there; returns the SHA-256 of what comes, in hex."""
        digest = hashlib.sha256()
        connection = http.client.HTTPConnection(self.host, timeout=120)
        try:
            connection.request("GET", self.path + path, headers=self.headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise RuntimeError(f"GET {path}: {answer.status} {answer.read(300)!r}")
            while piece := answer.read(PIECE):
                digest.update(piece)
        finally:
            connection.close()
        return digest.hexdigest()

    def post(self, path: str, document: object) -> dict[str, str]:
        """Post JSON; returns the JSON answered."""
        answer: dict[str, str] = json.loads(self.send("POST", path, json.dumps(document).encode()))
        return answer


@dataclass
class Watch:
    """What was seen of the server while something ran: how `/api` answered, how much memory."""

    seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        """How long all but the slowest hundredth of the probes took, in ms."""
        return 1000 * percentile(self.seconds, 99)


def watch(
    client: Client,
    process: psutil.Process,
    still: Callable[[], bool],
    bare: Client | None = None,
) -> Watch:
    """Probe the server, and a bare one in turn, for as long as `still` says."""
    seen = Watch()
    while still():
        seen.seconds.append(_seconds(client))
        seen.memory.append(process.memory_info().rss)
        if bare is not None:
            seen.bare.append(_seconds(bare))
        time.sleep(0.005)
    return seen


def _seconds(client: Client) -> float:
    begin = time.perf_counter()
    client.send("GET", "api")
    return time.perf_counter() - begin
