"""Masked arrays, whose mask says what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np


def unmasked(values: Any) -> Any:
    """Put NaN where a masked array has no value; give anything else as it is.

    Parameters
    ----------
    values
        An array of numbers.

    Returns
    -------
    Any
        Of a masked array: a plain one of floats that hold its numbers. Else what was given.

    Examples
    --------
    >>> unmasked(np.ma.masked_array([1, 2], mask=[False, True])).tolist()
    [1.0, nan]
    """
    if not isinstance(values, np.ma.MaskedArray):
        return values
    floats: Any = values.astype(np.result_type(values.dtype, np.float16))
    return floats.filled(np.nan)
