"""The binary codecs, both ways, against plain readers written for this test."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session import codecs
from cellucid_ext.session.inflate import inflate

NUMBERS = st.integers(0, 2**64 - 1) | st.integers(0, 300)


def plain_uvarint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


@given(st.lists(NUMBERS), st.binary(max_size=12))
def test_uvarints(values: list[int], rest: bytes) -> None:
    data = codecs.encode_uvarints(np.array(values, dtype=np.uint64))
    assert data == b"".join(map(plain_uvarint, values))
    read, took = codecs.decode_uvarints(data + rest, len(values), "numbers")
    assert read.tolist() == values
    assert took == len(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02", b"\x80" * 10 + b"\0"],
    ids=["empty", "cut", "eleven bytes", "2**64", "endless zeros"],
)
def test_impossible_uvarints(data: bytes) -> None:
    with pytest.raises(SessionFormatError):
        codecs.decode_uvarints(data, 1, "number")


def test_the_largest_uvarint() -> None:
    (value,), took = codecs.decode_uvarints(b"\xff" * 9 + b"\x01", 1, "number")
    assert (int(value), took) == (2**64 - 1, 10)


def test_many_numbers_over_many_blocks() -> None:
    rng = np.random.default_rng(0)
    widths = rng.integers(0, 63, 700_000, dtype=np.uint64)
    values = rng.integers(2**62, 2**63, 700_000, dtype=np.uint64) >> widths
    values[-1] = 300
    data = codecs.encode_uvarints(values)
    assert len(data) > 2 * 2**20
    read, took = codecs.decode_uvarints(data, len(values), "numbers")
    assert np.array_equal(read, values)
    assert took == len(data)
    with pytest.raises(SessionFormatError, match=r"the bytes end after 699,999 of 700,000"):
        codecs.decode_uvarints(data[:-1], len(values), "numbers")


@given(st.sets(st.integers(0, 5000)), st.binary(max_size=5))
def test_cells(cells: set[int], rest: bytes) -> None:
    ordered = sorted(cells)
    data = codecs.encode_cells(ordered) + rest
    read = codecs.decode_cells(data, 5001)
    assert read.tolist() == ordered
    assert read.dtype == np.int64
    if ordered:
        with pytest.raises(SessionFormatError, match="not below"):
            codecs.decode_cells(codecs.encode_cells([5001]), 5001)


@given(st.binary(max_size=40), st.integers(0, 60))
def test_any_bytes_are_cells_or_refused(data: bytes, n_cells: int) -> None:
    try:
        cells = codecs.decode_cells(data, n_cells)
    except SessionFormatError:
        return
    assert len(cells) <= n_cells
    assert (np.diff(cells) >= 0).all()
    assert ((cells >= 0) & (cells < n_cells)).all()


@pytest.mark.parametrize("cells", [[3, 2], [1, 1], [-1, 4]])
def test_cells_that_are_no_set_are_not_written(cells: list[int]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        codecs.encode_cells(cells)


CODES = st.lists(st.integers(0, 255), max_size=300).map(lambda c: np.array(c, dtype=np.uint8))
WIDE = st.lists(st.integers(0, 65535), max_size=300).map(lambda c: np.array(c, dtype=np.uint16))
RUNS = st.lists(st.tuples(st.integers(0, 65535), st.integers(1, 400)), max_size=8).map(
    lambda runs: np.repeat(
        np.array([value for value, _ in runs], dtype=np.uint16),
        np.array([length for _, length in runs], dtype=np.int64),
    )
)


@given(CODES | WIDE | RUNS)
def test_codes(codes: np.ndarray) -> None:
    data = codecs.encode_codes(codes)
    assert codecs.decode_codes(data).tolist() == codes.tolist()
    assert len(data) <= codes.nbytes + 12


def test_long_runs_are_short() -> None:
    data = codecs.encode_codes(np.zeros(1_000_000, dtype=np.uint8))
    assert len(data) < 20


@given(st.binary(max_size=40), st.integers(0, 60))
def test_any_bytes_are_codes_or_refused(data: bytes, n_cells: int) -> None:
    try:
        codes = codecs.decode_codes(data, n_cells)
    except SessionFormatError:
        return
    assert len(codes) <= n_cells
    assert codes.dtype in (np.uint8, np.uint16)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\x09\x01\x00", "unknown encoding 9"),
        (b"\x00\x05ab", "can't stand"),
        (b"\x01\x02abc", "can't stand"),
        (b"\x02\x04\x01\x01\x03", "3 codes, not 4"),
        (b"\x02\x04\x01\x01\x05", "a run of 5"),
        (b"\x02\x04\x7f\x01\x04", "127 runs are impossible"),
        (b"\x02\x04\x01\x80\x80\x04\x04", "above 65,535"),
    ],
)
def test_impossible_codes(data: bytes, message: str) -> None:
    with pytest.raises(SessionFormatError, match=message):
        codecs.decode_codes(data)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"))))
def test_names(names: list[str]) -> None:
    assert codecs.decode_names(codecs.encode_names(names)) == names


@pytest.mark.parametrize("data", [b"\xff\n", b"cut", b"a\nb\nc\n"])
def test_impossible_names(data: bytes) -> None:
    with pytest.raises(SessionFormatError, match="names of the cells"):
        codecs.decode_names(data, 2)


@given(st.binary(max_size=3000), st.booleans())
def test_inflate_gives_back_what_was_packed(data: bytes, declared: bool) -> None:
    packed = zlib.compress(data, wbits=31)
    assert inflate(packed, len(data) if declared else None, "chunk") == data


@given(st.binary(min_size=2, max_size=3000))
def test_inflate_stops_at_its_limit(data: bytes) -> None:
    packed = zlib.compress(data, wbits=31)
    with pytest.raises(SessionFormatError, match="too large"):
        inflate(packed, len(data) - 1, "chunk")


def test_inflate_of_what_needs_many_pieces() -> None:
    noise = np.random.default_rng(0).bytes(5 * 2**20)
    for data in (noise, bytes(9 * 2**20), noise + bytes(5 * 2**20)):
        assert inflate(zlib.compress(data, 1, wbits=31), len(data), "chunk") == data


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=40))
def test_inflate_refuses_what_follows_the_end(data: bytes, more: bytes) -> None:
    packed = zlib.compress(data, wbits=31)
    for rest in (more, zlib.compress(more, wbits=31)):
        with pytest.raises(SessionFormatError, match="follow the end of its gzip data"):
            inflate(packed + rest, len(data) + len(more), "chunk")


@given(st.binary(max_size=300), st.integers(0, 300))
def test_inflate_refuses_what_was_cut(data: bytes, at: int) -> None:
    packed = zlib.compress(data, wbits=31)
    if at < len(packed):
        with pytest.raises(SessionFormatError, match="cut short"):
            inflate(packed[:at], len(data), "chunk")
