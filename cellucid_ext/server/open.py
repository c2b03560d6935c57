"""Dataset folders on this machine's disk, read with no kernel; the last ones stay open.

No HDF5 here: a file that is damaged or made for it ends, stops or fills the process that reads it,
and this one is everybody's.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from ..answers import Reply, answer
from ..dataset.folder import FolderSource
from ..dataset.source import DatasetError
from .errors import BadDataset, TooMany
from .roots import Roots, nothing_here

T = TypeVar("T")

KEPT_OPEN: Final = 4
KEPT_SECONDS: Final = 600.0
READS_AT_ONCE: Final = 4

_OPENING_SECONDS: Final = 60.0
_MANIFESTS: Final = ("dataset_identity.json", "obs_manifest.json", "var_manifest.json")


@dataclass(eq=False)
class _Entry:
    used: float
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    version: tuple[object, ...] = ()
    source: FolderSource | None = None


class OpenDatasets:
    """Answers pages that read dataset folders below the server's roots.

    Its methods are for the event loop; what waits for the disk runs in threads of its own.

    Parameters
    ----------
    roots
        What may be read.
    clock
        Seconds that never go back.

    Examples
    --------
    >>> datasets = OpenDatasets(roots, time.monotonic)                    # doctest: +SKIP
    >>> (await datasets.answer("pbmc", None, "obs_names.txt")).status     # doctest: +SKIP
    200
    """

    def __init__(self, roots: Roots, clock: Callable[[], float]) -> None:
        self._roots = roots
        self._clock = clock
        self._kept: OrderedDict[Path, _Entry] = OrderedDict()
        self._threads = ThreadPoolExecutor(READS_AT_ONCE, "cellucid-open")

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that waits for the disk in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)

    async def answer(
        self,
        dataset: str,
        root: str | None,
        path: str,
        wanted: object = None,
        if_none_match: object = None,
    ) -> Reply:
        """Find one file of a dataset, or say why not.

        Parameters
        ----------
        dataset, root
            Where the dataset is; see `Roots.find`.
        path
            Path of the file in the dataset.
        wanted, if_none_match
            The request's headers ``Range`` and ``If-None-Match``, or None.

        Raises
        ------
        NotFound
            If there is no such dataset.
        BadDataset
            If what is there is none.
        TooMany
            If others wait for it to be opened already, and that takes too long.
        """
        folder, version = await self.run(_look, self._roots, dataset, root)
        source = await self._source(folder, version)
        return await self.run(answer, source, path, wanted, if_none_match)

    def sweep(self) -> None:
        """Let those go that nobody asked for in `KEPT_SECONDS`."""
        now = self._clock()
        for folder, entry in list(self._kept.items()):
            if now >= entry.used + KEPT_SECONDS and not entry.opening.locked():
                del self._kept[folder]

    def close(self) -> None:
        """Let all go; whoever reads one still may read on, and nobody else."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._kept.clear()

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

    def _entry(self, folder: Path) -> _Entry:
        now = self._clock()
        entry = self._kept.setdefault(folder, _Entry(now))
        entry.used = now
        self._kept.move_to_end(folder)
        for old in list(self._kept)[:-KEPT_OPEN]:
            if not self._kept[old].opening.locked():
                del self._kept[old]
        return entry


def _look(roots: Roots, dataset: str, root: str | None) -> tuple[Path, tuple[object, ...]]:
    """Give a dataset's folder, and what tells it from what is written there later."""
    folder = roots.find(dataset, root)
    if not folder.is_dir():
        raise BadDataset(
            f"{folder.name} is a file; a dataset folder can be opened here, an .h5ad is shown "
            "from a notebook with show(path)"
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
