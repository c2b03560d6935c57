"""Numbers in one or two bytes, read back as the folder's description says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.dataset.prepare.quantize import Quantized, quantize

FLOATS = st.lists(st.floats(width=32), max_size=40)
BITS = st.sampled_from([8, 16])


def restored(quantized: Quantized, bits: int) -> npt.NDArray[np.float64]:
    missing = 2**bits - 1
    span = quantized.high - quantized.low
    values = quantized.low + quantized.codes / (missing - 1) * span
    return np.where(quantized.codes == missing, np.nan, values)


@given(FLOATS, BITS)
def test_half_a_step_off_at_most(given: list[float], bits: int) -> None:
    values = np.array(given, dtype=np.float32)
    quantized = quantize(values, bits)
    known = np.isfinite(values)
    found = restored(quantized, bits)
    np.testing.assert_array_equal(np.isnan(found), ~known)
    step = (quantized.high - quantized.low) / (2**bits - 2)
    off = np.abs(found[known] - values[known].astype(np.float64))
    assert (off <= step / 2 * (1 + 1e-9)).all()
    assert quantized.n_infinite == np.isinf(values).sum()
    assert quantized.codes.dtype == np.dtype(f"<u{bits // 8}")


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    ("values", "span"),
    [
        ([7, 7, np.nan], (7, 8)),
        ([np.nan, np.inf], (0, 1)),
        ([], (0, 1)),
        ([-3e38, 3e38], (np.float32(-3e38), np.float32(3e38))),
        ([0, 1e-45], (0, np.float32(1e-45))),
    ],
)
def test_the_span(values: list[float], span: tuple[float, float], bits: int) -> None:
    quantized = quantize(np.array(values, dtype=np.float32), bits)
    assert (quantized.low, quantized.high) == span


@pytest.mark.parametrize("bits", [8, 16])
def test_the_ends_are_exact(bits: int) -> None:
    quantized = quantize(np.array([-1.5, 0, 2.5], dtype=np.float32), bits)
    assert restored(quantized, bits)[[0, 2]].tolist() == [-1.5, 2.5]
