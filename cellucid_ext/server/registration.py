"""What a kernel says of a viewer when it registers it, checked field by field."""

from __future__ import annotations

import re
from typing import Any, Final

from ..protocol import Registration
from .errors import BadRequest

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What viewers, requests, events, replies and channels are named with."""

MAX_TEXT: Final = 1000
"""How many characters a title, or the id or name of a dataset, may have."""


def check_registration(given: Registration) -> Registration:
    """Copy what is known of a registration, if it is what it should be.

    Parameters
    ----------
    given
        JSON from a kernel: its keys and types are not to be relied on.

    Raises
    ------
    BadRequest
        Naming the field that is missing or wrong.
    """
    if not ID.fullmatch(_text(given, "viewerId", "x")):
        raise BadRequest("'viewerId' must be 1 to 64 of the characters A-Z a-z 0-9 _ -")
    dataset = given.get("dataset")
    if not isinstance(dataset, dict):
        raise BadRequest("'dataset' must be an object with id, name, nCells and nVars")
    checked: Registration = {
        "title": _text(given, "title"),
        "height": _count(given, "height", 1, 10_000),
        "dataset": {
            "id": _text(dataset, "id"),
            "name": _text(dataset, "name"),
            "nCells": _count(dataset, "nCells", 0, 2**53),
            "nVars": _count(dataset, "nVars", 0, 2**53),
        },
    }
    if "viewerId" in given:
        checked["viewerId"] = given["viewerId"]
    return checked


def _text(given: Any, key: str, default: str | None = None) -> str:
    value = given.get(key, default)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadRequest(f"{key!r} must be a text of at most {MAX_TEXT} characters")
    return value


def _count(given: Any, key: str, low: int, high: int) -> int:
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRequest(f"{key!r} must be a whole number from {low:,} to {high:,}")
    return value
