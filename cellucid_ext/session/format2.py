"""What format 2 of the session file says otherwise than format 1: read, never written.

`cellucid` 0.9 writes it. The frame of the file is the same; cells and codes have codecs of their
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .codecs import MAX_CELLS, Indices
from .container import U32
from .errors import SessionFormatError
from .uvarint import decode_uvarints

_DELTAS, _BITSET, _RUNS, _MASK, _ALL = range(5)
_RAW, _CODE_RUNS, _PACKED = range(3)
_CODES: Final[dict[str, np.dtype[Any]]] = {
    "Uint8Array": np.dtype("<u1"),
    "Uint16Array": np.dtype("<u2"),
    "Uint32Array": np.dtype("<u4"),
}

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Check what is read of a manifest; what is not read may be anything.

    Parameters
    ----------
    manifest
        As it is in the file, its list of chunks checked.

    Raises
    ------
    SessionFormatError
        If it does not say how many cells and genes there are, or what the data were read from.
    """
    fingerprint = _object(manifest, "datasetFingerprint", "manifest")
    path = "manifest.datasetFingerprint"
    for key in ("cellCount", "varCount"):
        count = fingerprint.get(key)
        if type(count) is not int or count < 0:
            raise SessionFormatError(f"{path}.{key}: expected a whole number, got {count!r}")
    _text_or_none(fingerprint, "datasetId", path)
    mapping, path = _object(fingerprint, "dataMapping", path), f"{path}.dataMapping"
    for key in ("expression", "geneNames", "modality"):
        _text_or_none(mapping, key, path)


def _object(holder: Mapping[str, Any], key: str, path: str) -> dict[str, Any]:
    value = holder.get(key)
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise SessionFormatError(f"{path}.{key}: expected an object, got {kind}")
    return value


def _text_or_none(holder: Mapping[str, Any], key: str, path: str) -> None:
    value = holder.get(key)
    if value is not None and not isinstance(value, str):
        raise SessionFormatError(f"{path}.{key}: expected a text or null, got {value!r}")


def needs_reference(data: bytes | memoryview) -> bool:
    """Say whether cells are stored relative to a category's cells."""
    return data[:1] in (bytes([_MASK]), bytes([_ALL]))


def decode_cells(
    data: bytes | memoryview,
    n_cells: int,
    reference: npt.NDArray[np.int64] | None = None,
) -> Indices:
    """Read the cells of a group.

    Parameters
    ----------
    data
        The chunk's bytes, inflated.
    n_cells
        How many cells there are.
    reference
        Ascending row indices of the category's cells, where `needs_reference`.

    Returns
    -------
    numpy.ndarray
        Strictly ascending row indices, int64 of shape (n,), all below `n_cells`.

    Raises
    ------
    SessionFormatError
        If the bytes are not what the format says, or the reference is needed and not given, or is
        not of the cells that it was when the session was saved.

    Examples
    --------
    >>> decode_cells(bytes([2, 1, 3, 2]), 10)
    array([3, 4])
    """
    if len(data) == 0:
        raise SessionFormatError("cells: the chunk is empty")
    n_cells = min(n_cells, MAX_CELLS)
    view = memoryview(data)
    encoding, rest = view[0], view[1:]
    if encoding == _DELTAS:
        return _deltas(rest, n_cells)
    if encoding == _BITSET:
        return _bits(rest, n_cells, "cells")
    if encoding == _RUNS:
        return _cell_runs(rest, n_cells)
    if encoding in (_MASK, _ALL):
        return _relative(rest, encoding, n_cells, reference)
    raise SessionFormatError(f"cells: unknown encoding {encoding}; known are 0 to 4")


def _count(data: memoryview, most: int, what: str) -> tuple[int, memoryview]:
    (count,), took = decode_uvarints(data, 1, f"number of {what}")
    if count > most:
        raise SessionFormatError(f"{what}: a count of {count:,}, there may be {most:,} at most")
    return int(count), data[took:]


def _all_numbers(data: memoryview, count: int, most: int, what: str) -> npt.NDArray[np.int64]:
    """Read the numbers that fill the rest of a chunk, none above `most`, so that sums are exact."""
    numbers, took = decode_uvarints(data, count, what)
    _nothing_left(data[took:], what)
    if count and int(numbers.max()) > most:
        raise SessionFormatError(f"{what}: {int(numbers.max()):,} is above {most:,}")
    return numbers.view(np.int64)


def _nothing_left(data: memoryview, what: str) -> None:
    if len(data):
        raise SessionFormatError(f"{what}: {len(data):,} bytes follow the last")


def _deltas(data: memoryview, n_cells: int) -> Indices:
    count, rest = _count(data, n_cells, "cells")
    steps = _all_numbers(rest, count, n_cells, "cells")
    if (steps[1:] == 0).any():
        raise SessionFormatError("cells: an index stands twice")
    np.cumsum(steps, out=steps)
    if count and steps[-1] >= n_cells:
        raise SessionFormatError(f"cells: index {int(steps[-1]):,} is not below {n_cells:,}")
    return steps


def _bits(data: memoryview, n: int, what: str) -> Indices:
    if len(data) != -(-n // 8):
        raise SessionFormatError(
            f"{what}: {len(data):,} bytes; one bit for each of {n:,} takes {-(-n // 8):,}"
        )
    octets = np.frombuffer(data, dtype=np.uint8)
    if n % 8 and int(octets[-1]) >> n % 8:
        raise SessionFormatError(f"{what}: a bit is set after the {n:,} there are")
    return np.flatnonzero(np.unpackbits(octets, count=n, bitorder="little")).astype(np.int64)


def _cell_runs(data: memoryview, n_cells: int) -> Indices:
    count, rest = _count(data, n_cells, "runs of cells")
    pairs = _all_numbers(rest, 2 * count, n_cells, "runs of cells")
    gaps, lengths = pairs[0::2], pairs[1::2]
    if (lengths == 0).any() or (gaps[1:] == 0).any():
        raise SessionFormatError("runs of cells: one is empty, or follows another without a gap")
    end = int(pairs.sum())
    if end > n_cells:
        raise SessionFormatError(f"runs of cells: they end at {end:,} of {n_cells:,} cells")
    # From each cell to the next it is one step, and over the gap at the beginning of each run.
    steps = np.ones(int(lengths.sum()), dtype=np.int64)
    steps[np.cumsum(lengths) - lengths] += gaps
    np.cumsum(steps, out=steps)
    steps -= 1
    return steps


def _relative(
    data: memoryview, encoding: int, n_cells: int, reference: npt.NDArray[np.int64] | None
) -> Indices:
    count, rest = _count(data, n_cells, "the category's cells")
    if len(rest) < U32.size:
        raise SessionFormatError("cells: the bytes end inside the digest of the category's cells")
    digest: int = U32.unpack(rest[: U32.size])[0]
    rest = rest[U32.size :]
    if reference is None:
        raise SessionFormatError(
            f"cells: they are stored relative to the {count:,} cells of a category, which are "
            "needed to read them"
        )
    if len(reference) and not 0 <= int(reference[0]) <= int(reference[-1]) < n_cells:
        raise SessionFormatError(f"cells: the category's cells are not all below {n_cells:,}")
    if count != len(reference) or digest != _digest(reference):
        raise SessionFormatError(
            f"cells: the category of {len(reference):,} cells no longer holds the {count:,} cells "
            "that it did when the session was saved"
        )
    if encoding == _MASK:
        return reference[_bits(rest, count, "cells of a category")]
    _nothing_left(rest, "cells")
    return reference.copy()


def _digest(cells: npt.NDArray[np.int64]) -> int:
    """Add up the cells' indices, each scrambled; all modulo 2**32."""
    words = cells.astype(np.uint32)
    for _ in range(2):
        words ^= words >> np.uint32(16)
        words *= np.uint32(0x45D9F3B)
    words ^= words >> np.uint32(16)
    return int(words.sum(dtype=np.uint64)) & 0xFFFF_FFFF


def decode_codes(data: bytes | memoryview, n: int, codes_type: str) -> Codes:
    """Read the codes of a category field.

    Parameters
    ----------
    data
        The chunk's bytes, inflated.
    n
        How many codes there may be at most; runs of a few bytes can stand for any number.
    codes_type
        How wide they are: ``"Uint8Array"``, ``"Uint16Array"`` or ``"Uint32Array"``.

    Returns
    -------
    numpy.ndarray
        uint8, uint16 or uint32 of shape (m,), m at most `n`.

    Raises
    ------
    SessionFormatError
        If the encoding or the type is unknown, or length and bytes do not fit.

    Examples
    --------
    >>> decode_codes(bytes([2, 5, 2, 0b00_01_10_11, 3]), 5, "Uint16Array")
    array([3, 2, 1, 0, 3], dtype=uint16)
    """
    if codes_type not in _CODES:
        raise SessionFormatError(f"codes: unknown type {codes_type!r}; known are {list(_CODES)}")
    if len(data) == 0:
        raise SessionFormatError("codes: the chunk is empty")
    dtype, view = _CODES[codes_type], memoryview(data)
    encoding, (length, rest) = view[0], _count(view[1:], min(n, MAX_CELLS), "codes")
    if encoding == _RAW:
        _fits(rest, length * dtype.itemsize, length)
        return np.frombuffer(rest, dtype=dtype).astype(dtype.type)
    if encoding == _CODE_RUNS:
        return _code_runs(rest, length, dtype)
    if encoding == _PACKED:
        return _packed(rest, length, dtype)
    raise SessionFormatError(f"codes: unknown encoding {encoding}; known are 0, 1 and 2")


def _fits(data: memoryview, size: int, length: int) -> None:
    if len(data) != size:
        raise SessionFormatError(f"codes: {length:,} codes take {size:,} bytes, not {len(data):,}")


def _code_runs(data: memoryview, length: int, dtype: np.dtype[Any]) -> Codes:
    count, rest = _count(data, length, "runs of codes")
    highest = np.iinfo(dtype).max
    pairs = _all_numbers(rest, 2 * count, max(length, int(highest)), "runs of codes")
    values, lengths = pairs[0::2], pairs[1::2]
    if count and int(values.max()) > highest:
        raise SessionFormatError(f"codes: code {int(values.max()):,} is above {highest:,}")
    if (lengths == 0).any():
        raise SessionFormatError("runs of codes: one is empty")
    if (total := int(lengths.sum())) != length:
        raise SessionFormatError(f"codes: the runs are of {total:,} codes, not {length:,}")
    return np.repeat(values.astype(dtype.type), lengths)


def _packed(data: memoryview, length: int, dtype: np.dtype[Any]) -> Codes:
    width = data[0] if len(data) else None
    if width not in (1, 2, 4):
        raise SessionFormatError(f"codes: packed in {width} bits; known are 1, 2 and 4")
    _fits(data[1:], -(-length * width // 8), length)
    octets = np.frombuffer(data[1:], dtype=np.uint8)
    codes = octets[:, None] >> np.arange(0, 8, width, dtype=np.uint8) & np.uint8((1 << width) - 1)
    flat = codes.reshape(-1)
    if flat[length:].any():
        raise SessionFormatError(f"codes: a bit is set after the {length:,} there are")
    return flat[:length].astype(dtype.type)
