"""Files on this machine's disk, each read by a process of its own; the last ones stay open.

Such a process is ended when its file changed, when nobody asked for it in a while, when others
that work need its place, and with the server. One that ends by itself is started again, a few
times.
"""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import os
import stat
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..answers import Asked
from ..dataset.stores.stored import FLAGS, is_at, version_of
from .answered import Answer
from .errors import BadDataset, Refused, TooMany
from .reader import Job, Reader
from .roots import nothing_here

KEPT_OPEN: Final = 4
KEPT_SECONDS: Final = 600.0

_STARTS: Final = 3
# Of whatever version and modality, since a file may change all the while, and pages make some up.
_STARTS_IN_ALL: Final = 20
_AGAIN_SECONDS: Final = 60.0
_OPENING_SECONDS: Final = 60.0
_END_SECONDS: Final = 10.0


_Key = tuple[Path, str | None]


@dataclass(eq=False)
class _Entry:
    used: float
    users: int = 0
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    version: tuple[int, ...] = ()
    reader: Reader | None = None
    refusal: str | None = None
    refused_until: float = 0.0


@dataclass(frozen=True)
class _Start:
    at: float
    modality: str | None
    version: tuple[int, ...]


class Readers:
    """Answers pages that read ``.h5ad`` files; its methods are for the event loop.

    Parameters
    ----------
    memory
        How many bytes of memory each process may have.
    run
        Calls a function that waits for the disk in a thread.
    clock
        Seconds that never go back.
    """

    def __init__(
        self, memory: int, run: Callable[..., Awaitable[Any]], clock: Callable[[], float]
    ) -> None:
        self._memory = memory
        self._run = run
        self._clock = clock
        self._closed = False
        self._kept: OrderedDict[_Key, _Entry] = OrderedDict()
        self._starts: dict[Path, deque[_Start]] = {}
        self._opening: set[asyncio.Task[Reader]] = set()
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def answer(
        self, file: Path, modality: str | None, path: str, asked: Asked
    ) -> AsyncIterator[Answer]:
        """Find one file of a dataset; its pieces can be taken until this is left.

        Parameters
        ----------
        file
            Where the dataset is, without links.
        modality
            Which modality of a MuData; None for the only one.
        path, asked
            Path of the file in the dataset, and what the request says of it.

        Raises
        ------
        BadDataset
            If the dataset can't be read.
        NotFound
            If a link has taken its place.
        TooMany
            If too many are read at the moment, or others keep this one busy.
        """
        key = (file, modality)
        entry = self._entry(key)
        entry.users += 1
        try:
            reader = await self._reader(entry, key)
            async with reader.answer(path, asked) as answer:
                yield answer
        finally:
            entry.users -= 1
            entry.used = self._clock()

    def sweep(self) -> None:
        """End those that nobody asked for in `KEPT_SECONDS`."""
        now = self._clock()
        for key, entry in list(self._kept.items()):
            if not entry.users and now >= entry.used + KEPT_SECONDS:
                self._let_go(key)
        for file, starts in list(self._starts.items()):
            if now >= starts[-1].at + _AGAIN_SECONDS:
                del self._starts[file]

    async def close(self) -> None:
        """End all, and wait until they are gone."""
        self._closed = True
        for key in list(self._kept):
            self._let_go(key)
        if self._ending:
            await asyncio.wait(self._ending, timeout=_END_SECONDS)

    async def _reader(self, entry: _Entry, key: _Key) -> Reader:
        file, _ = key
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                await entry.opening.acquire()
        except TimeoutError:
            raise TooMany(
                f"{file.name} is still being opened after {_OPENING_SECONDS:g} s: try again in a "
                "moment"
            ) from None
        # Whoever asked may leave: what is begun comes to its end for those who ask next.
        opening = asyncio.create_task(self._current(entry, key))
        self._opening.add(opening)
        opening.add_done_callback(self._forget)
        await asyncio.wait([opening])
        return opening.result()

    async def _current(self, entry: _Entry, key: _Key) -> Reader:
        file, _ = key
        entry.users += 1
        try:
            version = await self._run(_look, file)
            if entry.version != version:
                self._end(entry)
                entry.version, entry.refusal = version, None
            if entry.reader is None or entry.reader.ended is not None:
                entry.reader = await self._start(entry, key)
                self._make_room()
            return entry.reader
        finally:
            entry.users -= 1
            entry.opening.release()

    def _forget(self, opening: asyncio.Task[Reader]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled():
            opening.exception()  # whoever asked may have left: then nobody else looks at it

    async def _start(self, entry: _Entry, key: _Key) -> Reader:
        file, modality = key
        now = self._clock()
        if entry.refusal is not None and now < entry.refused_until:
            raise BadDataset(entry.refusal)
        starts = self._starts.setdefault(file, deque(maxlen=_STARTS_IN_ALL))
        recent = [start for start in starts if now < start.at + _AGAIN_SECONDS]
        same = [s for s in recent if (s.modality, s.version) == (modality, entry.version)]
        if len(same) >= _STARTS and entry.reader is not None:
            ended = str(entry.reader.ended)
            raise BadDataset(
                f"{ended if ended.endswith('?') else ended + '.'} This happened {_STARTS} times: "
                "try again in a minute"
            )
        if len(recent) >= _STARTS_IN_ALL:
            raise BadDataset(
                f"{file.name} was opened {_STARTS_IN_ALL} times within a minute; does it change "
                "all the while? Try again in a minute"
            )
        self._end(entry)
        starts.append(_Start(now, modality, entry.version))
        descriptor, entry.version, size = await self._run(_open, file)
        try:
            job = Job(file, entry.version, size, modality, self._memory)
            reader = await Reader.start(job)
        except BadDataset as refusal:
            entry.refusal, entry.refused_until = str(refusal), now + _AGAIN_SECONDS
            raise
        finally:
            # Only now, so that no other file got its numbers meanwhile.
            os.close(descriptor)
        if self._closed:
            reader.end()
        return reader

    def _entry(self, key: _Key) -> _Entry:
        used = [each for each, entry in self._kept.items() if entry.users]
        if len(used) >= KEPT_OPEN and key not in used:
            raise TooMany(
                f"{KEPT_OPEN} files are being read, and no more are read at once: try again in a "
                "moment"
            )
        entry = self._kept.setdefault(key, _Entry(self._clock()))
        self._kept.move_to_end(key)
        self._make_room()
        return entry

    def _make_room(self) -> None:
        """Let the oldest go, but none that works for one that could not be opened."""
        for works in (True, False):
            keys = [key for key, e in self._kept.items() if (e.reader is not None) is works]
            idle = [key for key in keys if not self._kept[key].users]
            for key in idle[: max(0, len(keys) - KEPT_OPEN)]:
                self._let_go(key)

    def _let_go(self, key: _Key) -> None:
        self._end(self._kept.pop(key))

    def _end(self, entry: _Entry) -> None:
        reader, entry.reader = entry.reader, None
        if reader is not None:
            reader.end()
            task = asyncio.create_task(reader.gone())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


def _look(file: Path) -> tuple[int, ...]:
    """Tell a file from what is written there later."""
    if importlib.util.find_spec("resource") is None:
        raise BadDataset(
            f"{file.name} can't be opened without a notebook on this system, which can't limit "
            "what reading it takes: show it from a notebook with show(path)"
        )
    try:
        return _version(os.lstat(file), file)
    except OSError as error:
        raise _unreadable(file, error) from None


def _open(file: Path) -> tuple[int, tuple[int, ...], int]:
    """Open a file, and not what takes its place meanwhile; give its version and size, too."""
    try:
        descriptor = os.open(file, FLAGS)
    except OSError as error:
        raise _unreadable(file, error) from None
    try:
        found = os.fstat(descriptor)
        version = _version(found, file)
        if not is_at(descriptor, file):
            raise nothing_here()
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, version, found.st_size


def _version(found: os.stat_result, file: Path) -> tuple[int, ...]:
    if stat.S_ISLNK(found.st_mode):
        raise nothing_here()
    if not stat.S_ISREG(found.st_mode):
        raise BadDataset(f"{file.name} is no file, but a pipe or a device")
    return version_of(found)


def _unreadable(file: Path, error: OSError) -> Refused:
    if isinstance(error, FileNotFoundError) or error.errno == errno.ELOOP:
        return nothing_here()
    return BadDataset(f"{file.name} can't be read: {error.strerror}")
