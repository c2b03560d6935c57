"""The chunk ids, and typed records of what the JSON chunks hold.

Records are read from strangers' JSON: what is wrong is told with its path, such as
``highlights/meta: pages[0].name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .errors import SessionFormatError

CELLS: Final = "highlights/cells/"
CODES: Final = "user-defined/codes/"
NAMES: Final = "identity/obs-names"

MAX_TEXT: Final = 10_000
MAX_ENTRIES: Final = 100_000


@dataclass(frozen=True)
class Group:
    """A highlight group, without its cells.

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
    raw
        All keys of the file.
    """

    id: str
    type: str
    label: str
    enabled: bool
    cell_count: int
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A highlight page."""

    id: str
    name: str
    color: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Field:
    """A user-defined field.

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
        In the order of their codes.
    """

    id: str
    source: Literal["obs", "var"]
    kind: Literal["category", "continuous"]
    key: str
    categories: tuple[str, ...]
    deleted: bool
    purged: bool
    uncovered_label: str | None


def read_pages(value: object) -> list[Page]:
    """Read ``highlights/meta``."""
    meta = _object(value, "highlights/meta")
    pages = _list(meta.get("pages", []), "highlights/meta: pages")
    found = [_page(page, f"highlights/meta: pages[{i}]") for i, page in enumerate(pages)]
    _all_differ((group.id for page in found for group in page.groups), "highlights/meta: the group")
    return found


def _all_differ(ids: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise SessionFormatError(f"{what} {one!r} stands twice")
        seen.add(one)


def _page(value: object, path: str) -> Page:
    page = _object(value, path)
    groups = _list(page.get("highlightedGroups", []), f"{path}.highlightedGroups")
    return Page(
        _text(page.get("id"), f"{path}.id"),
        _text(page.get("name", ""), f"{path}.name"),
        _text(page.get("color") or "", f"{path}.color"),
        tuple(_group(group, f"{path}.highlightedGroups[{i}]") for i, group in enumerate(groups)),
    )


def _group(value: object, path: str) -> Group:
    group = _object(value, path)
    count = group.get("cellCount", 0)
    if type(count) is not int or count < 0:
        raise SessionFormatError(f"{path}.cellCount: expected a whole number, got {count!r}")
    return Group(
        _text(group.get("id"), f"{path}.id"),
        _text(group.get("type", ""), f"{path}.type"),
        _text(group.get("label", ""), f"{path}.label"),
        group.get("enabled") is not False,
        count,
        group,
    )


def read_fields(value: object) -> list[Field]:
    """Read the user-defined fields of ``core/field-overlays``."""
    overlays = _object(value, "core/field-overlays")
    fields = _list(overlays.get("userDefinedFields", []), "core/field-overlays: userDefinedFields")
    path = "core/field-overlays: userDefinedFields"
    found = [_field(field, f"{path}[{i}]") for i, field in enumerate(fields)]
    _all_differ((field.id for field in found), "core/field-overlays: the field")
    return found


def _field(value: object, path: str) -> Field:
    field = _object(value, path)
    source, kind = field.get("source"), field.get("kind")
    if source not in ("obs", "var"):
        raise SessionFormatError(f"{path}.source: expected 'obs' or 'var', got {source!r}")
    if kind not in ("category", "continuous"):
        raise SessionFormatError(f"{path}.kind: expected 'category' or 'continuous', got {kind!r}")
    categories = _list(field.get("categories") or [], f"{path}.categories")
    uncovered = field.get("uncoveredLabel")
    return Field(
        _text(field.get("id"), f"{path}.id"),
        "obs" if source == "obs" else "var",
        "category" if kind == "category" else "continuous",
        _text(field.get("key"), f"{path}.key"),
        tuple(_text(c, f"{path}.categories[{i}]") for i, c in enumerate(categories)),
        field.get("isDeleted") is True,
        field.get("isPurged") is True,
        uncovered if isinstance(uncovered, str) else None,
    )


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SessionFormatError(f"{path}: expected an object, got {type(value).__name__}")
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise SessionFormatError(f"{path}: expected a list of at most {MAX_ENTRIES:,} entries")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise SessionFormatError(f"{path}: expected a text of at most {MAX_TEXT:,} characters")
    return value
