"""A matrix put in order by gene in the background, block after block."""

from __future__ import annotations

import atexit
import errno
import os
import sys
import tempfile
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

B = TypeVar("B")

MEMORY_BUDGET_BYTES: Final = 2 * 2**30
"""Up to this size, and half of what is free, what is put in order is kept in memory."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
END_SECONDS: Final = 5.0
"""How long the end of the building is waited for: it stops after the step it is at."""


class Building(Generic[B]):
    """Has blocks of cells by gene made in a thread; those who read genes are made of it.

    Parameters
    ----------
    count
        How many blocks there will be.
    make
        What makes them for a budget of memory: it gives them in their order, and None after any
        other step that took a while. It raises an OSError where there is no room.
    budget
        How many bytes may be taken in memory.
    """

    def __init__(self, count: int, make: Callable[[int], Iterator[B | None]], budget: int) -> None:
        self._count = count
        self._builder = _Builder(make, budget)
        self._begun = threading.Lock()
        weakref.finalize(self, self._builder.stopped.set).atexit = False

    @property
    def built(self) -> bool:
        """Whether all blocks are there."""
        return len(self._builder.blocks) == self._count

    def wait_until_built(self, timeout: float, budget: int | None = None) -> bool:
        """Build all, and wait for that at most `timeout` seconds; say whether it is there."""
        if budget is not None:
            # It counts where the building has not begun.
            self._builder.budget = budget
        self._begin()
        self._builder.wait(timeout)
        return self.built

    def close(self) -> None:
        """End the building, and let go what was built."""
        # What has not begun can't be begun any more.
        if self._begun.acquire(blocking=False):
            self._builder.ended.set()
        self._builder.end()
        self._builder.blocks = []

    def _block(self, place: int) -> B | None:
        """Give a block; None while it is not built."""
        blocks = self._builder.blocks
        return blocks[place] if place < len(blocks) else None

    def _begin(self) -> None:
        if self._begun.acquire(blocking=False):
            try:
                self._builder.start()
            except RuntimeError:  # no more threads
                self._builder.ended.set()


class _Builder(threading.Thread, Generic[B]):
    """Makes the blocks. It does not know who reads them, so that they can be let go."""

    def __init__(self, make: Callable[[int], Iterator[B | None]], budget: int) -> None:
        super().__init__(name="cellucid-genes", daemon=True)
        self.blocks: list[B] = []
        self.stopped, self.ended = threading.Event(), threading.Event()
        self.budget = budget
        self._make = make
        self._process: int | None = None

    def run(self) -> None:
        self._process = os.getpid()
        # A thread that HDF5 holds at the end of the process would hold that up.
        atexit.register(self.end)
        try:
            self._build(self.blocks)
        except Exception as error:
            # The memory is full, or the matrix can't be read, which is told to whoever asks for a
            # gene; what is built serves.
            if isinstance(error, OSError) and error.errno in _FULL:
                warnings.warn(
                    f"the genes can't be put in order ({error.strerror}), so each takes long: set "
                    f"TMPDIR, which is {tempfile.gettempdir()!r}, to a folder on a disk with more "
                    "room",
                    RuntimeWarning,
                    stacklevel=1,
                )
        finally:
            self.ended.set()
            atexit.unregister(self.end)

    def end(self) -> None:
        self.stopped.set()
        self.wait(END_SECONDS)

    def wait(self, timeout: float) -> None:
        # A process that was forked has no such thread, and none will say that it ended.
        if self._process in (None, os.getpid()):
            self.ended.wait(timeout)

    def _build(self, blocks: list[B]) -> None:
        if sys.platform == "linux":
            # There, a thread has a priority of its own.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
        for block in self._make(self.budget):
            if block is not None:
                blocks.append(block)
            if self.stopped.is_set():
                return
