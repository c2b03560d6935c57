"""A page's request for a file of a dataset, answered from its source.

Ranges and validators as in RFC 9110, sections 13 and 14: one range of bytes; a header that is
malformed, or asks for several, is ignored and the whole file is sent.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from .packed import packed

if TYPE_CHECKING:
    from .dataset.source import Body, Source

IMMUTABLE: Final = "private, max-age=31536000, immutable"
"""``Cache-Control`` of a file of one revision, which is never another one."""

_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")
_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]*"')

_NO_GZIP: Final = re.compile(r"q=0(\.0*)?")
_KEYS: Final = ("range", "ifRange", "ifNoneMatch", "acceptEncoding", "revision")
_OF_THE_FILE: Final = (200, 206, 304)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What a request says of the file it wants.

    Attributes
    ----------
    range, if_range, if_none_match, encodings
        Its headers ``Range``, ``If-Range``, ``If-None-Match`` and ``Accept-Encoding``; None where
        absent.
    revision
        The revision of the dataset that the page has, ``v`` of its query; None for any.

    Examples
    --------
    >>> asked = Asked(range="bytes=0-7", encodings="gzip, deflate")
    >>> Asked.of(asked.frame()) == asked, asked.takes_gzip
    (True, True)
    """

    range: str | None = None
    if_range: str | None = None
    if_none_match: str | None = None
    encodings: str | None = None
    revision: str | None = None

    @classmethod
    def of(cls, frame: Mapping[str, object]) -> Asked:
        """Read what `frame` gave; what is absent, or no text, was not said."""
        said = (frame.get(key) for key in _KEYS)
        return cls(*(each if isinstance(each, str) else None for each in said))

    def frame(self) -> dict[str, str | None]:
        """Give it as it stands in a ``read`` of the protocol."""
        said = (self.range, self.if_range, self.if_none_match, self.encodings, self.revision)
        return dict(zip(_KEYS, said, strict=True))

    @property
    def takes_gzip(self) -> bool:
        """Whether the answer may be gzipped."""
        for each in (self.encodings or "").split(","):
            name, _, weight = each.partition(";")
            if name.strip().lower() in ("gzip", "x-gzip"):
                return _NO_GZIP.fullmatch(weight.strip()) is None
        return False


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


def answer(source: Source, path: str, asked: Asked | None = None) -> Reply:
    """Read one file of a source, or say why not.

    What a page asks of a revision never changes, so it may keep it for good. The whole of a file
    is gzipped where the page takes that and it pays; see `packed`.

    Parameters
    ----------
    source
        The dataset.
    path
        Path inside the dataset folder.
    asked
        What the request says of the file; nothing where it is not given.
    """
    asked = asked or Asked()
    revision = source.revision
    if asked.revision is not None and revision is not None and asked.revision != revision:
        return failure(
            409,
            "dataset-changed",
            f"the dataset was refreshed, so {path!r} of the revision {asked.revision!r} is gone: "
            "load dataset_identity.json again",
        )
    try:
        file = source.read(path)
        body = file.body if not isinstance(file.body, bytes) else memoryview(file.body)
        reply = part(path, body, file.etag, asked)
        if asked.takes_gzip and not path.endswith(".gz"):
            reply = _gzipped(reply, f"{source.id} {path} {file.etag}", file.etag, asked)
    except FileNotFoundError:
        return failure(404, "no-such-file", f"this dataset has no file {path!r}")
    except ValueError as error:
        return failure(500, "dataset-error", str(error))
    except Exception as error:
        # A path, or what the error says, may tell of a person; who looks for it asks for more.
        _logger.warning("a file of a dataset can't be read: %s", type(error).__name__)
        _logger.debug("reading %r failed", path, exc_info=True)
        return failure(500, "dataset-error", f"{type(error).__name__}: {error}")
    known = revision is not None and asked.revision == revision and file.lasts
    if known and reply.status in _OF_THE_FILE:
        reply = replace(reply, headers={**reply.headers, "Cache-Control": IMMUTABLE})
    return reply


def part(path: str, body: Body, etag: str, asked: Asked) -> Reply:
    """Choose what of a file is sent: all, the range asked for, or nothing of what the page has.

    Parameters
    ----------
    path, body, etag
        What the file is called in messages, its bytes, and its tag in quotes.
    asked
        What the request says.
    """
    headers = {"ETag": etag}
    if _matches(asked.if_none_match, etag):
        return Reply(304, headers)
    span = _span(asked.range, body.nbytes)
    # A browser goes on with what it has of an answer that was cut: of this file, or of another.
    if span is None or asked.if_range not in (None, etag):
        return Reply(200, headers, body)
    start, stop = span
    if start >= stop:
        reply = failure(416, "bad-range", f"{path!r} has {body.nbytes:,} bytes")
        return Reply(416, {**reply.headers, "Content-Range": f"bytes */{body.nbytes}"}, reply.body)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.nbytes}"
    return Reply(206, headers, body[start:stop])


def _gzipped(reply: Reply, key: str, etag: str, asked: Asked) -> Reply:
    # Other bytes, so another tag. A page that has them is told so before they are made again.
    headers = {"ETag": f'{etag[:-1]}-gz"'}
    if reply.status in (200, 206) and _matches(asked.if_none_match, headers["ETag"]):
        return Reply(304, headers)
    made = packed(key, reply.body) if reply.status == 200 else None
    return reply if made is None else Reply(200, {**headers, "Content-Encoding": "gzip"}, made)


def _matches(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _ETAG.findall(if_none_match)


def _span(wanted: str | None, size: int) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(wanted.strip()) if wanted is not None else None
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
