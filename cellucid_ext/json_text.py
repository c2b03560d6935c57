"""JSON from strangers: a small text must not cost much memory or time to parse.

The parser holds Python's lock from beginning to end, so what is too much is refused before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

MAX_JSON_VALUES: Final = 2_000_000
"""No JSON with more values is parsed: in memory a value of three bytes takes up to a hundred."""


def read_json(data: bytes, what: str) -> Any:
    """Parse JSON from a stranger.

    Parameters
    ----------
    data
        UTF-8.
    what
        What messages call it.

    Raises
    ------
    ValueError
        If it is no JSON, holds a number that is none, or more than is taken.

    Examples
    --------
    >>> read_json(b'{"cells": [1, 2]}', "the body")
    {'cells': [1, 2]}
    """
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_JSON_VALUES:
        raise ValueError(f"{what} has more than {MAX_JSON_VALUES:,} values")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ValueError(f"{what} is not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{what} is not JSON: {error}") from None
    return value


def is_deeper(value: Any, levels: int) -> bool:
    """Say whether lists and objects stand in each other in more levels than that.

    Who writes again what the parser just took, further down in a program, runs out of stack.

    Examples
    --------
    >>> is_deeper([{"cells": []}], 2)
    True
    """
    level = [value]
    for _ in range(levels + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return False
        level = [inner for one in level for inner in _inside(one)]
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _inside(group: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return group.values() if isinstance(group, dict) else group
