"""Work done a little ahead, in a second thread: inflating and decoding need no lock of Python's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_THREADS: Final = 2
"""No more, since each may hold a chunk of 512 MiB that a stranger made."""


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Give each item and what `work` made of it, in order, working at the next meanwhile.

    Parameters
    ----------
    work
        Called in threads; what it raises is raised here, when its item is due.
    items
        Taken one by one, a few ahead.

    Examples
    --------
    >>> list(ahead(abs, [-1, 2]))
    [(-1, 1), (2, 2)]
    """
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="cellucid-apply") as pool:
        begun: deque[tuple[T, Future[R]]] = deque()
        try:
            for item in items:
                begun.append((item, pool.submit(work, item)))
                if len(begun) > _THREADS:
                    due, future = begun.popleft()
                    yield due, future.result()
            while begun:
                due, future = begun.popleft()
                yield due, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
