"""A page's request for a file of a dataset, answered from its source.

Ranges and validators as in RFC 9110, sections 13 and 14: one range of bytes; a header that is
malformed, or asks for several, is ignored and the whole file is sent.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .dataset.source import Body, Source

_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")
_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]*"')

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: status, headers, and the bytes, which are not a copy.

    Examples
    --------
    >>> failure(404, "no-such-file", "this dataset has no file 'x'").status
    404
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=lambda: memoryview(b""))


def answer(source: Source, path: str, wanted: object, if_none_match: object) -> Reply:
    """Read one file of a source, or say why not.

    Parameters
    ----------
    source
        The dataset.
    path
        Path inside the dataset folder.
    wanted
        The request's ``Range`` header, or None.
    if_none_match
        Its ``If-None-Match`` header, or None.
    """
    try:
        file = source.read(path)
        body = file.body if not isinstance(file.body, bytes) else memoryview(file.body)
    except FileNotFoundError:
        return failure(404, "no-such-file", f"this dataset has no file {path!r}")
    except ValueError as error:
        return failure(500, "dataset-error", str(error))
    except Exception as error:
        # A path, or what the error says, may tell of a person; who looks for it asks for more.
        _logger.warning("a file of a dataset can't be read: %s", type(error).__name__)
        _logger.debug("reading %r failed", path, exc_info=True)
        return failure(500, "dataset-error", f"{type(error).__name__}: {error}")
    return part(path, body, file.etag, wanted, if_none_match)


def part(path: str, body: Body, etag: str, wanted: object, if_none_match: object) -> Reply:
    """Choose what of a file is sent: all, the range asked for, or nothing of what the page has.

    Parameters
    ----------
    path, body, etag
        What the file is called in messages, its bytes, and its tag in quotes.
    wanted, if_none_match
        The request's headers ``Range`` and ``If-None-Match``, or None.
    """
    headers = {"ETag": etag}
    if isinstance(if_none_match, str) and _matches(if_none_match, etag):
        return Reply(304, headers)
    span = _span(wanted, body.nbytes)
    if span is None:
        return Reply(200, headers, body)
    start, stop = span
    if start >= stop:
        reply = failure(416, "bad-range", f"{path!r} has {body.nbytes:,} bytes")
        return Reply(416, {**reply.headers, "Content-Range": f"bytes */{body.nbytes}"}, reply.body)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.nbytes}"
    return Reply(206, headers, body[start:stop])


def _matches(if_none_match: str, etag: str) -> bool:
    return if_none_match.strip() == "*" or etag in _ETAG.findall(if_none_match)


def _span(wanted: object, size: int) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(wanted.strip()) if isinstance(wanted, str) else None
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size
    if last is not None and int(last) < int(first):
        return None
    return int(first), size if last is None else min(int(last) + 1, size)


def failure(status: int, code: str, message: str) -> Reply:
    """Say why a file is not sent, in the JSON of the protocol's errors."""
    body = json.dumps({"message": message, "reason": None, "code": code}).encode()
    return Reply(status, {}, memoryview(body))
