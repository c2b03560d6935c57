"""Answers about a file of a dataset, and whether what a stranger says is one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..messages import PIECE_BYTES

_STATUSES: Final = (200, 206, 304, 404, 409, 416, 500)
_HEADERS: Final = {
    "ETag": re.compile(r'"[\x21\x23-\x7e]{1,200}"'),
    "Content-Range": re.compile(r"bytes [0-9*-]{1,60}/[0-9]{1,20}"),
    "Content-Encoding": re.compile("gzip"),
    "Cache-Control": re.compile(r"[a-z0-9=, -]{1,100}"),
}
_MAX_FILE_BYTES: Final = 2**40


@dataclass(frozen=True)
class Answer:
    """An answer about a file of a dataset, whose bytes come when they are taken.

    Attributes
    ----------
    status, headers
        As they are sent.
    nbytes
        How many bytes the body has.
    pieces
        The body; raises `BadDataset` where it breaks off.
    """

    status: int
    headers: Mapping[str, str]
    nbytes: int
    pieces: AsyncIterator[bytes]


def is_answer(head: Mapping[str, Any], first: bytes) -> bool:
    """Say whether what a process says is the beginning of an answer, and nothing else.

    Parameters
    ----------
    head
        Its ``status``, ``headers`` and ``size``.
    first
        The first piece of the body.

    Examples
    --------
    >>> is_answer({"status": 200, "headers": {}, "size": 3}, b"abc")
    True
    >>> is_answer({"status": 200, "headers": {"Set-Cookie": "a=b"}, "size": 3}, b"abc")
    False
    """
    status, headers, size = head.get("status"), head.get("headers"), head.get("size")
    return (
        status in _STATUSES
        and type(status) is int
        and type(size) is int
        and 0 <= size <= _MAX_FILE_BYTES
        and len(first) == min(size, PIECE_BYTES)
        and isinstance(headers, dict)
        and all(
            name in _HEADERS and isinstance(value, str) and _HEADERS[name].fullmatch(value)
            for name, value in headers.items()
        )
    )
