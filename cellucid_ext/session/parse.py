"""Typed records out of strangers' JSON.

What is wrong is told with its path, such as ``highlights/meta: pages[0].name``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from .errors import SessionFormatError
from .inventory import META, OVERLAYS, Category, Field, Group, Page, Renames

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .codecs import Codes

MAX_TEXT: Final = 10_000
MAX_CATEGORY: Final = 100_000
MAX_ENTRIES: Final = 100_000

_COLOR: Final = re.compile("#[0-9a-fA-F]{6}")
_PLACE: Final = re.compile("[0-9]{1,6}")


def read_pages(value: object, read: Callable[[Group], npt.NDArray[np.int64]]) -> list[Page]:
    """Read ``highlights/meta``.

    Parameters
    ----------
    value
        The parsed JSON.
    read
        How a group's cells are read.

    Raises
    ------
    SessionFormatError
        Naming what is not as the format says.
    """
    meta = _object(value, META)
    pages = _list(meta.get("pages", []), f"{META}: pages")
    found = [_page(page, f"{META}: pages[{i}]", read) for i, page in enumerate(pages)]
    _all_differ((group.id for page in found for group in page.groups), f"{META}: the group")
    return found


def read_fields(value: object, read: Callable[[Field], Codes]) -> list[Field]:
    """Read the user-defined fields of ``core/field-overlays``.

    Parameters
    ----------
    value
        The parsed JSON.
    read
        How a field's codes are read.

    Raises
    ------
    SessionFormatError
        Naming what is not as the format says.
    """
    path = f"{OVERLAYS}: userDefinedFields"
    fields = _list(_object(value, OVERLAYS).get("userDefinedFields", []), path)
    found = [_field(field, f"{path}[{i}]", read) for i, field in enumerate(fields)]
    _all_differ((field.id for field in found), f"{OVERLAYS}: the field")
    return found


def read_renames(value: object) -> Renames:
    """Read what ``core/field-overlays`` says was renamed; what names no category is passed over.

    Raises
    ------
    SessionFormatError
        Naming what is not as the format says.
    """
    path = f"{OVERLAYS}: renames"
    overlays = _object(value, OVERLAYS)
    renames = _object(overlays.get("renames") or {}, path)
    fields: dict[tuple[str, str], str] = {}
    for name, new in _object(renames.get("fields") or {}, f"{path}.fields").items():
        fields[_source_and_key(name)] = _text(new, f"{path}.fields[{name!r}]")
    was = renames.get("was")
    return Renames(
        fields,
        _by_place(renames.get("categories") or {}, f"{path}.categories"),
        None if was is None else _by_place(was, f"{path}.was"),
        _category_colors(overlays, "categoryColors"),
        _deleted(overlays.get("deletedFields") or {}),
        _category_colors(overlays, "paletteColors"),
    )


def _by_place(value: object, path: str) -> dict[tuple[str, str], dict[int, str]]:
    found: dict[tuple[str, str], dict[int, str]] = {}
    for name, given in _object(value, path).items():
        # A key may hold colons itself: "obs:batch:lane:3" is category 3 of "batch:lane".
        field, _, place = name.rpartition(":")
        if _PLACE.fullmatch(place):
            text = _text(given, f"{path}[{name!r}]", MAX_CATEGORY)
            found.setdefault(_source_and_key(field), {})[int(place)] = text
    return found


def _category_colors(
    overlays: Mapping[str, Any], key: str
) -> dict[tuple[str, str], dict[str, str]]:
    path = f"{OVERLAYS}: {key}"
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, colors in _object(overlays.get(key) or {}, path).items():
        read = {label: _color(c) for label, c in _object(colors, f"{path}[{name!r}]").items()}
        found[_source_and_key(name)] = {label: c for label, c in read.items() if c is not None}
    return found


def _deleted(value: object) -> frozenset[tuple[str, str]]:
    path = f"{OVERLAYS}: deletedFields"
    deleted = _object(value, path)
    names = [
        _text(name, f"{path}.{state}[{i}]")
        for state in ("deleted", "purged")
        for i, name in enumerate(_list(deleted.get(state) or [], f"{path}.{state}"))
    ]
    return frozenset(map(_source_and_key, names))


def _source_and_key(name: str) -> tuple[str, str]:
    source, _, key = name.partition(":")
    return source, key


def _all_differ(ids: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise SessionFormatError(f"{what} {one!r} stands twice")
        seen.add(one)


def _page(value: object, path: str, read: Callable[[Group], npt.NDArray[np.int64]]) -> Page:
    page = _object(value, path)
    groups = _list(page.get("highlightedGroups", []), f"{path}.highlightedGroups")
    name = _text(page.get("name", ""), f"{path}.name")
    return Page(
        _text(page.get("id"), f"{path}.id"),
        name,
        _text(page.get("color") or "", f"{path}.color"),
        tuple(
            _group(group, f"{path}.highlightedGroups[{i}]", name, read)
            for i, group in enumerate(groups)
        ),
    )


def _group(
    value: object, path: str, page: str, read: Callable[[Group], npt.NDArray[np.int64]]
) -> Group:
    group = _object(value, path)
    count = group.get("cellCount", 0)
    if type(count) is not int or count < 0:
        raise SessionFormatError(f"{path}.cellCount: expected a whole number, got {count!r}")
    return Group(
        id=_text(group.get("id"), f"{path}.id"),
        type=_text(group.get("type", ""), f"{path}.type"),
        label=_text(group.get("label", ""), f"{path}.label"),
        enabled=group.get("enabled") is not False,
        cell_count=count,
        page=page,
        raw=group,
        read=read,
    )


def _field(value: object, path: str, read: Callable[[Field], Codes]) -> Field:
    field = _object(value, path)
    source, kind = field.get("source"), field.get("kind")
    if source not in ("obs", "var"):
        raise SessionFormatError(f"{path}.source: expected 'obs' or 'var', got {source!r}")
    if kind not in ("category", "continuous"):
        raise SessionFormatError(f"{path}.kind: expected 'category' or 'continuous', got {kind!r}")
    categories = _list(field.get("categories") or [], f"{path}.categories")
    colors = field.get("colors")
    made_from = field.get("sourceField")
    return Field(
        id=_text(field.get("id"), f"{path}.id"),
        source="obs" if source == "obs" else "var",
        kind="category" if kind == "category" else "continuous",
        key=_text(field.get("key"), f"{path}.key"),
        categories=tuple(_category(c, f"{path}.categories[{i}]") for i, c in enumerate(categories)),
        deleted=field.get("isDeleted") is True,
        purged=field.get("isPurged") is True,
        colors=tuple(map(_color, colors)) if isinstance(colors, list) else (),
        uncovered_label=_text_or_none(field.get("uncoveredLabel")),
        codes_type=_text_or_none(field.get("codesType")),
        source_key=_text_or_none(made_from.get("sourceKey"))
        if isinstance(made_from, dict)
        else None,
        raw=field,
        read=read,
    )


def _category(value: object, path: str) -> Category:
    return value if isinstance(value, bool | int | float) else _text(value, path, MAX_CATEGORY)


def _color(value: object) -> str | None:
    text = _text_or_none(value)
    return text.lower() if text is not None and _COLOR.fullmatch(text) else None


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SessionFormatError(f"{path}: expected an object, got {type(value).__name__}")
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise SessionFormatError(f"{path}: expected a list of at most {MAX_ENTRIES:,} entries")
    return value


def _text(value: object, path: str, most: int = MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise SessionFormatError(f"{path}: expected a text of at most {most:,} characters")
    return value
