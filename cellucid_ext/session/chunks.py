"""`SessionChunks`: a session file as its manifest and the bytes of its chunks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from .container import read_container
from .errors import SessionFormatError
from .files import SessionFile, replacing
from .inflate import MAX_CHUNK_BYTES, inflate

_PIECE: Final = 2**20


class SessionChunks:
    """What `CellucidSessionBundle` knows of a file before it looks into its chunks."""

    def __init__(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        self._file = SessionFile(path)
        self.path = self._file.path
        with self._file.reading() as file:
            container = read_container(file)
        if container.format == 2:
            from .format2 import check_manifest

            check_manifest(container.manifest)
        self.format: Literal[1, 2] = container.format
        self.manifest = container.manifest
        self.size = container.size
        self._frames = container.frames
        self._meta = {chunk["id"]: chunk for chunk in self.manifest["chunks"]}

    def list_chunk_ids(self) -> list[str]:
        """Ids of the chunks, in file order."""
        return list(self._frames)

    def has_chunk(self, chunk_id: str) -> bool:
        """Say whether there is such a chunk."""
        return chunk_id in self._frames

    def get_chunk_meta(self, chunk_id: str) -> dict[str, Any]:
        """Give what the manifest says of a chunk.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        meta: dict[str, Any] = self._meta[chunk_id]
        return meta

    def stored_bytes(self, chunk_id: str) -> int:
        """Give the size of a chunk as it stands in the file, whatever the manifest says.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        return self._frames[chunk_id].size

    def read_chunk_bytes(self, chunk_id: str) -> bytes:
        """Give the bytes of a chunk as they stand in the file, perhaps compressed.

        As the method of this name in the PyPI package `cellucid`; `read_payload` inflates them.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        return b"".join(self.iter_chunk_bytes(chunk_id))

    def iter_chunk_bytes(self, chunk_id: str) -> Iterator[bytes]:
        """Give what `read_chunk_bytes` gives, in pieces.

        Raises
        ------
        KeyError
            If there is no such chunk.
        """
        frame = self._frames[chunk_id]
        for begin in range(0, frame.size, _PIECE):
            # Found again for each, since a file that someone opened is shared.
            with self._file.reading() as file:
                file.seek(frame.offset + begin)
                piece = file.read(min(_PIECE, frame.size - begin))
            if len(piece) < min(_PIECE, frame.size - begin):
                raise SessionFormatError(
                    f"chunk {chunk_id!r}: the file was cut since it was opened"
                )
            yield piece

    def read_file_bytes(self, start: int, size: int) -> bytes:
        """Give bytes of the file as they stand, whatever they are of.

        Parameters
        ----------
        start
            Where they begin, counted from the start of the file.
        size
            How many there are.

        Raises
        ------
        SessionFormatError
            If the file was changed since it was opened.
        """
        with self._file.reading() as file:
            file.seek(start)
            found = file.read(size)
        if len(found) < size:
            raise SessionFormatError("the file was cut since it was opened")
        return found

    def read_payload(self, chunk_id: str) -> bytes:
        """Give the bytes of a chunk, inflated where they are compressed.

        Raises
        ------
        KeyError
            If there is no such chunk.
        SessionFormatError
            If its codec is unknown, its data are damaged, or they inflate beyond their limit.
        """
        meta = self.get_chunk_meta(chunk_id)
        codec = meta.get("codec", "none")
        if codec not in ("none", "gzip"):
            raise SessionFormatError(f"Unsupported session chunk codec: {codec!r}")
        if codec == "none":
            if self._frames[chunk_id].size > MAX_CHUNK_BYTES:
                raise SessionFormatError(f"chunk {chunk_id!r} is above {MAX_CHUNK_BYTES:,} bytes")
            return self.read_chunk_bytes(chunk_id)
        declared = meta.get("uncompressedBytes")
        if declared is not None and (type(declared) is not int or declared < 0):
            raise SessionFormatError(f"chunk {chunk_id!r}: uncompressedBytes is {declared!r}")
        return inflate(self.read_chunk_bytes(chunk_id), declared, chunk_id)

    def save(self, dest: str | os.PathLike[str]) -> Path:
        """Copy the file to where it is to stay.

        It is written beside `dest` and then renamed, so that a full disk leaves what was there.

        Parameters
        ----------
        dest
            Path of the new file; missing folders are made.

        Returns
        -------
        pathlib.Path
            The path it was saved to.
        """
        target = Path(dest)
        with replacing(target) as copy, self._file.reading() as file:
            file.seek(0)
            shutil.copyfileobj(file, copy, 2**20)
        return target
