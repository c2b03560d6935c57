"""Columns of obs as the viewer reads them: codes of categories, or float32 values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_CODES: Final = ((np.uint8, 255), (np.uint16, 65535), (np.uint32, 2**32 - 1))


@dataclass(frozen=True)
class Categories:
    """A categorical column, without its codes.

    Attributes
    ----------
    names
        The categories in their order.
    dtype, missing
        Of the codes: the smallest unsigned type that holds them, and its largest value, which
        stands for a missing value.
    """

    names: list[str]
    dtype: np.dtype[Any]
    missing: int


def kind_of(column: pd.Series[Any]) -> str | None:
    """Say whether a column is ``"categorical"``, ``"continuous"``, or nothing the viewer shows."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(dtype):
        return "categorical"
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return "continuous"
    if pd.api.types.is_string_dtype(dtype) or pd.api.types.is_object_dtype(dtype):
        inferred = pd.api.types.infer_dtype(column, skipna=True)
        return "categorical" if inferred in ("string", "boolean", "empty") else None
    return None


def categories(values: pd.Categorical[Any] | pd.CategoricalDtype) -> Categories:
    """Describe a categorical column."""
    names = [str(name) for name in values.categories]
    for dtype, missing in _CODES:
        if len(names) < missing:
            return Categories(names, np.dtype(dtype), missing)
    raise AssertionError("a column has fewer rows than 2**32")


def codes(values: pd.Categorical[Any], described: Categories) -> npt.NDArray[Any]:
    """Give one code a cell; a missing value's is the largest of the type."""
    # -1, the code of a missing value, becomes the largest value of any unsigned type.
    return np.asarray(values.codes).astype(described.dtype)


def floats(column: pd.Series[Any]) -> npt.NDArray[np.float32]:
    """Give one float32 a cell; NaN for a missing value."""
    return column.to_numpy(dtype=np.float32, na_value=np.nan)
