"""Values that take long to make: each is made once, and the last ones are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Final, Generic, TypeVar

from .source import DatasetError

T = TypeVar("T")

WAIT_SECONDS: Final = 300.0
"""How long others wait for whoever makes a value."""


class Kept(Generic[T]):
    """Makes values when they are asked for, and keeps the last ones up to a budget.

    Safe to use from any thread: those who ask for what is being made wait for it, and those who
    ask for something else do not.

    Parameters
    ----------
    budget
        How much all kept values may have together; the last one is kept in any case.
    size
        How much one has.

    Examples
    --------
    >>> kept = Kept[bytes](100, len)
    >>> kept.get("a", lambda: b"made"), kept.get("a", lambda: b"not made again")
    (b'made', b'made')
    """

    def __init__(self, budget: int, size: Callable[[T], int]) -> None:
        self._budget = budget
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._making: dict[str, Future[T]] = {}
        self._total = 0

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Give the value of a key, made by `make` where it is not kept.

        Raises
        ------
        DatasetError
            If somebody else makes it and is not done in `WAIT_SECONDS`; and whatever `make` does.
        """
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                making = self._making.get(key)
                if making is None:
                    mine = self._making[key] = Future[T]()
            if making is None:
                return self._make(key, make, mine)
            try:
                return making.result(WAIT_SECONDS)
            except CancelledError:
                # Whoever made it was interrupted, and nobody else: one who waits makes it now.
                if not making.cancelled():
                    raise
            except TimeoutError:
                if making.done():
                    raise
                raise DatasetError(
                    f"{key} was not made within {WAIT_SECONDS:g} s: try again"
                ) from None

    def _make(self, key: str, make: Callable[[], T], mine: Future[T]) -> T:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            if isinstance(error, Exception):
                mine.set_exception(error)
            else:
                mine.cancel()
            raise
        with self._lock:
            del self._making[key]
            self._kept[key] = value
            self._total += self._size(value)
            while self._total > self._budget and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._total -= self._size(oldest)
        mine.set_result(value)
        return value
