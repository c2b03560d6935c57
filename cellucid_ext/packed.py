"""Files of a dataset, gzipped on their way where that pays; the last ones are kept."""

from __future__ import annotations

import contextlib
import importlib
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from .dataset.kept import Kept

if TYPE_CHECKING:
    from .dataset.source import Body

_deflater: Any = zlib
with contextlib.suppress(ImportError):
    # The extra ``fast``: about five times as fast.
    _deflater = importlib.import_module("isal.isal_zlib")

MIN_BYTES: Final = 2**10
MAX_BYTES: Final = 2**26
"""What is larger is sent as it is: a page would wait for seconds until the first byte comes."""

KEPT_BYTES: Final = 2**26
"""How much of what was gzipped is kept in this process, so that a second page costs nothing."""

_AT_MOST: Final = 0.75
_SAMPLES: Final = 4
_SAMPLE_BYTES: Final = 2**14
_PIECE_BYTES: Final = 2**20
_ENTRY_BYTES: Final = 512

_kept = Kept[memoryview | None](
    KEPT_BYTES, lambda made: _ENTRY_BYTES + (made.nbytes if made else 0)
)


def packed(key: str, body: Body) -> memoryview | None:
    """Gzip a file, once however many ask for it.

    Genes with many zeros, codes and manifests get much smaller; points do not, and a sample of
    64 KiB tells.

    Parameters
    ----------
    key
        What stands for the content.
    body
        The bytes, which are read piece by piece.

    Returns
    -------
    memoryview or None
        One gzip member; None where a quarter would not be saved, or the file is not of 1 KiB to
        64 MiB.

    Raises
    ------
    DatasetError
        If the bytes can't be read.

    Examples
    --------
    >>> packed("zeros", memoryview(bytes(2**20))).nbytes < 10_000
    True
    """
    if not MIN_BYTES <= body.nbytes <= MAX_BYTES:
        return None
    return _kept.get(key, lambda: _pack(body))


def _pack(body: Body) -> memoryview | None:
    sample = _sample(body)
    if sum(map(len, _gzipped([sample]))) > _AT_MOST * len(sample):
        return None
    pieces = range(0, body.nbytes, _PIECE_BYTES)
    made = b"".join(_gzipped(body[start : start + _PIECE_BYTES].tobytes() for start in pieces))
    return memoryview(made) if len(made) <= _AT_MOST * body.nbytes else None


def _sample(body: Body) -> bytes:
    if body.nbytes <= _SAMPLES * _SAMPLE_BYTES:
        return body.tobytes()
    starts = range(0, body.nbytes, body.nbytes // _SAMPLES)[:_SAMPLES]
    return b"".join(body[start : start + _SAMPLE_BYTES].tobytes() for start in starts)


def _gzipped(pieces: Any) -> Iterator[bytes]:
    compressor = _deflater.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()
