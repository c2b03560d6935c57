"""The frame of a session file: magic, manifest, and where each chunk stands.

Everything here comes from strangers, so lengths are held against the file before they are believed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from .. import json_text
from .errors import SessionFormatError

MAGIC: Final = b"CELLUCID_SESSION\n"
MAGIC_2: Final = b"CELLUCID_SESSION/2\n"
U32: Final = struct.Struct("<I")
MAX_MANIFEST_BYTES: Final = 16 * 2**20


@dataclass(frozen=True)
class Frame:
    """Where a chunk's stored bytes stand in the file."""

    offset: int
    size: int


@dataclass(frozen=True)
class Container:
    """A session file's frame.

    Attributes
    ----------
    format
        1, or 2 for what `cellucid` 0.9 writes.
    manifest
        As it is in the file.
    frames
        Of each chunk by its id, in file order.
    size
        Of the whole file, in bytes.
    """

    format: Literal[1, 2]
    manifest: dict[str, Any]
    frames: dict[str, Frame]
    size: int


def read_container(file: BinaryIO) -> Container:
    """Read the manifest, and find the chunks without reading them.

    Parameters
    ----------
    file
        A seekable binary file.

    Raises
    ------
    SessionFormatError
        Naming the first thing that is not as the format says.
    """
    size = file.seek(0, 2)
    file.seek(0)
    version = _read_magic(file)
    manifest = _read_manifest(file, size)
    ids = _chunk_ids(manifest)
    frames: dict[str, Frame] = {}
    at = file.tell()
    for place, chunk_id in enumerate(ids):
        length = _read_u32(file, f"length of chunk {chunk_id!r} ({place + 1} of {len(ids)})")
        at += U32.size
        if length > size - at:
            raise SessionFormatError(
                f"chunk {chunk_id!r} is {length:,} bytes, only {size - at:,} are left in the file"
            )
        frames[chunk_id] = Frame(at, length)
        at = file.seek(length, 1)
    if at != size:
        raise SessionFormatError(
            f"{size - at:,} bytes follow the last of the {len(ids)} chunks in the manifest"
        )
    return Container(version, manifest, frames, size)


def _read_magic(file: BinaryIO) -> Literal[1, 2]:
    magic = file.read(len(MAGIC_2))
    if magic == MAGIC_2:
        return 2
    if not magic.startswith(MAGIC):
        raise SessionFormatError("Not a .cellucid-session file (invalid MAGIC header)")
    file.seek(len(MAGIC))
    return 1


def _read_u32(file: BinaryIO, what: str) -> int:
    data = file.read(U32.size)
    if len(data) < U32.size:
        raise SessionFormatError(f"the file ends inside the {what}")
    value: int = U32.unpack(data)[0]
    return value


def _read_manifest(file: BinaryIO, size: int) -> dict[str, Any]:
    length = _read_u32(file, "length of the manifest")
    left = size - file.tell()
    if not 0 < length <= MAX_MANIFEST_BYTES:
        raise SessionFormatError(
            f"the manifest is {length:,} bytes; it must be 1 to {MAX_MANIFEST_BYTES:,}"
        )
    if length > left:
        raise SessionFormatError(
            f"the manifest is {length:,} bytes, only {left:,} are left in the file"
        )
    return read_json_object(file.read(length), "the manifest")


def read_json(data: bytes, what: str) -> Any:
    """Parse JSON from a stranger; anything wrong with it is a `SessionFormatError`."""
    try:
        return json_text.read_json(data, what)
    except ValueError as error:
        raise SessionFormatError(str(error)) from None


def read_json_object(data: bytes, what: str) -> dict[str, Any]:
    """Parse a JSON object from a stranger."""
    value = read_json(data, what)
    if not isinstance(value, dict):
        raise SessionFormatError(f"{what} must be a JSON object, not {type(value).__name__}")
    return value


def _chunk_ids(manifest: dict[str, Any]) -> list[str]:
    chunks = manifest.get("chunks")
    if not isinstance(chunks, list):
        raise SessionFormatError("manifest.chunks: expected a list")
    ids: dict[str, None] = {}
    for i, chunk in enumerate(chunks):
        chunk_id = chunk.get("id") if isinstance(chunk, dict) else None
        if not isinstance(chunk_id, str) or not chunk_id:
            raise SessionFormatError(f"manifest.chunks[{i}].id: expected a text, got {chunk_id!r}")
        if chunk_id in ids:
            raise SessionFormatError(f"manifest.chunks[{i}].id: {chunk_id!r} stands twice")
        ids[chunk_id] = None
    return list(ids)
