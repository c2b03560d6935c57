"""What a viewer's page reports: its state, who waits for it, and the hooks that hear of it."""

from __future__ import annotations

import base64
import binascii
import contextvars
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from .background import Deadline
from .errors import ViewerStopped

Event = dict[str, Any]
Hook = Callable[[Event], object]
T = TypeVar("T")

MAX_WAITING_EVENTS: Final = 1000
"""How many events wait for slow hooks before the oldest is left out."""

_SLICE_SECONDS: Final = 0.25


def decode_event(event: Event, n_cells: int) -> Event:
    """Turn an event's cells, as a list or packed, into indices.

    Parameters
    ----------
    event
        As it came from the page.
    n_cells
        Number of cells of the dataset; no index may reach it.

    Returns
    -------
    dict
        The event, with ``cells`` as an int64 array of shape (n,) if it had any.

    Raises
    ------
    ValueError
        If the cells are not what the protocol says.
    """
    if "cells" not in event:
        return event
    return {**event, "cells": _cells(event["cells"], n_cells)}


def _cells(cells: object, n_cells: int) -> npt.NDArray[np.int64]:
    if isinstance(cells, dict):
        if cells.get("encoding") != "delta-uvarint" or not isinstance(cells.get("data"), str):
            raise ValueError(f"cells: unknown encoding {cells.get('encoding')!r}")
        try:
            packed = base64.b64decode(cells["data"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"cells.data: {error}") from None
        from ..session.codecs import decode_cells

        return np.asarray(decode_cells(packed, n_cells)).astype(np.int64, copy=False)
    try:
        indices = np.array(cells if isinstance(cells, list) else None)
    except ValueError:
        indices = np.array(None)
    if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
        raise ValueError("cells: expected a list of whole numbers")
    if indices.size and not 0 <= indices.min() <= indices.max() < n_cells:
        raise ValueError(f"cells: an index is outside of the {n_cells:,} cells")
    return indices.astype(np.int64, copy=False)


@dataclass(eq=False)
class _Registered:
    kind: str
    hook: Hook
    context: contextvars.Context
    failed: bool = False


class Hooks:
    """Functions called for events, in order, in a thread of their own.

    A slow hook holds up neither the network nor the notebook, only the hooks after it.
    """

    def __init__(self) -> None:
        self._hooks: list[_Registered] = []
        self._waiting: deque[Event] = deque(maxlen=MAX_WAITING_EVENTS)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, kind: str, hook: Hook) -> None:
        """Call `hook` with every event of a kind from now on."""
        if not callable(hook):
            raise TypeError(f"a hook must be a function of one event, not {hook!r}")
        # What the hook prints goes to the cell that registered it: ipykernel looks that up here.
        registered = _Registered(kind, hook, contextvars.copy_context())
        with self._changed:
            self._hooks.append(registered)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(
                    target=self._run, name="cellucid-hooks", daemon=True
                )
                self._thread.start()

    def remove(self, hook: Hook) -> None:
        """Call `hook` no more; harmless for one that is not registered."""
        with self._changed:
            self._hooks = [known for known in self._hooks if known.hook is not hook]

    def call(self, event: Event) -> None:
        """Hand an event to its hooks, and return at once."""
        with self._changed:
            if not self._closed and any(known.kind == event["type"] for known in self._hooks):
                self._waiting.append(event)
                self._changed.notify_all()

    def close(self) -> None:
        """End the thread after the hook that runs."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                event = self._waiting.popleft()
                hooks = [known for known in self._hooks if known.kind == event["type"]]
            for known in hooks:
                known.context.run(_call, known, event)


def _call(known: _Registered, event: Event) -> None:
    try:
        known.hook(event)
    except (Exception, SystemExit):
        if not known.failed:
            known.failed = True
            name = getattr(known.hook, "__name__", repr(known.hook))
            print_error(
                f"The hook {name!r} failed on a {known.kind!r} event "
                f"(reported once):\n{traceback.format_exc()}"
            )


def print_error(text: str) -> None:
    """Show an error where a notebook shows what a cell writes to stderr."""
    sys.stderr.write(f"{text.rstrip()}\n")
    sys.stderr.flush()


class Events:
    """State of one viewer as reported by its pages and the server.

    Attributes
    ----------
    hooks
        Functions that hear of the events.
    """

    def __init__(self) -> None:
        self.hooks = Hooks()
        self._changed = threading.Condition()
        self._state: dict[str, Event] = {}
        self._counts: dict[str, int] = {}
        self._requests: dict[str, Event] = {}
        self._pages = 0
        self._pages_gone_at: float | None = None
        self._ended = ""

    @property
    def state(self) -> dict[str, Event]:
        """The last event of each type."""
        with self._changed:
            return dict(self._state)

    @property
    def pages(self) -> int:
        """How many pages show the viewer now."""
        return self._pages

    @property
    def ready_count(self) -> int:
        """How often a page said that it is ready."""
        return self._counts.get("ready", 0)

    def seconds_without_page(self) -> float | None:
        """How long the page has been gone; None while there is one, or where none ever was."""
        gone_at = self._pages_gone_at
        return None if gone_at is None else time.monotonic() - gone_at

    def expect(self, request_id: str) -> None:
        """Keep what is heard about a request, until `forget`."""
        with self._changed:
            self._requests[request_id] = {}

    def heard(self, request_id: str) -> Event:
        """Give what was heard about an expected request, ``{}`` if nothing was."""
        with self._changed:
            return self._requests.get(request_id, {})

    def dismiss(self, request_id: str, said: Event) -> None:
        """Forget this that was heard about a request, if nothing else was since."""
        with self._changed:
            if self._requests.get(request_id) is said:
                self._requests[request_id] = {}

    def forget(self, request_id: str) -> None:
        """Expect nothing more about a request."""
        with self._changed:
            self._requests.pop(request_id, None)

    def receive(self, event: Event) -> None:
        """Take a decoded event of a page: state first, then whoever waits, then the hooks."""
        with self._changed:
            kind = event["type"]
            self._state[kind] = event
            self._counts[kind] = self._counts.get(kind, 0) + 1
            if kind == "command_error" or event.get("status") == "error":
                self._note_request({**event, "status": "error", "from_page": True})
            self._changed.notify_all()
        self.hooks.call(event)

    def receive_request(self, frame: Event) -> None:
        """Take the server's word on a request."""
        with self._changed:
            self._note_request(frame)
            self._changed.notify_all()

    def _note_request(self, said: Event) -> None:
        known = self._requests.get(str(said.get("requestId")))
        # The server's word counts more than the page's, and its first word is its last.
        if known is not None and (not known or known.get("from_page")):
            self._requests[str(said["requestId"])] = said

    def set_pages(self, pages: int) -> None:
        """Take the number of pages that are connected now."""
        with self._changed:
            if pages > 0:
                self._pages_gone_at = None
            elif self._pages > 0:
                self._pages_gone_at = time.monotonic()
            self._pages = max(0, pages)
            self._changed.notify_all()

    def end(self, why: str) -> None:
        """Let everything that waits, now or later, fail with the reason `why`."""
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify_all()
        self.hooks.close()

    def check(self) -> None:
        """Raise `ViewerStopped` if the viewer has ended, saying why."""
        if self._ended:
            raise ViewerStopped(self._ended)

    def wait_for(self, found: Callable[[], T], deadline: Deadline) -> T:
        """Wait until `found()` is true, at most until the deadline; returns its last value.

        A KeyboardInterrupt gets through at once.

        Raises
        ------
        ViewerStopped
            If the viewer has ended.
        """
        with self._changed:
            while True:
                self.check()
                value = found()
                if value or not deadline.left:
                    return value
                # In slices, since a lock can't be interrupted on Windows.
                self._changed.wait(min(_SLICE_SECONDS, deadline.left))
