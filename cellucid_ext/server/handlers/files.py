"""How a file of a dataset is answered, wherever it comes from."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from tornado.iostream import StreamClosedError

from ...answers import IMMUTABLE, Asked
from ..errors import BadRequest, NotFound, Refused
from .base import Handler

FAILURES: Final = (404, 409, 416, 500)
"""Statuses whose body is the JSON of an error, not the file."""

_MAX_PATH: Final = 1024
_MAX_HEADER: Final = 1024
_NO_BODY: Final = 304
_REVISION: Final = re.compile(r"[!-~]{1,200}")


class FileHandler(Handler):
    """Base of the routes that give a file, or a part of it."""

    def compute_etag(self) -> None:
        """Leave the tag to whoever has the file."""

    def asked(self) -> Asked:
        """Give what the request says of the file.

        Raises
        ------
        BadRequest
            If ``v`` is nothing that a revision can be.
        """
        revision = self.get_query_argument("v", None)
        if revision is not None and not _REVISION.fullmatch(revision):
            raise BadRequest("'v' must be 1 to 200 printable characters of ASCII, without spaces")
        return Asked(
            range=self._header("Range"),
            if_range=self._header("If-Range"),
            if_none_match=self._header("If-None-Match"),
            encodings=self._header("Accept-Encoding"),
            revision=revision,
        )

    def _header(self, name: str) -> str | None:
        """Give a header of the request; None where it is absent, or too long to be meant."""
        value = self.request.headers.get(name)
        return value if value is not None and len(value) <= _MAX_HEADER else None

    async def send(
        self,
        path: str,
        status: int,
        headers: Mapping[str, str],
        pieces: AsyncIterator[bytes],
        seconds: float,
    ) -> None:
        """Answer; a file that breaks off never looks like a whole one.

        Parameters
        ----------
        path
            Path in the dataset, whose ending tells the content type.
        status, headers
            Of the answer.
        pieces
            The body.
        seconds
            How long the page may take for the next piece.
        """
        kind = "application/json" if status in FAILURES else _content_type(path)
        self.set_status(status)
        self.set_header("Content-Type", kind)
        for name, value in headers.items():
            if status != _NO_BODY or name == "ETag":
                self.set_header(name, value)
        # Whoever gives the file does not say how long it is kept: only what is asked for by its
        # revision may be kept for good.
        lasts = headers.get("Cache-Control") == IMMUTABLE and status not in FAILURES
        lasts = lasts and self.get_query_argument("v", None) is not None
        self.set_header("Cache-Control", IMMUTABLE if lasts else "private, no-cache")
        self.set_header("Vary", "Accept-Encoding")
        try:
            async for piece in pieces:
                if status != _NO_BODY:
                    self.write(piece)
                flushed = self.flush()
                if not flushed.done():
                    await asyncio.wait_for(flushed, seconds)
        except (Refused, TimeoutError, StreamClosedError):
            if not self._headers_written:
                raise
            # The status is out: only a broken connection still says that this is not all.
            connection: Any = self.request.connection
            connection.close()
        with contextlib.suppress(StreamClosedError):
            await self.finish(set_content_type=kind)


def check_path(path: str) -> None:
    """Refuse what is no path in a dataset.

    Raises
    ------
    NotFound
        If it would leave the dataset, or no file of one has such a name.
    """
    parts = path.split("/")
    if (
        len(path) > _MAX_PATH
        or "\0" in path
        or "\\" in path
        or not {".", "..", ""}.isdisjoint(parts)
    ):
        raise NotFound("no file of a dataset has such a path")


def _content_type(path: str) -> str:
    kinds = {"json": "application/json", "txt": "text/plain; charset=UTF-8"}
    return kinds.get(path.rpartition(".")[2], "application/octet-stream")
