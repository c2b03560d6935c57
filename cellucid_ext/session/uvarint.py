"""uvarint: unsigned LEB128 (DWARF 5, section 7.6), in both directions, without a loop over numbers.

Seven bits a byte, lowest first, the top bit set on all bytes but the last. A number has at most ten
bytes and is below 2**64.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from .errors import SessionFormatError

_LONGEST: Final = 10
_BLOCK: Final = 2**20


def encode_uvarints(values: npt.ArrayLike) -> bytes:
    """Write numbers as uvarints, one after another.

    Parameters
    ----------
    values
        Whole numbers from 0 to 2**64 - 1, of shape (n,).
    """
    numbers = np.asarray(values, dtype=np.uint64)
    lengths = np.ones(len(numbers), dtype=np.int64)
    for k in range(1, _LONGEST):
        lengths += numbers >= np.uint64(1 << (7 * k))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for k in range(int(lengths.max(initial=0))):
        here = np.flatnonzero(lengths > k)
        low = (numbers[here] >> np.uint64(7 * k)) & np.uint64(0x7F)
        more = (lengths[here] > k + 1).astype(np.uint8) << 7
        out[starts[here] + k] = low.astype(np.uint8) | more
    return out.tobytes()


def decode_uvarints(
    data: bytes | memoryview, count: int, what: str
) -> tuple[npt.NDArray[np.uint64], int]:
    """Read `count` uvarints from the beginning of `data`.

    Parameters
    ----------
    data
        Bytes; what follows the last number is not looked at.
    count
        How many numbers to read.
    what
        What the numbers are, for the error.

    Returns
    -------
    tuple
        The numbers, uint64 of shape (count,), and the number of bytes they took.

    Raises
    ------
    SessionFormatError
        If a number is cut short, or is not below 2**64.
    """
    if count > len(data):
        raise SessionFormatError(f"{what}: {count:,} numbers can't stand in {len(data):,} bytes")
    values = np.empty(count, dtype=np.uint64)
    octets = np.frombuffer(data, dtype=np.uint8)
    read = taken = 0
    # In blocks, so that what is needed on the way stays small whatever a stranger's count is.
    while read < count:
        most = count - read
        block = octets[taken : taken + min(_BLOCK, most * _LONGEST)]
        numbers, took = _block(block, most, what)
        if len(numbers) == 0:
            raise SessionFormatError(f"{what}: the bytes end after {read:,} of {count:,} numbers")
        values[read : read + len(numbers)] = numbers
        read += len(numbers)
        taken += took
    return values, taken


def _block(
    octets: npt.NDArray[np.uint8], most: int, what: str
) -> tuple[npt.NDArray[np.uint64], int]:
    """Read the numbers that end in a block, at most so many; the bytes of the next are left."""
    goes_on = octets >= 0x80
    ahead = np.flatnonzero(goes_on)
    if len(ahead) == 0:
        return octets[:most].astype(np.uint64), min(most, len(octets))
    last = np.flatnonzero(~goes_on)[:most]
    taken = int(last[-1]) + 1 if len(last) else 0
    ahead = ahead[: np.searchsorted(ahead, taken)]
    if taken == 0 and len(octets) >= _LONGEST:
        raise SessionFormatError(f"{what}: a number is longer than {_LONGEST} bytes")
    values = octets[last].astype(np.uint64)
    if len(ahead):
        _add_longer(values, octets, ahead, what)
    return values, taken


def _add_longer(
    values: npt.NDArray[np.uint64],
    octets: npt.NDArray[np.uint8],
    ahead: npt.NDArray[np.int64],
    what: str,
) -> None:
    """Put the bytes that go on, which in most sessions are few, under the last of their number."""
    # As many numbers end before such a byte as there are bytes before it that do not go on.
    number = ahead - np.arange(len(ahead))
    first = np.flatnonzero(np.diff(number, prepend=-1))
    lengths = np.diff(first, append=len(ahead))
    longest = int(lengths.max()) + 1
    longer = number[first]
    if longest > _LONGEST:
        raise SessionFormatError(f"{what}: a number is longer than {_LONGEST} bytes")
    if longest == _LONGEST and int(values[longer[lengths == _LONGEST - 1]].max()) > 1:
        raise SessionFormatError(f"{what}: a number is not below 2**64")
    values[longer] <<= (7 * lengths).astype(np.uint64)
    for k in range(longest - 1):
        here = lengths > k
        low = (octets[ahead[first[here] + k]] & 0x7F).astype(np.uint64)
        values[longer[here]] |= low << np.uint64(7 * k)
