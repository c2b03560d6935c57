"""JSON as browsers write it; that it is the same, their own tests see."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.session.json_bytes import json_bytes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (1.2345678901234567e20, "123456789012345670000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (1e-6, "0.000001"),
        (-0.000012345, "-0.000012345"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (["é\u2028", 'a"1.0\\', "1e-05"], '["é\u2028","a\\"1.0\\\\","1e-05"]'),
        ({"\ud800": "\x1f\x7f"}, '{"\\ud800":"\\u001f\x7f"}'),
    ],
)
def test_known_texts(value: Any, text: str) -> None:
    assert json_bytes(value) == text.encode()


@given(st.recursive(st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists))
def test_what_is_read_again_is_the_same(value: Any) -> None:
    # Whole numbers have no point then: they are floats again, as in browsers.
    assert json.loads(json_bytes(value), parse_int=float) == value


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes(value)
