"""Tables, both ways, against a plain writer of this test, and what strangers may send."""

from __future__ import annotations

import json
import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cellucid_ext import SessionFormatError
from cellucid_ext.session.table import MAX_ENTRIES, decode_table, encode_table

NUMBERS = ["uint8", "uint16", "uint32", "int32", "float32", "float64"]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=200) | st.sampled_from(["", "a", "b"])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, np.ndarray]:
    names = draw(st.lists(st.text(), max_size=5, unique=True))
    count = draw(st.integers(0, 40))
    table = {}
    for name in names:
        dtype = draw(st.sampled_from([*NUMBERS, "bool", "string"]))
        if dtype == "string":
            table[name] = np.empty(count, dtype=object)
            table[name][:] = draw(st.lists(TEXTS, min_size=count, max_size=count))
        else:
            order = draw(st.sampled_from("<>")) if dtype != "bool" else "<"
            table[name] = draw(arrays.arrays(np.dtype(dtype).newbyteorder(order), count))
    return table


@given(tables())
def test_what_goes_in_comes_out(table: dict[str, np.ndarray]) -> None:
    read = decode_table(encode_table(table))
    assert list(read) == list(table)
    for name, values in table.items():
        assert read[name].dtype == values.dtype.newbyteorder("=")
        if values.dtype == object:
            assert read[name].tolist() == values.tolist()
        else:
            assert read[name].tobytes() == values.astype(read[name].dtype).tobytes()
        assert read[name].flags.writeable


def packed(rows: Any, *columns: tuple[dict[str, Any], bytes], after: bytes = b"") -> bytes:
    """A table written by hand; whatever is not said of a column is as it should be."""
    metas = [{"byteLength": len(payload), **meta} for meta, payload in columns]
    header = json.dumps({"rowCount": rows, "columns": metas}).encode()
    return struct.pack("<I", len(header)) + header + b"".join(p for _, p in columns) + after


def column(name: str, dtype: str, encoding: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "encoding": encoding, **more}


RAW = column("n", "uint16", "raw")
BITS = column("b", "bool", "bitset")
DICT = column("s", "string", "dict")


def test_a_table_byte_by_byte() -> None:
    data = packed(
        9,
        (column("n", "int32", "raw"), struct.pack("<9i", *range(-4, 5))),
        (BITS, bytes([0b00000101, 1])),
        (
            column("s", "string", "dict", dictCount=2),
            b"\x02"
            + b"\x81\x01"
            + b"x" * 129
            + b"\x02"
            + "é".encode()
            + struct.pack("<9I", *[1, 0] * 4, 1),
        ),
    )
    read = decode_table(data)
    assert read["n"].tolist() == list(range(-4, 5))
    assert read["n"].dtype == np.int32
    assert read["b"].tolist() == [True, False, True, *[False] * 5, True]
    assert read["s"].tolist() == ["é", "x" * 129] * 4 + ["é"]
    # The same table once more from our own writer, whose JSON alone is spaced otherwise.
    (size,) = struct.unpack("<I", data[:4])
    ours = encode_table({"n": read["n"], "b": read["b"]})
    assert ours.endswith(data[4 + size :][: 36 + 2])


def test_lists_of_texts_and_fixed_width_texts_are_columns() -> None:
    read = decode_table(encode_table({"a": ["x", "y", "x"], "b": np.array(["p", "qq", ""])}))
    assert read["a"].tolist() == ["x", "y", "x"]
    assert read["b"].tolist() == ["p", "qq", ""]
    assert {type(text) for text in read["b"]} == {str}


def test_repeated_texts_stand_once() -> None:
    many = encode_table({"s": ["a long text that stands in each row"] * 10_000})
    assert len(many) < 10_000 * 4 + 200


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": np.array([1, 2])}, "'a' is int64"),
        ({"a": np.array([1j])}, "'a' is complex128"),
        ({"a": np.array([b"x"])}, "'a' is bytes"),
        ({"a": np.array(["x", None])}, "'a' has None among its texts"),
        ({"a": np.array([None, "x"])}, "'a' has None among its texts"),
        ({"a": np.array(["x", 3.5], dtype=object)}, r"'a' has 3\.5 among its texts"),
        ({"a": ["\ud800"]}, "surrogates not allowed"),
        ({"a": np.zeros((2, 2))}, r"one shape \(n,\)"),
        ({"a": "x"}, r"one shape \(n,\)"),
        ({"a": ["x"], "b": ["x", "y"]}, r"one shape \(n,\)"),
    ],
)
def test_what_is_no_column_is_not_written(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode_table(columns)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no length of a header"),
        (b"\0\0\0", "no length of a header"),
        (b"\x05\0\0\0{}", "header of 5 bytes, 2 are left"),
        (b"\xff\xff\xff\xff{}", "2 are left"),
        (b"\x02\0\0\0[]", "must be a JSON object, not list"),
        (b"\x02\0\0\0{]", "is not JSON"),
        (b"\x02\0\0\0{}", "rowCount: expected a whole number, got None"),
        (packed(True), "rowCount: expected a whole number, got True"),
        (packed(-1), "rowCount: expected a whole number, got -1"),
        (packed(1.0), "rowCount: expected a whole number"),
        (packed(2**28 + 1), "at most"),
        (packed(10**300), "at most"),
        (b'\x0e\0\0\0{"rowCount":0}', "columns: expected a list, got NoneType"),
        (packed(0, ({"name": 3}, b"")), r"columns\[0\].name: expected a text, got 3"),
        (packed(0, (RAW, b""), (RAW, b"")), r"columns\[1\].name: 'n' stands twice"),
        (packed(0, (column("n", "int64", "raw"), b"")), "unknown dtype 'int64'"),
        (packed(0, (column("n", "bool", "raw"), b"")), "dtype 'bool', encoding 'raw'"),
        (packed(0, (column("n", "uint8", "dict"), b"")), "dtype 'uint8', encoding 'dict'"),
        (packed(0, ({"name": "n", "dtype": ["bool"], "encoding": "raw"}, b"")), "unknown dtype"),
        (packed(0, ({"name": "n", "dtype": "bool", "encoding": {}}, b"")), "unknown dtype"),
        (packed(2, ({**RAW, "byteLength": 5}, b"1234")), "is 5 bytes, 4 are left"),
        (packed(2, ({**RAW, "byteLength": -1}, b"1234")), "'n': byteLength: expected a whole"),
        (packed(2, ({**RAW, "byteLength": "4"}, b"1234")), "'n': byteLength: expected a whole"),
        (packed(2, (RAW, b"123")), "is 3 bytes, 2 rows of uint16 take 4"),
        (packed(2, (RAW, b"12345")), "is 5 bytes, 2 rows of uint16 take 4"),
        (packed(2, (RAW, b"1234"), after=b"56"), "2 bytes follow the last column"),
        (packed(9, (BITS, b"1")), "is 1 bytes, 9 rows of bool take 2"),
        (packed(9, (BITS, b"\xff\x03")), "has bits after its 9 rows"),
        (packed(0, (BITS, b"\0")), "0 rows of bool take 0"),
        (packed(0, (DICT, b"")), "number of texts"),
        (packed(0, (DICT, b"\x80")), "number of texts"),
        (packed(0, (DICT, b"\x02\0")), "2 texts in 1 bytes"),
        (packed(0, (DICT, b"\xff" * 9 + b"\x01" + b"\0" * 8)), "texts in 8 bytes"),
        (packed(0, ({**DICT, "dictCount": 2}, b"\x01\x00")), "dictCount is 2, not 1"),
        (packed(0, ({**DICT, "dictCount": True}, b"\x01\x00")), "dictCount: expected a whole"),
        (packed(0, (DICT, b"\x01\x05abcd")), "a text of 5 bytes, 4 are left"),
        (packed(0, (DICT, b"\x01" + b"\xff" * 9 + b"\x01")), "a text of 18,446,"),
        (packed(0, (DICT, b"\x02\x01a")), "length of a text"),
        (packed(0, (DICT, b"\x02\x80\x80")), "length of a text"),
        (packed(0, (DICT, b"\x01\x02a\xff")), "not UTF-8"),
        (packed(0, (DICT, b"\x01\x01\xff")), "not UTF-8"),
        (packed(0, (DICT, b"\x01\x03\xed\xa0\x80")), "not UTF-8"),
        (packed(1, (DICT, b"\x01\x01a\0\0\0")), "3 bytes of codes, 1 rows take 4"),
        (packed(1, (DICT, b"\x01\x01a\x01\0\0\0")), "code 1 of 1 texts"),
        (packed(1, (DICT, b"\0\0\0\0\0")), "code 0 of 0 texts"),
    ],
)
def test_impossible_tables(data: bytes, message: str) -> None:
    with pytest.raises(SessionFormatError, match=message):
        decode_table(data)


@given(tables(), st.data())
def test_any_bytes_are_a_table_or_refused(
    table: dict[str, np.ndarray], data: st.DataObject
) -> None:
    octets = bytearray(encode_table(table))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    del octets[data.draw(st.integers(0, 2 * len(octets))) :]
    try:
        read = decode_table(octets)
    except SessionFormatError:
        return
    assert len({len(values) for values in read.values()}) <= 1


def test_what_a_table_would_take_is_summed_before_memory_is_taken() -> None:
    rows = 2**26
    bits = bytes(rows // 8)
    data = packed(rows, *[(column(str(i), "bool", "bitset"), bits) for i in range(17)])
    tracemalloc.start()
    try:
        with pytest.raises(SessionFormatError, match="1,073,741,824 are allowed"):
            decode_table(data)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_the_texts_of_all_columns_are_counted() -> None:
    half = MAX_ENTRIES // 2 + 1
    assert half == 1_000_001
    first = (column("a", "string", "dict"), b"\xc1\x84\x3d" + bytes(half))
    second = (column("b", "string", "dict"), b"\xc1\x84\x3d" + bytes(half))
    assert decode_table(packed(0, first))["a"].tolist() == []
    with pytest.raises(SessionFormatError, match="there may be 999,999 at most"):
        decode_table(packed(0, first, second))
