"""Messages between the server and a process that reads a file for it: a JSON object, then bytes.

Each begins with the sizes of both, big-endian, four bytes each; neither side takes larger ones.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

MAX_HEAD_BYTES: Final = 64 * 2**10
PIECE_BYTES: Final = 2**20
"""Most bytes that come with one message; a larger file is asked for piece by piece."""

_SIZES: Final = struct.Struct(">II")
SIZES_BYTES: Final = _SIZES.size


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    r"""Write a message.

    Examples
    --------
    >>> pack({"id": 1}, b"abc")
    b'\x00\x00\x00\x08\x00\x00\x00\x03{"id":1}abc'
    """
    text = json.dumps(head, separators=(",", ":")).encode()
    return _SIZES.pack(len(text), len(body)) + text + body


def sizes(begin: bytes) -> tuple[int, int]:
    """Read how many bytes the JSON and the body of a message have.

    Raises
    ------
    ValueError
        If they are more than any message has.
    """
    head, body = _SIZES.unpack(begin)
    if head > MAX_HEAD_BYTES or body > PIECE_BYTES:
        raise ValueError(
            f"a message announces {head:,} + {body:,} bytes; at most {MAX_HEAD_BYTES:,} + "
            f"{PIECE_BYTES:,} are taken"
        )
    return head, body


def head_of(text: bytes) -> dict[str, Any]:
    """Read the JSON of a message.

    Raises
    ------
    ValueError
        If it is none, or no object.
    """
    try:
        head = json.loads(text)
    except RecursionError:
        raise ValueError("the JSON of a message is nested too deep") from None
    if not isinstance(head, dict):
        raise ValueError(f"a message is {type(head).__name__}, not a JSON object")
    return head
