"""The category that the cells of a group are stored relative to, in format 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import SessionFormatError


@dataclass(frozen=True)
class Reference:
    """The category that a group's cells are stored relative to.

    Attributes
    ----------
    field
        Name of the ``obs`` column.
    category
        Its category: a text, a number or a truth value.

    Examples
    --------
    >>> Reference("leiden", "2").cells(np.array([0, 1, -1, 1]), ["1", "2"])
    array([1, 3])
    """

    field: str
    category: str | float | bool

    def cells(self, codes: npt.NDArray[Any], categories: Sequence[Any]) -> npt.NDArray[np.int64]:
        """Give the category's cells.

        Parameters
        ----------
        codes
            The place of each cell's category, −1 where it has none, integers of shape (n,).
        categories
            In the order of the codes. Text is no number here, and a number no truth value.

        Returns
        -------
        numpy.ndarray
            Ascending row indices, int64 of shape (m,); none where there is no such category.
        """
        wanted = _kind(self.category)
        places = [
            place
            for place, label in enumerate(categories)
            if _kind(label) is wanted and label == self.category
        ]
        return np.flatnonzero(np.isin(codes, places)).astype(np.int64)


def _kind(label: object) -> type | None:
    if isinstance(label, str):
        return str
    if isinstance(label, bool | np.bool_):
        return bool
    return float if isinstance(label, int | float | np.integer | np.floating) else None


def reference_of(group: Mapping[str, Any]) -> Reference:
    """Find out what a group's cells are stored relative to, where `needs_reference` says they are.

    Parameters
    ----------
    group
        All keys of the group, as in ``highlights/meta``.

    Raises
    ------
    SessionFormatError
        If the group is not one of a category of an ``obs`` field.
    """
    field, category = group.get("fieldKey"), group.get("categoryName")
    if (
        group.get("type") != "category"
        or group.get("fieldSource") != "obs"
        or not isinstance(field, str)
        or not isinstance(category, str | bool | int | float)
    ):
        raise SessionFormatError(
            f"group {group.get('id')!r} is stored relative to a category, and does not say which: "
            f"type {group.get('type')!r}, fieldSource {group.get('fieldSource')!r}, "
            f"fieldKey {field!r}, categoryName {category!r}"
        )
    return Reference(field, category)
