"""`SessionWriter`: chunks in any order in, one valid file out."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from .bundle import CellucidSessionBundle
from .container import MAGIC, MAX_MANIFEST_BYTES, U32
from .files import replacing
from .inflate import MAX_CHUNK_BYTES


class SessionWriter:
    """Collects the chunks of a session and writes them as one file.

    Parameters
    ----------
    dataset_fingerprint
        ``{sourceType, datasetId, cellCount, varCount}``, as the format has it.
    rows
        The row identity (`RowIdentity.to_json`), where there is one.

    Examples
    --------
    >>> writer = SessionWriter({"sourceType": "jupyter", "datasetId": "d", "cellCount": 3})
    >>> writer.add_json("core/state", {"schema": 1}, contributor="core-state")
    >>> writer.write("empty.cellucid-session")                      # doctest: +SKIP
    """

    def __init__(
        self,
        dataset_fingerprint: dict[str, Any] | None = None,
        rows: dict[str, Any] | None = None,
    ) -> None:
        from .._version import __version__

        self._head: dict[str, Any] = {"createdAt": _now()}
        if dataset_fingerprint is not None:
            source = {key: dataset_fingerprint.get(key) for key in ("sourceType", "datasetId")}
            self._head["dataSource"] = {**source, "userPath": None}
            self._head["datasetFingerprint"] = dataset_fingerprint
        self._head["cellucidExt"] = {
            "writer": {"name": "cellucid_ext", "version": __version__},
            **({} if rows is None else {"rows": rows}),
        }
        self._chunks: dict[str, tuple[dict[str, Any], bytes]] = {}

    def add_json(self, chunk_id: str, value: object, *, contributor: str, **meta: Any) -> None:
        """Add a chunk of JSON; `meta` as of `add_bytes`."""
        self._add(chunk_id, _json(value), "json", contributor, **meta)

    def add_bytes(self, chunk_id: str, data: bytes, *, contributor: str, **meta: Any) -> None:
        """Add a binary chunk.

        Parameters
        ----------
        chunk_id
            Its id; none may be given twice.
        data
            Its payload, not compressed.
        contributor
            Who it belongs to.
        **meta
            ``priority`` (``"eager"`` or ``"lazy"``), ``label``, ``dataset_dependent``.
        """
        self._add(chunk_id, data, "binary", contributor, **meta)

    def add_from(self, bundle: CellucidSessionBundle, chunk_id: str) -> None:
        """Carry a chunk of another session over, byte for byte."""
        self._put(bundle.get_chunk_meta(chunk_id), bundle.read_chunk_bytes(chunk_id))

    def _add(
        self,
        chunk_id: str,
        data: bytes,
        kind: Literal["json", "binary"],
        contributor: str,
        *,
        priority: Literal["eager", "lazy"] = "eager",
        label: str = "",
        dataset_dependent: bool = True,
    ) -> None:
        if len(data) > MAX_CHUNK_BYTES:
            raise ValueError(
                f"chunk {chunk_id!r} is {len(data):,} bytes; {MAX_CHUNK_BYTES:,} are allowed"
            )
        # Without a time in it, so that the same state gives the same bytes.
        stored = gzip.compress(data, mtime=0)
        meta = {
            "id": chunk_id,
            "contributorId": contributor,
            "priority": priority,
            "kind": kind,
            "codec": "gzip",
            "label": label or chunk_id,
            "datasetDependent": dataset_dependent,
            "storedBytes": len(stored),
            "uncompressedBytes": len(data),
        }
        self._put(meta, stored)

    def _put(self, meta: dict[str, Any], stored: bytes) -> None:
        chunk_id = meta["id"]
        if chunk_id in self._chunks:
            raise ValueError(f"the chunk {chunk_id!r} was added before")
        self._chunks[chunk_id] = (meta, stored)

    def write(self, dest: str | os.PathLike[str]) -> Path:
        """Write the file beside `dest` and rename it, so that a failure leaves what was there."""
        target = Path(dest)
        ordered = sorted(
            self._chunks.values(), key=lambda chunk: chunk[0].get("priority") != "eager"
        )
        manifest = {**self._head, "chunks": [meta for meta, _ in ordered]}
        head = _json(manifest)
        if len(head) > MAX_MANIFEST_BYTES:
            raise ValueError(
                f"the manifest of {len(ordered):,} chunks is {len(head):,} bytes; "
                f"{MAX_MANIFEST_BYTES:,} are allowed"
            )
        with replacing(target) as file:
            file.write(MAGIC + U32.pack(len(head)) + head)
            for _, stored in ordered:
                file.write(U32.pack(len(stored)))
                file.write(stored)
        return target


def _json(value: object) -> bytes:
    # ASCII, since half a surrogate pair in a name has no UTF-8 and would make a file none can read.
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def _now() -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return now.replace("+00:00", "Z")
