"""gzip, with an end: a chunk is inflated piece by piece and never beyond what it may be."""

from __future__ import annotations

import zlib
from typing import Final

from .errors import SessionFormatError

MAX_CHUNK_BYTES: Final = 512 * 2**20
"""No chunk is inflated beyond this, whatever it declares."""

_PIECE: Final = 2**20
_UNDECLARED_RATIO: Final = 32
_UNDECLARED_FLOOR: Final = 16 * 2**20


def inflate(data: bytes, declared: int | None, what: str) -> bytes:
    """Inflate a gzip-compressed chunk.

    Parameters
    ----------
    data
        The chunk as stored.
    declared
        Its ``uncompressedBytes``. Where a file does not say, 32 times the stored size is allowed,
        at least 16 MiB: JSON and indices stay far below, a bomb inflates a thousandfold.
    what
        The chunk's id, for the error.

    Raises
    ------
    SessionFormatError
        If it is no gzip, is cut short, or inflates beyond its limit.
    """
    limit = declared
    if limit is None:
        limit = max(_UNDECLARED_FLOOR, _UNDECLARED_RATIO * len(data))
    if limit > MAX_CHUNK_BYTES:
        raise SessionFormatError(
            f"Chunk decompressed too large: {what!r} declares {limit:,} bytes, "
            f"{MAX_CHUNK_BYTES:,} are allowed"
        )
    machine = zlib.decompressobj(wbits=31)
    pieces, size, rest = [], 0, data
    try:
        while not machine.eof:
            piece = machine.decompress(rest, min(_PIECE, limit - size + 1))
            rest = machine.unconsumed_tail
            size += len(piece)
            if size > limit:
                raise SessionFormatError(
                    f"Chunk decompressed too large: {what!r} is above {limit:,} bytes"
                )
            if not piece and not rest and not machine.eof:
                raise SessionFormatError(f"chunk {what!r}: its gzip data are cut short")
            pieces.append(piece)
    except zlib.error as error:
        raise SessionFormatError(f"chunk {what!r}: not valid gzip data ({error})") from None
    return b"".join(pieces)
