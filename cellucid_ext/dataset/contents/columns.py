"""Columns of obs as the viewer reads them: codes of categories, or float32 values."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from .names import distinct

_KINDS: Final = {
    **dict.fromkeys(("string", "boolean", "empty"), "categorical"),
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "continuous"),
}
"""Of what pandas finds in objects."""
_CODES: Final = ((np.uint8, 255), (np.uint16, 65535), (np.uint32, 2**32 - 1))


@dataclass(frozen=True)
class Categories:
    """A categorical column, without its codes.

    Attributes
    ----------
    names
        The categories in their order; no name stands twice.
    told_apart
        How many of them are another's as texts, such as 1 and "1", and got a number.
    dtype, missing
        Of the codes: the smallest unsigned type that holds them, and its largest value, which
        stands for a missing value.
    """

    names: list[str]
    told_apart: int
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
        return _KINDS.get(pd.api.types.infer_dtype(column, skipna=True))
    return None


def why_not(column: pd.Series[Any]) -> str:
    """Say why `kind_of` knows no way to show a column.

    Examples
    --------
    >>> why_not(pd.Series(["a", 1], dtype=object))
    'it holds numbers and texts mixed: make it one of them'
    >>> why_not(pd.Series([[1], [2]]))
    'it holds list, which is neither numbers nor categories'
    """
    if not pd.api.types.is_object_dtype(column.dtype):
        return f"{column.dtype} is neither numbers nor categories"
    held = sorted({_word_for(value) for value in column[column.notna()]})
    if len(held) == 1:
        return f"it holds {held[0]}, which is neither numbers nor categories"
    return f"it holds {', '.join(held[:-1])} and {held[-1]} mixed: make it one of them"


def _word_for(value: object) -> str:
    if isinstance(value, str):
        return "texts"
    if isinstance(value, bool | np.bool_):
        return "booleans"
    return "numbers" if isinstance(value, Real) else type(value).__name__


def categories(values: pd.Categorical[Any] | pd.CategoricalDtype) -> Categories:
    """Describe a categorical column."""
    names = [str(name) for name in values.categories]
    told_apart = len(names) - len(set(names))
    if told_apart:
        names = distinct(names)
    for dtype, missing in _CODES:
        if len(names) < missing:
            return Categories(names, told_apart, np.dtype(dtype), missing)
    raise AssertionError("a column has fewer rows than 2**32")


def codes(values: pd.Categorical[Any], described: Categories) -> npt.NDArray[Any]:
    """Give one code a cell; a missing value's is the largest of the type."""
    # -1, the code of a missing value, becomes the largest value of any unsigned type.
    return np.asarray(values.codes).astype(described.dtype)


def floats(column: pd.Series[Any]) -> npt.NDArray[np.float32]:
    """Give one float32 a cell: NaN for a missing value, infinite for what is too large."""
    with np.errstate(all="ignore"):
        return column.to_numpy(dtype=np.float32, na_value=np.nan)
