"""The dataset that a viewer shows now: read by its pages, replaced, closed when nobody reads it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ViewerStopped

if TYPE_CHECKING:
    from ..dataset.source import Source


@dataclass(eq=False)
class _Use:
    source: Source
    ours: bool = False
    readers: int = 0
    over: bool = False


class Current:
    """The dataset of one viewer. Safe to use from any thread.

    One that a person made is left open, since another viewer may show it. One that was opened here
    is closed when it is replaced or let go, after those that read it by then.

    Parameters
    ----------
    source
        The dataset.

    Examples
    --------
    >>> current = Current(source)                                   # doctest: +SKIP
    >>> with current.reading() as source:                           # doctest: +SKIP
    ...     source.read("points_2d.bin")
    """

    def __init__(self, source: Source) -> None:
        self._lock = threading.Lock()
        self._use = _Use(source)

    @property
    def source(self) -> Source:
        """The dataset, for what it knows of itself; `reading` keeps it open."""
        return self._use.source

    def adopt(self) -> None:
        """Close this one at its end too, for nobody else has it."""
        self._use.ours = True

    @contextlib.contextmanager
    def reading(self) -> Iterator[Source]:
        """Give the dataset, which stays open inside of a ``with``.

        Raises
        ------
        ViewerStopped
            If it was let go.
        """
        with self._lock:
            use = self._use
            if use.over:
                raise ViewerStopped("this viewer was stopped, and its dataset let go")
            use.readers += 1
        try:
            yield use.source
        finally:
            with self._lock:
                use.readers -= 1
            self._close_if_over(use)

    def replace(self, source: Source) -> None:
        """Show another one from now on, and close it at its end.

        Raises
        ------
        ViewerStopped
            If the dataset was let go; the other one is closed at once.
        """
        new = _Use(source, ours=True)
        with self._lock:
            old = self._use
            if old.over:
                new.over = True
            else:
                self._use, old.over = new, True
        if new.over:
            self._close_if_over(new)
            raise ViewerStopped("this viewer was stopped, and its dataset let go")
        self._close_if_over(old)

    def let_go(self) -> None:
        """Give nobody the dataset any more; may be called twice."""
        with self._lock:
            self._use.over = True
        self._close_if_over(self._use)

    def _close_if_over(self, use: _Use) -> None:
        with self._lock:
            closes = use.over and not use.readers and use.ours
            use.ours = use.ours and not closes
        if closes:
            close(use.source)


def close(source: Source) -> None:
    """Close a dataset that has something to close."""
    end = getattr(source, "close", None)
    if end is not None:
        end()
