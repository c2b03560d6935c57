"""What a viewer's page reports: its state, who waits for it, and the hooks that hear of it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from .background import Deadline
from .errors import ViewerStopped
from .hooks import EVERY_EVENT, MAX_WAITING_EVENTS, Event, Hooks

T = TypeVar("T")

MAX_KEPT_TYPES: Final = 64
"""Of how many types the last event is kept, since a page can make up as many as it likes."""

_SLICE_SECONDS: Final = 0.25


class Events:
    """State of one viewer as reported by its pages and the server. Safe to use from any thread.

    Attributes
    ----------
    hooks
        Functions that hear of the events.
    """

    def __init__(self) -> None:
        self.hooks = Hooks()
        self._lock = threading.RLock()
        self._wakers: list[Callable[[], object]] = []
        self._watches: list[tuple[str, deque[Event]]] = []
        self._last: dict[str, Event] = {}
        self._ready: Event = {}
        self._ready_count = 0
        self._requests: dict[str, Event] = {}
        self._pages = 0
        self._pages_gone_at: float | None = None
        self._ended = ""

    @property
    def last(self) -> dict[str, Event]:
        """The last event of each of the last 64 types; what came last of all is at the end."""
        with self._lock:
            return dict(self._last)

    @property
    def pages(self) -> int:
        """How many pages show the viewer now."""
        return self._pages

    @property
    def ready_count(self) -> int:
        """How often a page said that it is ready."""
        return self._ready_count

    @property
    def last_ready(self) -> Event:
        """The last ``ready`` event, ``{}`` where there was none."""
        return self._ready

    @property
    def page_is_ready(self) -> bool:
        """Whether a page is there now that takes commands."""
        return bool(self._pages and self.ready_count)

    @property
    def ended(self) -> str:
        """Why the viewer has ended; empty while it lives."""
        return self._ended

    def seconds_without_page(self) -> float | None:
        """How long the page has been gone; None while there is one, or where none ever was."""
        gone_at = self._pages_gone_at
        return None if gone_at is None else time.monotonic() - gone_at

    def shown_again(self) -> None:
        """Expect a page once more, also where the one before is gone."""
        with self._lock:
            self._pages_gone_at = None

    def expect(self, request_id: str) -> None:
        """Keep what is heard about a request, until `forget`."""
        with self._lock:
            self._requests[request_id] = {}

    def heard(self, request_id: str) -> Event:
        """Give what was heard about an expected request, ``{}`` if nothing was."""
        with self._lock:
            return self._requests.get(request_id, {})

    def dismiss(self, request_id: str, said: Event) -> None:
        """Forget this that was heard about a request, if nothing else was since."""
        with self._lock:
            if self._requests.get(request_id) is said:
                self._requests[request_id] = {}

    def forget(self, request_id: str) -> None:
        """Expect nothing more about a request."""
        with self._lock:
            self._requests.pop(request_id, None)

    def receive(self, event: Event) -> None:
        """Take a decoded event of a page: state first, then whoever waits, then the hooks."""
        with self._lock:
            kind = event["type"]
            self._last.pop(kind, None)
            self._last[kind] = event
            if len(self._last) > MAX_KEPT_TYPES:
                del self._last[next(iter(self._last))]
            if kind == "ready":
                self._ready, self._ready_count = event, self._ready_count + 1
            if kind == "command_error" or event.get("status") == "error":
                self._note_request({**event, "status": "error", "from_page": True})
            for watched, seen in self._watches:
                if watched in (kind, EVERY_EVENT):
                    seen.append(event)
            self._wake()
        self.hooks.call(event)

    def receive_request(self, frame: Event) -> None:
        """Take the server's word on a request."""
        with self._lock:
            self._note_request(frame)
            self._wake()

    def _note_request(self, said: Event) -> None:
        known = self._requests.get(str(said.get("requestId")))
        # The server's word counts more than the page's, and its first word is its last.
        if known is not None and (not known or known.get("from_page")):
            self._requests[str(said["requestId"])] = said

    def set_pages(self, pages: int) -> None:
        """Take the number of pages that are connected now; none once the viewer has ended."""
        with self._lock:
            if self._ended:
                return
            if pages > 0:
                self._pages_gone_at = None
            elif self._pages > 0:
                self._pages_gone_at = time.monotonic()
            self._pages = max(0, pages)
            self._wake()

    def end(self, why: str) -> None:
        """Let everything that waits, now or later, fail with the reason `why`."""
        with self._lock:
            self._ended, self._pages = self._ended or why, 0
            self._wake()
        self.hooks.close()

    def check(self) -> None:
        """Raise `ViewerStopped` if the viewer has ended, saying why."""
        if self._ended:
            raise ViewerStopped(self._ended)

    @contextlib.contextmanager
    def watch(self, kind: str) -> Iterator[deque[Event]]:
        """Collect the events of a kind that come inside of a ``with``, the last ones of many."""
        watch = (kind, deque[Event](maxlen=MAX_WAITING_EVENTS))
        with self._lock:
            self._watches.append(watch)
        try:
            yield watch[1]
        finally:
            with self._lock:
                self._watches = [known for known in self._watches if known is not watch]

    async def wait_for(self, found: Callable[[], T], deadline: Deadline) -> T:
        """Wait until `found()` is true, at most until the deadline; returns its last value.

        Raises
        ------
        ViewerStopped
            If the viewer has ended.
        """
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._lock:
            self._wakers.append(wake)
        try:
            while True:
                changed.clear()
                self.check()
                value = found()
                if value or not deadline.left:
                    return value
                # In slices, since some of what is waited for is that time passes.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(_SLICE_SECONDS, deadline.left))
        finally:
            with self._lock:
                self._wakers.remove(wake)

    def _wake(self) -> None:
        for wake in self._wakers:
            wake()
