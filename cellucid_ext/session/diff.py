"""What differs between two sessions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from . import format2
from .bundle import CellucidSessionBundle
from .changes import json_changes
from .inventory import CELLS, CODES, META, NAMES, OVERLAYS, Field, Group
from .labels import places_of

_Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """Something in which two sessions differ.

    Attributes
    ----------
    where
        Such as ``"group highlight_1"``.
    what
        How they differ there.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def find_differences(
    old: CellucidSessionBundle, new: CellucidSessionBundle
) -> Iterator[Difference]:
    """Compare two sessions by what they hold, not by their bytes.

    Where both know the names of their cells, cells are compared by name, else by position.

    Parameters
    ----------
    old, new
        The sessions.

    Yields
    ------
    Difference
        None where both hold the same.

    Raises
    ------
    SessionFormatError
        If one of them is damaged.

    Examples
    --------
    >>> a, b = CellucidSessionBundle("a"), CellucidSessionBundle("b")   # doctest: +SKIP
    >>> print(*find_differences(a, b), sep="\n")                        # doctest: +SKIP
    group highlight_1: label: "B" → "B cells"
    group highlight_1: 3 cells more, 1 fewer
    """
