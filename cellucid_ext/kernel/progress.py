"""How far a session is, told in the notebook's cell that waits for it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

from .display import this_cell

T = TypeVar("T")

SHOWN_AFTER_SECONDS: Final = 0.5
"""How long bytes must have been arriving before anything is shown."""

_SLICE_SECONDS: Final = 0.25


class Progress:
    """A bar that stands in a cell while bytes arrive. Outside of a notebook there is none.

    `arrived` and `follow` may be called from any thread. `show` and `close` are for the one that
    runs the cell: only there it is known whose output it is.

    Examples
    --------
    >>> progress = Progress()
    >>> progress.arrived(12_300_000, 104_900_000)
    >>> str(progress)
    'session: 12.3 of 104.9 MB'
    """

    def __init__(self) -> None:
        self._cell = _notebook_cell()
        self._bytes = 0
        self._total: int | None = None
        self._path: Path | None = None
        self._since: float | None = None
        self._handle: Any = None
        self._told = ""

    @property
    def wanted(self) -> bool:
        """Whether there is a cell to show it in."""
        return self._cell is not None

    def arrived(self, size: int, total: int | None = None) -> None:
        """Note how many bytes are at the server, and of how many if it is known."""
        self._bytes, self._total, self._path = size, total, None
        if size and self._since is None:
            self._since = time.monotonic()

    def follow(self, path: Path, total: int | None) -> None:
        """Look from now on how large a file is, which is on its way from the server."""
        self.arrived(0, total)
        self._path = path
        if self._since is None:
            self._since = time.monotonic()

    def show(self) -> None:
        """Tell how far it is, if it takes a while; never raises."""
        if self._since is None or time.monotonic() - self._since < SHOWN_AFTER_SECONDS:
            return
        try:
            if self._path is not None:
                self._bytes = os.stat(self._path).st_size
            self._publish(str(self))
        except Exception:
            # Whatever displays here, the session is what is wanted.
            self._cell = None

    def close(self) -> None:
        """Take the bar away; never raises."""
        try:
            if self._handle is not None:
                # With no data at all there is nothing to draw, not even an empty line.
                self._handle.update({}, raw=True)
        except Exception:
            self._cell = None
        self._handle = None

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something, and show meanwhile how far it is."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_SLICE_SECONDS)
                self.show()
            return task.result()
        finally:
            task.cancel()
            self.close()

    def __str__(self) -> str:
        done = f"{self._bytes / 1e6:.1f}"
        return (
            f"session: {done} MB"
            if self._total is None
            else (f"session: {done} of {self._total / 1e6:.1f} MB")
        )

    def _publish(self, text: str) -> None:
        if self._cell is None or text == self._told:
            return
        self._told = text
        of = "" if self._total is None else f' max="{self._total}" value="{self._bytes}"'
        data = {"text/plain": text, "text/html": f"<progress{of}></progress> {text}"}
        if self._handle is not None:
            self._handle.update(data, raw=True)
        elif _notebook_cell() == self._cell:
            from IPython import display

            self._handle = display.display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]


def _notebook_cell() -> str | None:
    # Another thread's output goes to whichever cell runs, so there it is shown to nobody.
    if threading.current_thread() is not threading.main_thread() or "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return this_cell() if hasattr(get_ipython(), "kernel") else None
