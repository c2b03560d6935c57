"""Labels of categories, as a categorical column can have and a file can store them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

import pandas as pd

from ..session.inventory import Category

_NOT_STORABLE: Final = re.compile("[\0\ud800-\udfff]")


def storable(labels: Sequence[Category]) -> list[Category]:
    r"""Give labels as h5ad and Zarr can store them.

    All are of one kind, and no text has a NUL or half of a surrogate pair in it.

    Examples
    --------
    >>> storable([1, 2]), storable([1, "a\0"])
    ([1, 2], ['1', 'a�'])
    """
    kinds = {type(label) for label in labels}
    # Whole numbers of more than 64 bits are objects to pandas, and no file takes them.
    if len(kinds) == 1 and str not in kinds and pd.Index(labels).dtype != object:
        return list(labels)
    return [_NOT_STORABLE.sub("\ufffd", str(label)) for label in labels]


def numbered(labels: Sequence[str], renamed: Collection[int]) -> list[str]:
    """Give labels that differ: one that is there already gets a number, before all a renamed one.

    Examples
    --------
    >>> numbered(["Mono", "T", "Mono"], renamed=[0])
    ['Mono (2)', 'T', 'Mono']
    """
    told: dict[int, str] = {}
    used: dict[str, int] = {}
    for place in sorted(range(len(labels)), key=lambda place: place in renamed):
        wanted = name = labels[place]
        while name in used:
            used[wanted] = used.get(wanted, 1) + 1
            name = f"{wanted} ({used[wanted]})"
        used.setdefault(name, 1)
        told[place] = name
    return [told[place] for place in range(len(labels))]


def distinct_labels(labels: Sequence[Category]) -> tuple[list[int], pd.Index[Any]]:
    """Give the place of each label among the distinct ones, and those: one twice is one category.

    Examples
    --------
    >>> distinct_labels(["T", "B", "T"])[0]
    [0, 1, 0]
    """
    distinct: dict[Category, int] = {}
    places = [distinct.setdefault(label, len(distinct)) for label in labels]
    # Numbers stay numbers; text has no other type than object, whatever pandas would make of it.
    text = any(isinstance(label, str) for label in distinct)
    return places, pd.Index(list(distinct), dtype=object if text or not distinct else None)
