"""gzip, with an end: a chunk is inflated piece by piece and never beyond what it may be."""

from __future__ import annotations

import contextlib
import importlib
import io
import zlib
from typing import Any, Final

from .errors import SessionFormatError

_isal: Any = None
with contextlib.suppress(ImportError):
    _isal = importlib.import_module("isal.isal_zlib")

MAX_CHUNK_BYTES: Final = 512 * 2**20
"""No chunk is inflated beyond this, whatever it declares."""

HAS_ISAL: Final = _isal is not None
"""Whether isal is installed (the extra ``fast``), which inflates about twice as fast as zlib."""

_PIECE: Final = 2**20
_UNDECLARED_RATIO: Final = 32
_UNDECLARED_FLOOR: Final = 16 * 2**20
_PLAIN_HEAD: Final = b"\x1f\x8b\x08\x00"


def inflate(data: bytes, declared: int | None, what: str, *, fast: bool = HAS_ISAL) -> bytes:
    """Inflate a gzip-compressed chunk.

    Parameters
    ----------
    data
        The chunk as stored: one gzip member and nothing after it, as browsers demand too.
    declared
        Its ``uncompressedBytes``. Where a file does not say, 32 times the stored size is allowed,
        at least 16 MiB. Cells that follow each other and repeated codes deflate a thousandfold, as
        a bomb does, but 16 MiB of them are 16 million cells; what is larger than that and real,
        such as scattered cells or names, deflates less than tenfold.
    what
        The chunk's id, for the error.
    fast
        Whether to inflate with isal first; what it can't inflate, zlib judges. The bytes are the
        same. isal also reads a block whose Huffman codes are incomplete, which no compressor
        writes and zlib refuses.

    Raises
    ------
    SessionFormatError
        If it is no gzip, is cut short or followed by more, or inflates beyond its limit.
    """
    limit = declared
    if limit is None:
        limit = min(MAX_CHUNK_BYTES, max(_UNDECLARED_FLOOR, _UNDECLARED_RATIO * len(data)))
    if limit > MAX_CHUNK_BYTES:
        raise SessionFormatError(
            f"Chunk decompressed too large: {what!r} declares {limit:,} bytes, "
            f"{MAX_CHUNK_BYTES:,} are allowed"
        )
    # isal overlooks wrong flags in the head of a gzip, and words its errors in its own way.
    if fast and data[: len(_PLAIN_HEAD)] == _PLAIN_HEAD:
        with contextlib.suppress(SessionFormatError):
            return _inflate(_isal, data, limit, what)
    return _inflate(zlib, data, limit, what)


def _inflate(engine: Any, data: bytes, limit: int, what: str) -> bytes:
    machine = engine.decompressobj(wbits=31)
    out, view, taken = io.BytesIO(), memoryview(data), 0
    try:
        while not machine.eof and taken < len(data):
            # Fed in pieces, since what is not used yet is copied at every step.
            rest: bytes | memoryview = view[taken : taken + _PIECE]
            taken += len(rest)
            filled = True
            while filled:
                most = min(_PIECE, limit - out.tell() + 1)
                piece = machine.decompress(rest, most)
                out.write(piece)
                if out.tell() > limit:
                    raise SessionFormatError(
                        f"Chunk decompressed too large: {what!r} is above {limit:,} bytes"
                    )
                rest = machine.unconsumed_tail
                filled = len(piece) == most
    except engine.error as error:
        raise SessionFormatError(f"chunk {what!r}: not valid gzip data ({error})") from None
    if not machine.eof:
        raise SessionFormatError(f"chunk {what!r}: its gzip data are cut short")
    left = len(machine.unused_data) + len(data) - taken
    if left:
        raise SessionFormatError(f"chunk {what!r}: {left:,} bytes follow the end of its gzip data")
    return out.getvalue()
