"""Both engines, isal and zlib, say the same of the same bytes."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session.inflate import HAS_ISAL, MAX_CHUNK_BYTES, inflate

BOTH = pytest.mark.parametrize("fast", [True, False], ids=["isal", "zlib"])
PAYLOADS = st.binary(max_size=3000) | st.builds(
    lambda text, times: text * times, st.binary(max_size=20), st.integers(0, 5000)
)
LEVELS = st.sampled_from([0, 1, 6, 9])


def verdict(data: bytes, declared: int | None, fast: bool) -> bytes | str:
    try:
        return inflate(data, declared, "chunk", fast=fast)
    except SessionFormatError as error:
        return str(error)


def packed(data: bytes, level: int = 6, flags: int = 0, extra: bytes = b"") -> bytes:
    """One gzip member whose head has these flags and, after it, what they announce."""
    body = zlib.compress(data, level, wbits=31)
    return body[:3] + bytes([flags]) + body[4:10] + extra + body[10:]


def test_both_are_tested() -> None:
    assert HAS_ISAL


@given(PAYLOADS, LEVELS, st.booleans())
def test_what_was_packed_is_given_back(data: bytes, level: int, declared: bool) -> None:
    for fast in (True, False):
        assert inflate(packed(data, level), len(data) if declared else None, "c", fast=fast) == data


@BOTH
def test_what_needs_many_pieces(fast: bool) -> None:
    noise = np.random.default_rng(0).bytes(5 * 2**20)
    for data in (noise, bytes(9 * 2**20), noise + bytes(5 * 2**20)):
        assert inflate(packed(data, 1), len(data), "chunk", fast=fast) == data


@given(PAYLOADS, LEVELS, st.data())
def test_both_refuse_what_was_cut(data: bytes, level: int, more: st.DataObject) -> None:
    whole = packed(data, level)
    cut = whole[: more.draw(st.integers(0, len(whole) - 1))]
    for fast in (True, False):
        assert "cut short" in str(verdict(cut, len(data), fast))


@given(PAYLOADS, LEVELS, st.binary(min_size=1, max_size=40))
def test_both_refuse_what_follows_the_end(data: bytes, level: int, rest: bytes) -> None:
    for after in (rest, packed(rest, level)):
        for fast in (True, False):
            told = verdict(packed(data, level) + after, len(data) + len(rest), fast)
            assert told == f"chunk 'chunk': {len(after):,} bytes follow the end of its gzip data"


@given(PAYLOADS.filter(bool), LEVELS, st.data())
def test_both_stop_at_the_limit(data: bytes, level: int, more: st.DataObject) -> None:
    limit = more.draw(st.integers(0, len(data) - 1))
    for fast in (True, False):
        told = verdict(packed(data, level), limit, fast)
        assert told == f"Chunk decompressed too large: 'chunk' is above {limit:,} bytes"


@BOTH
def test_a_bomb_takes_no_more_than_its_limit(fast: bool) -> None:
    bomb = packed(bytes(64 * 2**20))
    tracemalloc.start()
    try:
        for declared in (1000, None):
            with pytest.raises(SessionFormatError, match="too large"):
                inflate(bomb, declared, "chunk", fast=fast)
        with pytest.raises(SessionFormatError, match="are allowed"):
            inflate(bomb, MAX_CHUNK_BYTES + 1, "chunk", fast=fast)
        assert tracemalloc.get_traced_memory()[1] < 24 * 2**20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x1f\x8b\x08\x00")
@example(zlib.compress(b"text"))
@example(b"\x1f\x8b\x08\x00" + bytes(60))
def test_both_refuse_what_is_no_gzip(data: bytes) -> None:
    told = verdict(data, 100, fast=True)
    assert isinstance(told, str)
    assert told == verdict(data, 100, fast=False)


@pytest.mark.parametrize(
    ("flags", "extra", "good"),
    [
        (0x01, b"", True),
        (0x04, b"\x02\x00ab", True),
        (0x08, b"name\0", True),
        (0x10, b"comment\0", True),
        (0x02, b"\0\0", False),
        (0x20, b"", False),
        (0x80, b"", False),
    ],
    ids=["text", "extra", "name", "comment", "wrong CRC of the head", "unknown", "unknown too"],
)
def test_heads_with_flags(flags: int, extra: bytes, good: bool) -> None:
    data = packed(b"payload", flags=flags, extra=extra)
    told = verdict(data, 100, fast=True)
    assert told == verdict(data, 100, fast=False)
    assert (told == b"payload") == good


@pytest.mark.parametrize("place", [-8, -5, -4, -1], ids=["CRC", "CRC too", "size", "size too"])
@BOTH
def test_a_wrong_checksum_or_size(place: int, fast: bool) -> None:
    data = bytearray(packed(b"some payload"))
    data[place] ^= 0x10
    assert "not valid gzip data" in str(verdict(bytes(data), 100, fast))


@given(PAYLOADS, LEVELS, st.data())
def test_both_say_the_same_of_damaged_data(data: bytes, level: int, more: st.DataObject) -> None:
    octets = bytearray(packed(data, level))
    for _ in range(more.draw(st.integers(1, 3))):
        octets[more.draw(st.integers(0, len(octets) - 1))] = more.draw(st.integers(0, 255))
    declared = more.draw(st.sampled_from([None, len(data)]))
    told = verdict(bytes(octets), declared, fast=True)
    other = verdict(bytes(octets), declared, fast=False)
    # The one known difference: codes that are missing and not used.
    assert told == other or (told == data and "set)" in str(other))


def test_the_one_known_difference() -> None:
    """A block with codes that stand for nothing: isal reads it, zlib refuses it."""
    data = packed(b"")[:10] + incomplete() + bytes(8)
    assert verdict(data, 10, fast=True) == b""
    assert "invalid" in str(verdict(data, 10, fast=False))


def incomplete() -> bytes:
    """A last block of dynamic codes, in which 256 has one of two possible codes, and no more."""
    bits = number(1, 1) + number(2, 2)
    bits += number(0, 5) + number(0, 5) + number(14, 4)
    # Lengths of the code lengths' codes, in the order of RFC 1951: of 18 one bit, of 0 and 2 two.
    order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1]
    lengths = {18: 1, 0: 2, 2: 2}
    bits += "".join(number(lengths.get(symbol, 0), 3) for symbol in order)
    # 138 and 118 zeros, then 256 with two bits, then no code of a distance.
    bits += "0" + number(138 - 11, 7) + "0" + number(118 - 11, 7) + "11" + "10"
    bits += "00"
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8][::-1], 2) for i in range(0, len(bits), 8))


def number(value: int, width: int) -> str:
    return format(value, f"0{width}b")[::-1]


def test_without_isal_zlib_does_it_alone() -> None:
    code = (
        "import sys, gzip; sys.modules['isal'] = None\n"
        "from cellucid_ext.session import inflate\n"
        "assert not inflate.HAS_ISAL\n"
        "assert inflate.inflate(gzip.compress(b'payload'), 7, 'chunk') == b'payload'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
