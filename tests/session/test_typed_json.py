"""JSON with arrays beside it, against the writer of the tests, and what strangers may write."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session.typed_json import decode_typed_json
from cellucid_ext.session.uvarint import encode_uvarints
from tests.format2 import encode_typed_json

ARRAYS = st.sampled_from(["u1", "u2", "u4", "i4", "f4", "f8"]).flatmap(
    lambda dtype: st.binary(max_size=40).map(
        lambda data: np.frombuffer(data[: len(data) // 8 * 8], dtype=dtype)
    )
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
VALUES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


def bits(value: Any) -> Any:
    """A value whose arrays can be compared, NaN with NaN."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tobytes()
    if isinstance(value, list):
        return [bits(one) for one in value]
    if isinstance(value, dict):
        return {key: bits(one) for key, one in value.items()}
    return value


@given(VALUES)
def test_typed_json(value: Any) -> None:
    assert bits(decode_typed_json(encode_typed_json(value))) == bits(value)


def typed(text: str, arrays: bytes = b"") -> bytes:
    return len(text).to_bytes(4, "little") + text.encode() + arrays


ONE = b"\x01\x02\x05\x07"


def test_arrays_may_stand_in_another_order() -> None:
    data = typed('[{"$typed": 1}, {"a": {"$typed": 0}}]', ONE + b"\x03\x01\x01\x00\x00\x00")
    assert bits(decode_typed_json(data)) == bits(
        [np.array([1], dtype=np.uint32), {"a": np.array([5, 7], dtype=np.uint8)}]
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no length"),
        (b"\x01\x00\x00", "no length"),
        (b"\x09\x00\x00\x00{}", "9 bytes of JSON, 2 are left"),
        (typed("{"), "not JSON"),
        (b"\x01\x00\x00\x00\xff", "not UTF-8"),
        (typed('{"$typed": 0}'), "1 arrays are named, 0"),
        (typed("{}", ONE), "0 arrays are named, 0 were read, and 4"),
        (typed('{"$typed": 0}', ONE + ONE), "1 arrays are named, 1 were read, and 4"),
        (typed('[{"$typed": 0}, {"$typed": 0}]', ONE + ONE), "named once"),
        (typed('{"$typed": 1}', ONE), "named once"),
        (typed('{"$typed": -1}', ONE), "named once"),
        (typed('{"$typed": true}', ONE), "names no array"),
        (typed('{"$typed": 0.0}', ONE), "names no array"),
        (typed('{"$typed": 0, "more": 1}', ONE), "names no array"),
        (typed('{"$typed": 0}', b"\x07\x00"), "unknown dtype 7"),
        (typed('{"$typed": 0}', b"\x01"), "can't stand"),
        (typed('{"$typed": 0}', ONE[:-1]), "2 bytes, 1 are left"),
        (typed('{"$typed": 0}', b"\x06" + encode_uvarints([2**63])), "are left"),
        (typed("[" * 100_000), "nested too deeply"),
    ],
)
def test_impossible_typed_json(data: bytes, what: str) -> None:
    with pytest.raises(SessionFormatError, match=what):
        decode_typed_json(data)


def test_json_as_deep_as_it_can_be_read() -> None:
    depth = 900
    value = decode_typed_json(typed("[" * depth + '{"$typed": 0}' + "]" * depth, ONE))
    for _ in range(depth):
        (value,) = value
    assert value.tolist() == [5, 7]


def test_a_million_arrays_that_nobody_names_are_not_made() -> None:
    data = typed("{}", b"\x01\x00" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(SessionFormatError, match="0 arrays are named"):
        decode_typed_json(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
