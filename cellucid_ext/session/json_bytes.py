"""JSON byte for byte as browsers write it, so that the same state gives the same file."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

_FLOATS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:e[-+][0-9]+)?')
_PLAIN_FROM: Final = 1e-6
_PLAIN_BELOW: Final = 1e21


def json_bytes(value: Any) -> bytes:
    r"""Write JSON as `JSON.stringify` does, in UTF-8.

    Parameters
    ----------
    value
        What `json.dumps` takes.

    Raises
    ------
    ValueError
        If a number is infinite or none.

    Examples
    --------
    >>> json_bytes({"é": [1.0, 1e-05, 1e-07, -0.0]}).decode()
    '{"é":[1,0.00001,1e-7,0]}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half a surrogate pair has no UTF-8; escaped, any reader takes it.
    return _FLOATS.sub(_as_in_browsers, text).encode("utf-8", "backslashreplace")


def _as_in_browsers(found: re.Match[str]) -> str:
    text = found.group()
    if text[0] == '"' or not ("." in text or "e" in text):
        return text
    number = float(text)
    if number == 0:
        return "0"
    if not _PLAIN_FROM <= abs(number) < _PLAIN_BELOW:
        # Python writes two digits of an exponent at least.
        return re.sub(r"e([-+])0", r"e\1", text.removesuffix(".0"))
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").removesuffix(".") if "." in plain else plain
