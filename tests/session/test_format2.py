"""The codecs of format 2, against the writer of the tests, and what strangers may write."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session import format2
from cellucid_ext.session.uvarint import encode_uvarints
from tests.format2 import (
    CODES_TYPES,
    digest,
    encode_cells,
    encode_codes,
    manifest_of,
)

MOST = 2**28
SOME = [0, 1, 2, 5, 8, 9]
HALF = encode_cells([1, 5], 10, 3, SOME)


@st.composite
def subsets(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    n = draw(st.integers(0, 70))
    rows = st.integers(0, n - 1) if n else st.nothing()
    reference = sorted(draw(st.sets(rows)))
    inside = st.sampled_from(reference) if reference else st.nothing()
    return n, reference, sorted(draw(st.sets(inside)))


@given(subsets(), st.sampled_from([0, 1, 2]))
def test_cells(drawn: tuple[int, list[int], list[int]], encoding: int) -> None:
    n, _, cells = drawn
    data = encode_cells(cells, n, encoding)
    assert not format2.needs_reference(data)
    decoded = format2.decode_cells(data, n)
    assert (decoded.dtype, decoded.tolist()) == (np.dtype("i8"), cells)


@given(subsets(), st.booleans())
def test_cells_of_a_category(drawn: tuple[int, list[int], list[int]], whole: bool) -> None:
    n, reference, cells = drawn
    data = encode_cells(cells, n, 4 if whole else 3, reference)
    assert format2.needs_reference(data)
    rows = np.array(reference, dtype=np.int64)
    decoded = format2.decode_cells(data, n, rows)
    assert (decoded.dtype, decoded.tolist()) == (np.dtype("i8"), reference if whole else cells)
    assert not np.shares_memory(decoded, rows)


def test_a_reference_that_is_not_needed_is_not_looked_at() -> None:
    data = encode_cells([3], 10, 2)
    assert format2.decode_cells(data, 10, np.array([1])).tolist() == [3]


@given(st.binary(max_size=40), st.integers(0, 40))
def test_cells_of_any_bytes_are_ascending_or_refused(data: bytes, n: int) -> None:
    try:
        cells = format2.decode_cells(data, n, np.arange(0, n, 2))
    except SessionFormatError:
        return
    assert (np.diff(cells, prepend=-1) > 0).all()
    assert (cells < n).all()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\x05\x00", "unknown encoding 5"),
        (b"\x00", "the bytes end|can't stand"),
        (b"\x00" + encode_uvarints([2**63]), "9,223,372,036,854,775,808"),
        (b"\x00\x0b" + b"\x01" * 11, "11, there may be 10"),
        (b"\x00\x03\x01", "can't stand"),
        (b"\x00\x02\x01\x00", "stands twice"),
        (b"\x00\x02\x05\x05", "10 is not below 10"),
        (b"\x00\x02" + encode_uvarints([2**64 - 1, 2]), "above 10"),
        (b"\x00\x01\x01\x01", "1 bytes follow"),
        (b"\x01\xff", "takes 2"),
        (b"\x01\xff\x00\x00", "takes 2"),
        (b"\x01\x00\x04", "bit is set after"),
        (b"\x02" + encode_uvarints([2**62]), "4,611,686"),
        (b"\x02\x05\x01\x01", "can't stand"),
        (b"\x02\x01\x01", "can't stand"),
        (b"\x02\x01\x01\x00", "empty"),
        (b"\x02\x02\x01\x01\x00\x01", "without a gap"),
        (b"\x02\x01\x00\x0b", "above 10"),
        (b"\x02\x01\x05\x06", "end at 11"),
        (b"\x02\x01" + encode_uvarints([1, 2**64 - 1]), "above 10"),
        (b"\x02\x01\x01\x01\x00", "1 bytes follow"),
        (b"\x03\x06\x01", "digest"),
        (b"\x03" + encode_uvarints([2**40]), "1,099"),
        (HALF[:-1], "takes 1"),
        (HALF + b"\x00", "takes 1"),
        (HALF[:-1] + b"\x40", "bit is set after"),
        (encode_cells(SOME, 10, 4, SOME) + b"\x00", "1 bytes follow"),
        (encode_cells([], 10, 4, SOME[1:]), "no longer"),
        (encode_cells([], 10, 4, [0, 1, 2, 5, 8, 7]), "no longer"),
        (b"\x04\x06" + bytes(4), "no longer"),
    ],
)
def test_impossible_cells(data: bytes, what: str) -> None:
    with pytest.raises(SessionFormatError, match=what):
        format2.decode_cells(data, 10, np.array(SOME))


@pytest.mark.parametrize("encoding", [3, 4])
def test_a_missing_reference_is_asked_for(encoding: int) -> None:
    with pytest.raises(SessionFormatError, match="6 cells of a category, which are needed"):
        format2.decode_cells(encode_cells([1], 10, encoding, SOME), 10)


@pytest.mark.parametrize("reference", [[3, 10], [-1, 3]])
def test_a_reference_to_other_cells(reference: list[int]) -> None:
    data = b"\x04\x02" + digest([cell & 0xFFFF_FFFF for cell in reference]).to_bytes(4, "little")
    with pytest.raises(SessionFormatError, match="not all below 10"):
        format2.decode_cells(data, 10, np.array(reference))


def test_the_digest_is_the_one_of_cell_1() -> None:
    # By hand: 1, times 0x45D9F3B, its upper half put over the lower, both once more, and so on.
    assert digest([0]) == 0
    x = 0x45D9F3B
    x = (x ^ x >> 16) * 0x45D9F3B % 2**32
    assert digest([1]) == x ^ x >> 16
    many = np.arange(0, 3_000_000, 3)
    data = b"\x04" + encode_uvarints([len(many)]) + digest(many.tolist()).to_bytes(4, "little")
    assert np.array_equal(format2.decode_cells(data, 3_000_000, many), many)


WIDTHS = {1: np.uint8, 2: np.uint16, 4: np.uint32}


@st.composite
def any_codes(draw: st.DrawFn) -> Any:
    width = draw(st.sampled_from(sorted(WIDTHS)))
    value = st.integers(0, 256**width - 1) | st.integers(0, 3)
    runs = draw(st.lists(st.tuples(value, st.integers(1, 9)), max_size=12))
    values = np.array([value for value, _ in runs], dtype=WIDTHS[width])
    return np.repeat(values, [run for _, run in runs])


@given(any_codes(), st.sampled_from([0, 1]), st.integers(0, 9))
def test_codes(codes: Any, encoding: int, more: int) -> None:
    data, codes_type = encode_codes(codes, encoding), CODES_TYPES[codes.dtype.itemsize]
    decoded = format2.decode_codes(data, len(codes) + more, codes_type)
    assert decoded.dtype == codes.dtype
    assert np.array_equal(decoded, codes)
    if len(codes):
        with pytest.raises(SessionFormatError, match="at most"):
            format2.decode_codes(data, len(codes) - 1, codes_type)


@given(st.sampled_from([1, 2, 4]), st.sampled_from(sorted(WIDTHS)), st.data())
def test_packed_codes(bits: int, width: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2**bits - 1), max_size=30))
    codes = np.array(values, dtype=WIDTHS[width])
    packed = encode_codes(codes, 2, bits)
    decoded = format2.decode_codes(packed, len(codes), CODES_TYPES[width])
    assert (decoded.dtype, decoded.tolist()) == (codes.dtype, values)


@given(st.binary(max_size=40), st.integers(0, 40), st.sampled_from(sorted(WIDTHS)))
def test_codes_of_any_bytes_are_not_too_many(data: bytes, n: int, width: int) -> None:
    try:
        codes = format2.decode_codes(data, n, CODES_TYPES[width])
    except SessionFormatError:
        return
    assert len(codes) <= n
    assert codes.dtype == WIDTHS[width]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\x00", "can't stand"),
        (b"\x03\x00", "unknown encoding 3"),
        (b"\x00\x0b" + b"\x01" * 22, "11, there may be 10"),
        (b"\x00" + encode_uvarints([2**63]), "9,223"),
        (b"\x00\x02\x01\x01\x01", "4 bytes, not 3"),
        (b"\x00\x02\x01\x01\x01\x01\x01", "4 bytes, not 5"),
        (b"\x01\x0a", "can't stand"),
        (b"\x01\x0a" + encode_uvarints([2**40]), "1,099"),
        (b"\x01\x0a\x05\x01\x02", "can't stand"),
        (b"\x01\x0a\x01\x01", "can't stand"),
        (b"\x01\x02\x02\x01\x02\x02\x00", "empty"),
        (b"\x01\x0a\x01\x01\x09", "9 codes, not 10"),
        (b"\x01\x01\x01\x01\x09", "9 codes, not 1"),
        (b"\x01\x0a\x00", "0 codes, not 10"),
        (b"\x01\x0a\x01\x01\x0a\x00", "1 bytes follow"),
        (b"\x01\x0a\x01" + encode_uvarints([65_536, 10]), "65,536 is above 65,535"),
        (b"\x01\x0a\x01" + encode_uvarints([1, 2**64 - 1]), "above 65,535"),
        (b"\x01\x04\x02" + encode_uvarints([1, 2**63, 2, 2**63 + 4]), "above 65,535"),
        (b"\x02\x03", "packed in None bits"),
        (b"\x02\x03\x03\x00", "packed in 3 bits"),
        (b"\x02\x03\x08\x00\x00\x00", "packed in 8 bits"),
        (b"\x02\x03\x02", "1 bytes, not 0"),
        (b"\x02\x03\x02\x00\x00", "1 bytes, not 2"),
        (b"\x02\x03\x02\x40", "bit is set after"),
    ],
)
def test_impossible_codes(data: bytes, what: str) -> None:
    with pytest.raises(SessionFormatError, match=what):
        format2.decode_codes(data, 10, "Uint16Array")


def test_a_code_that_is_wider_than_its_type() -> None:
    data = b"\x01" + encode_uvarints([1000, 1, 256, 1000])
    assert format2.decode_codes(data, 1000, "Uint16Array").tolist() == [256] * 1000
    with pytest.raises(SessionFormatError, match="code 256 is above 255"):
        format2.decode_codes(data, 1000, "Uint8Array")


def test_a_type_of_codes_that_is_none() -> None:
    with pytest.raises(SessionFormatError, match="Float32Array"):
        format2.decode_codes(b"\x00\x00", 10, "Float32Array")


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" + encode_uvarints([MOST]),
        b"\x01" + bytes(100),
        b"\x02" + encode_uvarints([MOST, 1, 1]),
        b"\x02" + encode_uvarints([1, 1, MOST]),
        b"\x03" + encode_uvarints([MOST]) + bytes(100),
    ],
)
def test_bad_cells_take_no_memory(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(SessionFormatError):
        format2.decode_cells(data, MOST, np.array(SOME))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize("encoding", [0, 1, 2])
def test_bad_codes_take_no_memory(encoding: int) -> None:
    data = bytes([encoding]) + encode_uvarints([MOST, MOST]) + bytes(100)
    tracemalloc.start()
    with pytest.raises(SessionFormatError):
        format2.decode_codes(data, MOST, "Uint32Array")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_a_manifest_of_format_2() -> None:
    format2.check_manifest({**manifest_of("d", 3, 2, {}), "nobody knows": 1})


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        (("datasetFingerprint",), None, "datasetFingerprint: expected an object, got NoneType"),
        (("datasetFingerprint", "cellCount"), 3.0, r"cellCount.*3\.0"),
        (("datasetFingerprint", "cellCount"), True, "cellCount.*True"),
        (("datasetFingerprint", "varCount"), -1, "varCount.*-1"),
        (("datasetFingerprint", "varCount"), None, "varCount.*None"),
        (("datasetFingerprint", "datasetId"), 4, "datasetId.*4"),
        (("datasetFingerprint", "dataMapping"), [], "dataMapping: expected an object, got list"),
        (("datasetFingerprint", "dataMapping", "expression"), 1, "expression.*1"),
        (("datasetFingerprint", "dataMapping", "geneNames"), {}, "geneNames"),
        (("datasetFingerprint", "dataMapping", "modality"), [1], "modality"),
    ],
)
def test_impossible_manifests(path: tuple[str, ...], value: Any, what: str) -> None:
    manifest = json.loads(json.dumps(manifest_of("d", 3, 2, {})))
    holder = manifest
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(SessionFormatError, match=what):
        format2.check_manifest(manifest)
