"""Where two JSON values differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from .shown import shown

_TOLD: Final = 20
_KEY_LONGEST: Final = 40

# The way to a value: the way to what holds it, and its key there.
_Way = tuple[Any, object] | None


def json_changes(old: object, new: object) -> Iterator[str]:
    """Tell where two JSON values differ, the first 20 places of them.

    Parameters
    ----------
    old, new
        As `json.loads` gives them.

    Yields
    ------
    str
        One line a place: the keys that lead to it, and what stood and stands there.

    Examples
    --------
    >>> list(json_changes({"camera": {"zoom": 1}}, {"camera": {"zoom": 2}, "grid": True}))
    ['camera.zoom: 1 → 2', 'grid: added, true']
    """
    changes = _changes(old, new)
    for way, what in islice(changes, _TOLD):
        path = _path(way)
        yield f"{path}: {what}" if path else what
    more = sum(1 for _ in changes)
    if more:
        yield f"and {more:,} more places"


def _changes(old: object, new: object) -> Iterator[tuple[_Way, str]]:
    # Without a recursion, so that no depth that JSON can have is too deep.
    todo: list[tuple[_Way, object, object]] = [(None, old, new)]
    while todo:
        way, a, b = todo.pop()
        if isinstance(a, dict) and isinstance(b, dict):
            keys: list[Any] = [*a, *(key for key in b if key not in a)]
            parts = [((way, key), a.get(key, _NONE), b.get(key, _NONE)) for key in keys]
        elif isinstance(a, list) and isinstance(b, list):
            longest = range(max(len(a), len(b)))
            parts = [((way, i), _at(a, i), _at(b, i)) for i in longest]
        else:
            if not _same(a, b):
                yield way, _told(a, b)
            continue
        # A stack gives the last first.
        todo.extend(reversed(parts))


class _None:
    """What is not there."""


_NONE: Final = _None()


def _at(values: list[Any], i: int) -> object:
    return values[i] if i < len(values) else _NONE


def _same(a: object, b: object) -> bool:
    if isinstance(a, dict | list) or isinstance(b, dict | list):
        return False
    # True equals 1 in Python, and not in JSON.
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _told(a: object, b: object) -> str:
    if isinstance(a, _None):
        return f"added, {_value(b)}"
    if isinstance(b, _None):
        return f"removed, was {_value(a)}"
    return f"{_value(a)} → {_value(b)}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value):,}"
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    return shown(json.dumps(value, ensure_ascii=False))


def _path(way: _Way) -> str:
    keys: list[str] = []
    while way is not None:
        way, key = way
        keys.append(f"[{key}]" if isinstance(key, int) else f".{shown(key)}")
    return "".join(reversed(keys)).removeprefix(".")
