"""The chunk ids, and typed records of what the JSON chunks hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .codecs import Codes

CELLS: Final = "highlights/cells/"
CODES: Final = "user-defined/codes/"
NAMES: Final = "identity/obs-names"
Category = str | bool | int | float

ARTIFACTS: Final = "analysis/artifacts/"
META: Final = "highlights/meta"
OVERLAYS: Final = "core/field-overlays"


@dataclass(frozen=True)
class Group:
    """A highlight group. Its cells are read from the file when they are asked for.

    Attributes
    ----------
    id
        Such as ``"highlight_1"``; its cells are the chunk ``highlights/cells/<id>``.
    type
        The tool that made it.
    label
        What a person called it.
    enabled
        Whether it was shown.
    cell_count
        How many cells the file says it has.
    page
        Name of the page it is on.
    raw
        All keys of the file.
    read
        How its cells are read; `cells` does.
    """

    id: str
    type: str
    label: str
    enabled: bool
    cell_count: int
    page: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    read: Callable[[Group], npt.NDArray[np.int64]] = field(repr=False, compare=False)

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """Ascending row indices of its cells, int64 of shape (n,), read anew each time.

        Raises
        ------
        SessionFormatError
            If the file does not hold them, or they are damaged.
        """
        return self.read(self)


@dataclass(frozen=True)
class Page:
    """A highlight page."""

    id: str
    name: str
    color: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Field:
    """A user-defined field. Its codes are read from the file when they are asked for.

    Attributes
    ----------
    id
        Such as ``"user_cat_1"``; its codes are the chunk ``user-defined/codes/<id>``.
    source
        ``"obs"``, or ``"var"`` for one made from genes.
    kind
        ``"category"``, or ``"continuous"`` for an alias without codes.
    key
        Its name.
    categories
        In the order of their codes. Texts; in format 2 they may be numbers or truth values.
    colors
        One ``#rrggbb`` a category, None where a category has none; empty where none has.
    uncovered_label
        What cells without a category are called, where that is a category of its own.
    codes_type
        ``"Uint8Array"``, ``"Uint16Array"``, ``"Uint32Array"`` (format 2 only), or None where the
        file does not say.
    source_key
        The field it was made from: of a continuous field, the one it is a copy of.
    raw
        All keys of the file.
    read
        How its codes are read; `codes` does.
    """

    id: str
    source: Literal["obs", "var"]
    kind: Literal["category", "continuous"]
    key: str
    categories: tuple[Category, ...]
    deleted: bool
    purged: bool
    colors: tuple[str | None, ...]
    uncovered_label: str | None
    codes_type: str | None
    source_key: str | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    read: Callable[[Field], Codes] = field(repr=False, compare=False)

    @property
    def codes(self) -> Codes:
        """Codes of the cells, or of the genes: uint8, uint16 or uint32, shape (n,), read anew.

        Raises
        ------
        SessionFormatError
            If the file does not hold them, or they are damaged.
        """
        return self.read(self)


@dataclass(frozen=True)
class Renames:
    """What fields and categories were renamed to in the viewer.

    Attributes
    ----------
    fields
        New names by ``(source, key)``.
    categories
        New names by the place of the category, by ``(source, key)`` of its field.
    was
        What the categories were called before, in the same way; None where the file does not say.
        Where it does, it tells of columns of the data only, never of user-defined fields.
    colors
        Colours given to categories of the data, by what the data call them, by ``(source, key)``.
    deleted
        ``(source, key)`` of the data's columns and genes that were put out of sight.
    palette
        What the viewer draws categories in that have no colour, in the way of ``colors``; of the
        fields that are there.
    """

    fields: Mapping[tuple[str, str], str]
    categories: Mapping[tuple[str, str], Mapping[int, str]]
    was: Mapping[tuple[str, str], Mapping[int, str]] | None = None
    colors: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    deleted: frozenset[tuple[str, str]] = frozenset()
    palette: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
