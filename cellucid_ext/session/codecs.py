"""The binary payloads of a session, in both directions, without a loop over cells."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from .errors import SessionFormatError
from .uvarint import decode_uvarints, encode_uvarints

MAX_CELLS: Final = 2**28
"""No session has more cells, whatever it says: a count in a file is no reason to take memory."""

_RAW8, _RAW16, _RUNS = 0, 1, 2
_MIN_RUN_BYTES: Final = 2

Indices = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


def encode_cells(cells: npt.ArrayLike) -> bytes:
    """Write row indices: their count, the first, then the differences.

    Parameters
    ----------
    cells
        Ascending, distinct row indices of shape (n,).

    Raises
    ------
    ValueError
        If they are not ascending and distinct, or one is negative.

    Examples
    --------
    >>> decode_cells(encode_cells([3, 5, 900]), 1000)
    array([  3,   5, 900])
    """
    indices = np.asarray(cells, dtype=np.int64).reshape(-1)
    steps = np.diff(indices, prepend=0)
    if len(steps) and (steps[0] < 0 or (steps[1:] <= 0).any()):
        raise ValueError("cells must be ascending, distinct row indices, none negative")
    return encode_uvarints(np.concatenate([[len(indices)], steps]))


def decode_cells(data: bytes | memoryview, n_cells: int = MAX_CELLS) -> Indices:
    """Read row indices.

    Parameters
    ----------
    data
        The chunk's bytes, inflated. Bytes after the last index are ignored.
    n_cells
        How many cells there are.

    Returns
    -------
    numpy.ndarray
        Ascending row indices, int64 of shape (n,), all below `n_cells`.

    Raises
    ------
    SessionFormatError
        If the count or an index is impossible, or the bytes end too early.
    """
    n_cells = min(n_cells, MAX_CELLS)
    (count,), begin = decode_uvarints(data, 1, "count of cells")
    if count > min(n_cells, len(data) - begin):
        raise SessionFormatError(
            f"cells: a count of {count:,} is impossible among {n_cells:,} cells, "
            f"in {len(data) - begin:,} bytes"
        )
    steps, _ = decode_uvarints(memoryview(data)[begin:], int(count), "cells")
    # Held against n_cells one by one first, so that the sum can't wrap round.
    if len(steps) and int(steps.max()) >= n_cells:
        raise SessionFormatError(f"cells: an index is not below {n_cells:,}")
    np.cumsum(steps, out=steps)
    if len(steps) and int(steps[-1]) >= n_cells:
        raise SessionFormatError(f"cells: index {int(steps[-1]):,} is not below {n_cells:,}")
    return steps.view(np.int64)


def encode_codes(codes: npt.ArrayLike) -> bytes:
    """Write one code a cell, raw or as runs, whichever is smaller.

    Parameters
    ----------
    codes
        uint8 or uint16 of shape (n,).
    """
    values = np.asarray(codes)
    if values.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"codes must be uint8 or uint16, not {values.dtype}")
    length = encode_uvarints([len(values)])
    wide = values.dtype == np.uint16
    raw = values.astype("<u2" if wide else "u1").tobytes()
    begins = np.flatnonzero(np.diff(values, prepend=values[:1]) != 0)
    starts = np.concatenate([[0], begins]) if len(values) else begins
    pairs = np.empty(2 * len(starts), dtype=np.uint64)
    pairs[0::2] = values[starts]
    pairs[1::2] = np.diff(starts, append=len(values))
    runs = encode_uvarints([len(starts)]) + encode_uvarints(pairs)
    if len(runs) < len(raw):
        return bytes([_RUNS]) + length + runs
    return bytes([_RAW16 if wide else _RAW8]) + length + raw


def decode_codes(data: bytes | memoryview, n_cells: int = MAX_CELLS) -> Codes:
    """Read one code a cell.

    Parameters
    ----------
    data
        The chunk's bytes, inflated.
    n_cells
        How many codes there may be at most; runs of a few bytes can stand for any number.

    Returns
    -------
    numpy.ndarray
        uint8, or uint16 where a code is above 255 or was stored so, of shape (n,).

    Raises
    ------
    SessionFormatError
        If the encoding is unknown, or length and bytes do not fit.
    """
    if len(data) == 0:
        raise SessionFormatError("codes: the chunk is empty")
    view = memoryview(data)
    encoding = view[0]
    (length,), took = decode_uvarints(view[1:], 1, "length of codes")
    n, rest, most = int(length), view[1 + took :], min(n_cells, MAX_CELLS)
    if n > most:
        raise SessionFormatError(f"codes: {n:,} codes, there may be {most:,} at most")
    if encoding in (_RAW8, _RAW16):
        dtype = np.dtype("<u2" if encoding == _RAW16 else "u1")
        if len(rest) < n * dtype.itemsize:
            raise SessionFormatError(f"codes: {n:,} codes can't stand in {len(rest):,} bytes")
        raw: Codes = np.frombuffer(rest, dtype=dtype, count=n).copy()
        return raw
    if encoding == _RUNS:
        return _decode_runs(rest, n)
    raise SessionFormatError(f"codes: unknown encoding {encoding}; known are 0, 1 and 2")


def _decode_runs(data: memoryview, n: int) -> Codes:
    (count,), took = decode_uvarints(data, 1, "number of runs")
    rest = data[took:]
    if count > min(n, len(rest) // _MIN_RUN_BYTES):
        raise SessionFormatError(
            f"codes: {count:,} runs are impossible for {n:,} codes, in {len(rest):,} bytes"
        )
    pairs, _ = decode_uvarints(rest, 2 * int(count), "runs")
    values, runs = pairs[0::2], pairs[1::2]
    if len(values) and int(values.max()) > 0xFFFF:
        raise SessionFormatError(f"codes: code {int(values.max()):,} is above 65,535")
    if len(runs) and int(runs.max()) > n:
        raise SessionFormatError(f"codes: a run of {int(runs.max()):,} among {n:,} codes")
    total = int(runs.sum(dtype=np.uint64))
    if total != n:
        raise SessionFormatError(f"codes: the runs are of {total:,} codes, not {n:,}")
    wide = len(values) > 0 and int(values.max()) > 0xFF
    return np.repeat(values.astype(np.uint16 if wide else np.uint8), runs.astype(np.int64))


def encode_names(names: list[str]) -> bytes:
    """Write the names of the cells, each ended by a line feed.

    A name that has one in it is read back as two, and the session can't be matched by name.
    """
    return "\n".join([*names, ""]).encode("utf-8", "surrogatepass")


def decode_names(data: bytes | memoryview, n_cells: int = MAX_CELLS) -> list[str]:
    """Read the names of the cells.

    Raises
    ------
    SessionFormatError
        If they are not UTF-8, the last is not ended, or there are more than `n_cells`.
    """
    data = bytes(data)
    count = data.count(b"\n")
    if count > min(n_cells, MAX_CELLS):
        raise SessionFormatError(f"names of the cells: {count:,} for {n_cells:,} cells")
    try:
        names = data.decode("utf-8", "surrogatepass").split("\n")
    except UnicodeDecodeError as error:
        raise SessionFormatError(f"names of the cells: not UTF-8 ({error.reason})") from None
    if names.pop() != "":
        raise SessionFormatError("names of the cells: the last one is cut short")
    return names
