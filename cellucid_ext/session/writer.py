"""`SessionWriter`: chunks in any order in, one valid file out."""

from __future__ import annotations

import copy
import os
import tempfile
import zlib
from collections.abc import Container, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from .bundle import CellucidSessionBundle
from .container import MAGIC, MAX_MANIFEST_BYTES, U32, Frame
from .files import replacing
from .inflate import MAX_CHUNK_BYTES
from .inventory import NAMES
from .json_bytes import json_bytes
from .rows import row_identity

_IN_MEMORY: Final = 16 * 2**20
_PIECE: Final = 2**20
_GZIP: Final = 31


class SessionWriter:
    """Collects the chunks of a session and writes them as one file of format 1.

    What is added is compressed at once and kept on disk where it is much, so that no more than a
    piece of a chunk need be in memory.

    Parameters
    ----------
    dataset_fingerprint
        ``{sourceType, datasetId, cellCount, varCount}``, as the format has it.
    rows
        The row identity (`RowIdentity.to_json`), where there is one; `add_names` makes it.

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
        self._chunks: dict[str, tuple[dict[str, Any], Frame]] = {}
        self._stored = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    @classmethod
    def from_bundle(
        cls, bundle: CellucidSessionBundle, *, without: Container[str] = ()
    ) -> SessionWriter:
        """Begin with what a session holds: its manifest and chunks, also those nobody knows.

        Parameters
        ----------
        bundle
            A session of format 1.
        without
            Ids of chunks that are left out, such as those to be written anew.

        Raises
        ------
        ValueError
            If the session is of format 2, which is read only.
        """
        if bundle.format != 1:
            raise ValueError(f"a session of format {bundle.format} can be read, but not written")
        writer = cls()
        head = {key: value for key, value in bundle.manifest.items() if key != "chunks"}
        writer._head = copy.deepcopy(head)
        for chunk_id in bundle.list_chunk_ids():
            if chunk_id not in without:
                writer.add_from(bundle, chunk_id)
        return writer

    def add_json(self, chunk_id: str, value: object, *, contributor: str, **meta: Any) -> None:
        """Add a chunk of JSON; `meta` as of `add_bytes`."""
        self._add(chunk_id, [json_bytes(value)], "json", contributor, **meta)

    def add_bytes(
        self, chunk_id: str, data: bytes | Iterable[bytes], *, contributor: str, **meta: Any
    ) -> None:
        """Add a binary chunk.

        Parameters
        ----------
        chunk_id
            Its id; none may be given twice.
        data
            Its payload, not compressed; in pieces where it is large.
        contributor
            Who it belongs to.
        **meta
            ``priority`` (``"eager"`` or ``"lazy"``), ``label``, ``dataset_dependent``.

        Raises
        ------
        ValueError
            If the id was added before, or the payload is above 512 MiB.
        """
        pieces = [data] if isinstance(data, bytes) else data
        self._add(chunk_id, pieces, "binary", contributor, **meta)

    def add_names(self, names: Iterable[object], *, listed: bool = True) -> None:
        """Add the hashes by which the cells are known again, and their names.

        Parameters
        ----------
        names
            In row order.
        listed
            Whether the names themselves are added, and not the hashes only. Names that hold a line
            feed can't be.
        """
        from .codecs import encode_names

        texts = list(map(str, names))
        # What others' files have in its place may be anything.
        ours = self._head.get("cellucidExt")
        rows = row_identity(texts).to_json()
        self._head["cellucidExt"] = {**(ours if isinstance(ours, dict) else {}), "rows": rows}
        if listed and not any("\n" in text for text in texts):
            self.add_bytes(
                NAMES,
                encode_names(texts),
                contributor="identity",
                priority="lazy",
                label="Names of the cells",
            )

    def add_from(self, bundle: CellucidSessionBundle, chunk_id: str) -> None:
        """Carry a chunk of another session over, byte for byte.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        meta = bundle.get_chunk_meta(chunk_id)
        self._refuse_twice(chunk_id)
        begin = self._stored.seek(0, os.SEEK_END)
        for piece in bundle.iter_chunk_bytes(chunk_id):
            self._stored.write(piece)
        self._chunks[chunk_id] = (meta, Frame(begin, self._stored.tell() - begin))

    def _add(
        self,
        chunk_id: str,
        pieces: Iterable[bytes],
        kind: Literal["json", "binary"],
        contributor: str,
        *,
        priority: Literal["eager", "lazy"] = "eager",
        label: str = "",
        dataset_dependent: bool = True,
    ) -> None:
        self._refuse_twice(chunk_id)
        begin = self._stored.seek(0, os.SEEK_END)
        size = 0
        # gzip's header has no time in it then, so that the same state gives the same bytes.
        machine = zlib.compressobj(wbits=_GZIP)
        for piece in pieces:
            size += len(piece)
            if size > MAX_CHUNK_BYTES:
                self._stored.truncate(begin)
                raise ValueError(f"chunk {chunk_id!r} is above {MAX_CHUNK_BYTES:,} bytes")
            self._stored.write(machine.compress(piece))
        self._stored.write(machine.flush())
        stored = Frame(begin, self._stored.tell() - begin)
        meta = {
            "id": chunk_id,
            "contributorId": contributor,
            "priority": priority,
            "kind": kind,
            "codec": "gzip",
            "label": label or chunk_id,
            "datasetDependent": dataset_dependent,
            "storedBytes": stored.size,
            "uncompressedBytes": size,
        }
        self._chunks[chunk_id] = (meta, stored)

    def _refuse_twice(self, chunk_id: str) -> None:
        if chunk_id in self._chunks:
            raise ValueError(f"the chunk {chunk_id!r} was added before")

    def write(self, dest: str | os.PathLike[str]) -> Path:
        """Write the file beside `dest` and rename it, so that a failure leaves what was there.

        Eager chunks stand before lazy ones, else in the order they were added.
        """
        target = Path(dest)
        ordered = sorted(
            self._chunks.values(), key=lambda chunk: chunk[0].get("priority") != "eager"
        )
        manifest = {**self._head, "chunks": [meta for meta, _ in ordered]}
        head = json_bytes(manifest)
        if len(head) > MAX_MANIFEST_BYTES:
            raise ValueError(
                f"the manifest of {len(ordered):,} chunks is {len(head):,} bytes; "
                f"{MAX_MANIFEST_BYTES:,} are allowed"
            )
        with replacing(target) as file:
            file.write(MAGIC + U32.pack(len(head)) + head)
            for _, stored in ordered:
                file.write(U32.pack(stored.size))
                self._stored.seek(stored.offset)
                for begin in range(0, stored.size, _PIECE):
                    file.write(self._stored.read(min(_PIECE, stored.size - begin)))
        return target


def _now() -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return now.replace("+00:00", "Z")
