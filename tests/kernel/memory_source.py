"""A dataset of a few files in memory."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MemoryFile:
    body: bytes | memoryview
    etag: str
    lasts: bool = True


@dataclass
class MemorySource:
    id: str = "cells"
    name: str = "Cells"
    n_cells: int = 1000
    n_vars: int = 5
    revision: str | None = None
    order_sha256: str | None = None
    files: dict[str, bytes] = field(default_factory=lambda: {"a.bin": bytes(range(256))})
    slow: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def read(self, path: str) -> MemoryFile:
        if path in self.slow:
            assert self.gate.wait(20)
        if path == "broken":
            raise RuntimeError("the disk is on fire")
        if path == "unmakeable":
            raise ValueError("obs column 'x' can't be shown")
        if path not in self.files:
            raise FileNotFoundError(path)
        body = self.files[path]
        return MemoryFile(memoryview(body), f'"{hashlib.sha256(body).hexdigest()[:16]}"')
