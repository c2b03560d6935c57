"""Numbers stored in one or two bytes each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

BITS: Final[dict[int, np.dtype[Any]]] = {8: np.dtype("<u1"), 16: np.dtype("<u2")}
"""How many bits a number may take, and the type of its codes."""


@dataclass(frozen=True)
class Quantized:
    """Numbers as codes, in the layout that ``cellucid`` 0.0.9 writes.

    A code stands for ``low + code / most * (high - low)``, where `most` is the largest code but
    one, 254 or 65,534; the largest stands for a missing value.

    Attributes
    ----------
    codes
        uint8 or uint16, one a value.
    low, high
        The least and the largest value; 1 apart where they are the same.
    n_infinite
        How many values were infinite, and are missing now.
    """

    codes: npt.NDArray[Any]
    low: float
    high: float
    n_infinite: int


def quantize(values: npt.NDArray[np.float32], bits: int) -> Quantized:
    """Round numbers to the nearest of 255 or 65,535 steps from their least to their largest.

    Parameters
    ----------
    values
        float32; NaN is missing.
    bits
        8 or 16.

    Examples
    --------
    >>> quantize(np.array([0, 1, 254, np.nan], dtype=np.float32), 8).codes
    array([  0,   1, 254, 255], dtype=uint8)
    """
    dtype = BITS[bits]
    missing = 2**bits - 1
    unknown = None
    # What is infinite or missing is rare, and to look for it in a million values is not free.
    if values.size and not np.isfinite([values.min(), values.max()]).all():
        unknown = ~np.isfinite(values)
    known = values if unknown is None else values[~unknown]
    low, largest = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    span = largest - low
    # float64, which holds the span of any float32 values.
    with np.errstate(invalid="ignore"):
        steps = np.subtract(values, low, dtype=np.float64)
        steps *= (missing - 1) / span if span else 0.0
    np.rint(steps, out=steps)
    if unknown is not None:
        steps[unknown] = missing
    return Quantized(
        steps.astype(dtype),
        low,
        largest if span else low + 1,
        0 if unknown is None else int(np.isinf(values).sum()),
    )
