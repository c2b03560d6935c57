"""Autosaves: sessions that pages keep on the server, the newest few of each dataset."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from jupyter_core.paths import jupyter_data_dir

from ..protocol import RESUME_SECONDS
from ..session import CellucidSessionBundle, SessionFormatError
from .contents_of import counts_of
from .errors import (
    AlreadyClaimed,
    BadRequest,
    DiskFull,
    NoAutosaves,
    NoSuchAutosave,
    OutOfOrder,
    Refused,
)
from .incoming import Turn
from .limits import Limits
from .places import Place, hash_of, newest_first, place_of, put
from .registration import ID
from .requests import Request, Requests
from .spool import Spool
from .uploads import Part, Uploads

_COUNTED: Final = 20
_UNKNOWN: Final = {"nPages": None, "nGroups": None, "nFields": None}


class Owner(NamedTuple):
    """What an autosave belongs to: a dataset, and no kernel."""

    viewer_id: str
    kernel_id: str = ""


class Begun(NamedTuple):
    """An autosave that comes in parts, and how its page tells it from others.

    Two pages may save under one name at the same time; their parts must not be mixed.
    """

    upload_id: str
    request: Request


class Autosaves:
    """All autosaves of one user.

    Parameters
    ----------
    folder
        Where they are kept; a folder of Jupyter's data if empty. Made at the first write.
    limits
        How many are kept of a dataset, and how large they may be.
    clock
        Seconds that never go back.
    ended
        Called once with each autosave for which nothing more will arrive.

    Examples
    --------
    >>> autosaves = Autosaves("", Limits(), clock=lambda: 0.0, ended=print)
    >>> asyncio.run(autosaves.of_dataset("a dataset that nobody saved"))
    []
    """

    def __init__(
        self,
        folder: str,
        limits: Limits,
        clock: Callable[[], float],
        ended: Callable[[Request], None],
    ) -> None:
        self.folder = Path(folder or Path(jupyter_data_dir()) / "cellucid" / "autosaves")
        self._limits = limits
        self._clock = clock
        self._requests = Requests(clock, limits, self._drop, ended)
        self._underway: dict[Place, Begun] = {}
        self._lock = asyncio.Lock()
        self._spool: Spool | None = None
        self.uploads: Uploads | None = None

    async def of_dataset(self, dataset_id: str) -> list[dict[str, Any]]:
        """Describe the autosaves of a dataset, newest first.

        Each with its name, size in bytes, when it was saved, and how many pages, groups and fields
        are in it; None where that can't be read, and for all but the newest few.

        Raises
        ------
        BadRequest
            If the id is not what it should be.
        NoAutosaves
            If they can't be read.
        """
        found = await self._found(hash_of(dataset_id))
        counts = await asyncio.to_thread(lambda: [_counts(path) for path, _ in found[:_COUNTED]])
        return [
            {
                "name": path.name,
                "bytes": about.st_size,
                "savedAt": datetime.fromtimestamp(about.st_mtime, UTC).isoformat(),
                **(counts[place] if place < _COUNTED else _UNKNOWN),
            }
            for place, (path, about) in enumerate(found)
        ]

    async def path_of(self, dataset_id: str, name: str) -> Path:
        """Say where an autosave is.

        Raises
        ------
        BadRequest, NoAutosaves
            As for `of_dataset`; and if the name is not what it should be.
        NoSuchAutosave
            If there is none of this name.
        """
        place = place_of(dataset_id, name)
        for path, _ in await self._found(place.dataset):
            if path.name == name:
                return path
        raise NoSuchAutosave(f"there is no autosave {name!r} of this dataset, or no longer")

    async def begin(
        self,
        dataset_id: str,
        name: str,
        length: int,
        part: Part | None = None,
        upload_id: str = "",
    ) -> tuple[Request, Turn]:
        """Begin an autosave of `length` bytes, or a part of one.

        Parameters
        ----------
        dataset_id, name
            Where it belongs.
        length
            How many bytes come now.
        part
            Which part it is, if it is one.
        upload_id
            What all its parts share, and no other upload has. A first part with another one ends
            what was there of an upload under this name that is not whole.

        Raises
        ------
        NoAutosaves
            If there are none here, or they can't be written.
        BadRequest, OutOfOrder, TooMany, TooLarge, DiskFull
            As for `Uploads.begin`; and if the id or the name is not what it should be.
        """
        place = place_of(dataset_id, name)
        if not self._limits.autosave_count:
            raise NoAutosaves(
                "autosaves are switched off here: CellucidExtension.autosave_count is 0"
            )
        uploads = await self._opened()
        request = None if part is None else self._underway_of(place, part, upload_id)
        if request is None:
            ttl, request_id = self._limits.max_ttl_seconds, secrets.token_urlsafe(18)
            request = self._requests.expect(Owner(place.dataset), request_id, ttl)
        if part is not None:
            self._underway[place] = Begun(upload_id, request)
        try:
            turn = await uploads.begin(request.viewer_id, request.request_id, length, part)
        except Refused:
            if request.state == "pending":
                self._requests.cancel(request)
                if part is not None:
                    del self._underway[place]
            raise
        return request, turn

    async def keep(self, request: Request, dataset_id: str, name: str) -> None:
        """Put an autosave that is whole in its place, and remove what is too old; may be repeated.

        Raises
        ------
        DiskFull
            If the disk is.
        NoAutosaves
            If it can't be put there for another reason.
        """
        async with self._lock:
            if request.path is None or self._spool is None:
                return
            place = place_of(dataset_id, name)
            path = self.folder / place.dataset / place.name
            try:
                await self._spool.run(put, request.path, path, self._limits.autosave_count)
            except OSError as error:
                self._requests.cancel(request)
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise DiskFull("the server's disk became full during the autosave") from error
                raise NoAutosaves(_told("written to", path, error)) from error
            self._requests.consumed(request)

    def sweep(self) -> None:
        """End what was begun in parts and not gone on with."""
        if self.uploads is not None:
            self.uploads.sweep()
        self._requests.sweep()
        for place, (_, request) in list(self._underway.items()):
            if request.finished and self._clock() >= request.expires + RESUME_SECONDS:
                del self._underway[place]

    def close(self) -> None:
        """Remove what is not whole; may be called twice. Blocks."""
        if self._spool is not None:
            self._spool.close()

    def _underway_of(self, place: Place, part: Part, upload_id: str) -> Request | None:
        """Find what a part belongs to; None for a first one that begins something new."""
        if not ID.fullmatch(upload_id):
            raise BadRequest(
                f"'upload' is {upload_id[:200]!r}; for an autosave in parts it must be 1 to 64 "
                "of the characters A-Z a-z 0-9 _ -, the same with all its parts and no others"
            )
        begun = self._underway.get(place)
        ours = begun is not None and begun.upload_id == upload_id
        if begun is not None and ours and not (part.number == 1 and begun.request.finished):
            return begun.request
        if part.number != 1:
            raise OutOfOrder(part.number, part.of, 1)
        if begun is not None:
            newer = AlreadyClaimed("a newer upload of this autosave was begun")
            self._requests.fail(begun.request, newer)
        return None

    async def _opened(self) -> Uploads:
        async with self._lock:
            if self.uploads is None or not await asyncio.to_thread(self._is_there):
                await asyncio.to_thread(self.close)
                # What is closed stays so, even if its folder comes back.
                self.uploads = None
                for begun in self._underway.values():
                    self._requests.cancel(begun.request)
                try:
                    # One thread: whoever puts a file in its place finds it closed.
                    self._spool = await asyncio.to_thread(Spool, str(self.folder), 1)
                    await self._spool.run(self._spool.sweep_leftovers)
                except OSError as error:
                    raise NoAutosaves(_told("written to", self.folder, error)) from None
                self.uploads = Uploads(self._spool, self._requests, self._limits, self._clock)
            return self.uploads

    async def _found(self, dataset: str) -> list[tuple[Path, os.stat_result]]:
        try:
            return await asyncio.to_thread(newest_first, self.folder / dataset)
        except OSError as error:
            raise NoAutosaves(_told("read from", self.folder, error)) from None

    def _is_there(self) -> bool:
        return self._spool is not None and self._spool.folder.is_dir()

    def _drop(self, path: Path) -> None:
        if self._spool is not None:
            self._spool.drop(path)


def _counts(path: Path) -> Mapping[str, int | None]:
    # A page may be replacing it, or it is no session: whoever restores it is told.
    with contextlib.suppress(SessionFormatError, OSError):
        return counts_of(CellucidSessionBundle(path))
    return _UNKNOWN


def _told(what: str, path: Path, error: OSError) -> str:
    return (
        f"autosaves can't be {what} {str(path)!r}: {error.strerror or error}; "
        "set CellucidExtension.autosave_folder to a folder that can"
    )
