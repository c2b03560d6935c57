"""One daemon thread with an event loop, where all that goes over the network happens.

The loop of the notebook itself stands still while a cell runs, so nothing here may depend on it.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from .errors import ViewerError, ViewerTimeout

T = TypeVar("T")

_SLICE_SECONDS = 0.25
_STOP_SECONDS = 0.5


class Deadline:
    """A moment by which something must have happened.

    Parameters
    ----------
    seconds
        How far away it is now.
    """

    def __init__(self, seconds: float) -> None:
        if not 0 <= seconds <= threading.TIMEOUT_MAX:
            raise ValueError(
                f"timeout is {seconds!r}; it must be a number of seconds from 0 to "
                f"{threading.TIMEOUT_MAX:,.0f}"
            )
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, 0 when it is past."""
        return max(0.0, self._end - time.monotonic())


class Background:
    """The thread; started when it is made, stopped with the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cellucid", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def start(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Begin something and don't wait for it.

        Raises
        ------
        ViewerError
            If the thread has stopped.
        """
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            raise ViewerError(
                "this viewer's connection has stopped, as it does when Python ends: restart the "
                "kernel and make a new viewer"
            ) from None

    def run(
        self,
        work: Coroutine[Any, Any, T],
        seconds: float,
        what: str,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> T:
        """Do something and wait for it; a KeyboardInterrupt cancels it and returns at once.

        Calls `meanwhile` here, in the thread that waits, four times a second.

        Raises
        ------
        ViewerTimeout
            If it takes longer than `seconds`; `what` says what was waited for.
        """
        # Callers add a grace to what a person gave.
        deadline = Deadline(min(seconds, threading.TIMEOUT_MAX))
        future = self.start(work)
        try:
            while True:
                # In slices, since a lock can't be interrupted on Windows.
                done, _ = concurrent.futures.wait([future], min(_SLICE_SECONDS, deadline.left))
                if done:
                    return future.result()
                meanwhile()
                if not deadline.left:
                    raise ViewerTimeout(f"waited {seconds:g} s for {what}")
        finally:
            future.cancel()

    def stop(self) -> None:
        """Stop the loop, without waiting long: a kernel must be able to end."""
        atexit.unregister(self.stop)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Call a function in a daemon thread of its own.

    The threads of ``run_in_executor`` are joined when Python ends, so a long one would keep a
    kernel from shutting down.

    Raises
    ------
    ViewerError
        If the thread was told to end, such as by a ``KeyboardInterrupt``, which here would end the
        loop; and whatever the function does.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(value)  # type: ignore[arg-type]
        else:
            future.set_exception(error)

    def work() -> None:
        value: T | None = None
        error: Exception | None = None
        try:
            value = function(*arguments)
        except StopIteration as caught:  # no future takes that
            error = RuntimeError(f"{function!r} raised StopIteration")
            error.__cause__ = caught
        except Exception as caught:
            error = caught
        except BaseException as caught:
            error = ViewerError(f"this was interrupted by {type(caught).__name__}: try again")
            error.__cause__ = caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=work, name="cellucid-work", daemon=True).start()
    return await future
