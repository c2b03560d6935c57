"""Session files of a given size, and a dataset of nothing."""

from __future__ import annotations

import json
import struct
from typing import Any

from cellucid_ext.dataset.source import File
from cellucid_ext.protocol import SESSION_MAGIC


def session(size: int = 100) -> bytes:
    """Write a valid session with one uncompressed chunk of `size` bytes."""
    chunk: dict[str, Any] = {"id": "faults/bytes", "contributorId": "faults", "priority": "lazy"}
    chunk |= {"kind": "binary", "codec": "none", "label": "bytes", "datasetDependent": False}
    chunk |= {"storedBytes": size, "uncompressedBytes": size}
    manifest = json.dumps({"createdAt": "2026-01-01T00:00:00.000Z", "chunks": [chunk]}).encode()
    head = SESSION_MAGIC + struct.pack("<I", len(manifest)) + manifest
    return head + struct.pack("<I", size) + bytes(size)


class NoFiles:
    """A dataset whose page never asks for anything."""

    id = name = "faults"
    n_cells, n_vars = 1000, 5
    revision = order_sha256 = None

    def read(self, path: str) -> File:
        """There is nothing."""
        raise FileNotFoundError(path)
