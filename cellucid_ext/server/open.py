"""Datasets on this machine's disk, read with no kernel; the last folders stay open.

No HDF5 here: a file that is damaged or made for it ends, stops or fills the process that reads it,
and this one is everybody's. So that has one of its own; see `readers`.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from ..answers import Asked, answer
from ..dataset.source import Body, DatasetError
from ..dataset.stores.folder import FolderSource
from ..messages import PIECE_BYTES
from .answered import Answer
from .errors import BadDataset, BadRequest, TooMany
from .readers import Readers
from .roots import Roots, nothing_here

T = TypeVar("T")

KEPT_OPEN: Final = 4
KEPT_SECONDS: Final = 600.0
READS_AT_ONCE: Final = 4
WAITING_AT_ONCE: Final = 64
"""How many requests may wait for their answers to begin."""

_OPENING_SECONDS: Final = 60.0
_READ_APART: Final = (".h5ad", ".h5mu")
_MANIFESTS: Final = ("dataset_identity.json", "obs_manifest.json", "var_manifest.json")


@dataclass(eq=False)
class _Entry:
    used: float
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    version: tuple[object, ...] = ()
    source: FolderSource | None = None


class OpenDatasets:
    """Answers pages that read dataset folders, and files, below the server's roots.

    Its methods are for the event loop; what waits for the disk runs in threads of its own.

    Parameters
    ----------
    roots
        What may be read.
    memory
        How many bytes of memory each process may have that reads a file.
    clock
        Seconds that never go back.

    Examples
    --------
    >>> datasets = OpenDatasets(roots, 2**32, time.monotonic)             # doctest: +SKIP
    >>> async with datasets.answer("pbmc", None, "obs_names.txt") as answer:  # doctest: +SKIP
    ...     answer.status
    200
    """

    def __init__(self, roots: Roots, memory: int, clock: Callable[[], float]) -> None:
        self._roots = roots
        self._clock = clock
        self._readers = Readers(memory, self.run, clock)
        self._kept: OrderedDict[Path, _Entry] = OrderedDict()
        self._threads = ThreadPoolExecutor(READS_AT_ONCE, "cellucid-open")
        self._waiting = 0

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that waits for the disk in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)

    @asynccontextmanager
    async def answer(
        self,
        dataset: str,
        root: str | None,
        path: str,
        asked: Asked | None = None,
        modality: str | None = None,
    ) -> AsyncIterator[Answer]:
        """Find one file of a dataset, or say why not; its pieces can be taken until this is left.

        Parameters
        ----------
        dataset, root
            Where the dataset is; see `Roots.find`.
        path
            Path of the file in the dataset.
        asked
            What the request says of the file; nothing where it is not given.
        modality
            Which modality of an ``.h5mu`` file; None for the only one.

        Raises
        ------
        BadRequest
            If a modality of a folder is asked for.
        NotFound
            If there is no such dataset.
        BadDataset
            If what is there is none.
        TooMany
            If others wait for it to be opened already, and that takes too long; or too many files
            are read, or too many requests wait, at the moment.
        """
        if self._waiting >= WAITING_AT_ONCE:
            raise TooMany(
                f"{WAITING_AT_ONCE} requests wait for their answers already, and no more wait at "
                "once: try again in a moment"
            )
        with ExitStack() as waiting:
            self._waiting += 1
            waiting.callback(self._answered)
            found, version = await self.run(_look, self._roots, dataset, root)
            if version is None:
                async with self._readers.answer(found, modality, path, asked or Asked()) as read:
                    waiting.close()
                    yield read
            elif modality is not None:
                raise BadRequest(
                    "a dataset folder is shown as it was made, so it takes no 'modality'"
                )
            else:
                source = await self._source(found, version)
                reply = await self.run(answer, source, path, asked)
                waiting.close()
                pieces = self._pieces(reply.body)
                yield Answer(reply.status, reply.headers, reply.body.nbytes, pieces)

    def sweep(self) -> None:
        """Let those go that nobody asked for in `KEPT_SECONDS`."""
        now = self._clock()
        for folder, entry in list(self._kept.items()):
            if now >= entry.used + KEPT_SECONDS and not entry.opening.locked():
                del self._kept[folder]
        self._readers.sweep()

    async def close(self) -> None:
        """Let all go; whoever reads a folder still may read on, and nobody else."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._kept.clear()
        await self._readers.close()

    def _answered(self) -> None:
        self._waiting -= 1

    async def _source(self, folder: Path, version: tuple[object, ...]) -> FolderSource:
        entry = self._entry(folder)
        # Those that wait for the same dataset wait here, and leave the threads to the others.
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                await entry.opening.acquire()
        except TimeoutError:
            raise TooMany(
                f"{folder.name} is still being opened after {_OPENING_SECONDS:g} s: try again in "
                "a moment"
            ) from None
        try:
            if entry.source is None or entry.version != version:
                entry.source = None
                entry.source = await self.run(_open, folder)
                entry.version = version
            return entry.source
        finally:
            entry.opening.release()

    async def _pieces(self, body: Body) -> AsyncIterator[bytes]:
        for start in range(0, body.nbytes, PIECE_BYTES):
            try:
                yield await self.run(body[start : start + PIECE_BYTES].tobytes)
            except ValueError as error:
                raise BadDataset(str(error)) from None

    def _entry(self, folder: Path) -> _Entry:
        now = self._clock()
        entry = self._kept.setdefault(folder, _Entry(now))
        entry.used = now
        self._kept.move_to_end(folder)
        for old in list(self._kept)[:-KEPT_OPEN]:
            if not self._kept[old].opening.locked():
                del self._kept[old]
        return entry


def _look(roots: Roots, dataset: str, root: str | None) -> tuple[Path, tuple[object, ...] | None]:
    """Give a file; or a dataset's folder, and what tells it from what is written there later."""
    folder = roots.find(dataset, root)
    if not folder.is_dir():
        if folder.suffix.lower() in _READ_APART:
            return folder, None
        raise BadDataset(
            f"{folder.name} can't be opened here: it is neither a dataset folder nor an "
            f"{' or '.join(_READ_APART)} file"
        )
    return folder, tuple(_stat(folder / name) for name in _MANIFESTS)


def _stat(path: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadDataset(f"{path.name} can't be read: {error.strerror}") from None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev


def _open(folder: Path) -> FolderSource:
    try:
        source = FolderSource(folder)
    except DatasetError as error:
        raise BadDataset(str(error)) from None
    if source.folder != folder:
        # Since it was looked at, a link has taken its place that may lead anywhere.
        raise nothing_here()
    return source
