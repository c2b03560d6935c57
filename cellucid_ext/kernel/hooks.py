"""Functions of a person's notebook that are called when something happens in the page."""

from __future__ import annotations

import contextvars
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Event = dict[str, Any]
Hook = Callable[[Event], object]

MAX_WAITING_EVENTS: Final = 1000
"""How many events wait for slow hooks before the oldest is left out."""

EVERY_EVENT: Final = "message"
"""The name under which a hook hears of every event, whatever its type."""

_ONLY_THE_LAST_COUNTS: Final = "hover"


@dataclass(eq=False)
class _Registered:
    kind: str
    hook: Hook
    context: contextvars.Context
    failed: bool = False

    def hears(self, event: Event) -> bool:
        return self.kind in (event["type"], EVERY_EVENT)


class Hooks:
    """Functions called for events, in order, in a thread of their own.

    A slow hook holds up neither the network nor the notebook, only the hooks after it.
    """

    def __init__(self) -> None:
        self._hooks: list[_Registered] = []
        self._waiting: deque[Event] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._left_out = False
        self._closed = False

    def add(self, kind: str, hook: Hook) -> None:
        """Call `hook` with every event of a kind from now on; with all where it is "message".

        Raises
        ------
        TypeError
            If the kind is no text, or the hook can't be called.
        """
        if not isinstance(kind, str) or not kind:
            raise TypeError(f"an event is named by a text such as 'selection', not {kind!r}")
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

    def remove(self, hook: Hook, kind: str | None = None) -> None:
        """Call `hook` no more, for one kind of event or for any; harmless where it is unknown."""
        with self._changed:
            self._hooks = [
                known
                for known in self._hooks
                if known.hook != hook or (kind is not None and known.kind != kind)
            ]

    def clear(self, kind: str | None = None) -> None:
        """Call no hook of a kind any more, or none at all."""
        with self._changed:
            self._hooks = [
                known for known in self._hooks if kind is not None and known.kind != kind
            ]

    def call(self, event: Event) -> None:
        """Hand an event to its hooks, and return at once."""
        with self._changed:
            hearing = next((known for known in self._hooks if known.hears(event)), None)
            if self._closed or hearing is None:
                return
            if self._is_superseded(event):
                self._waiting.pop()
            if len(self._waiting) >= MAX_WAITING_EVENTS:
                self._waiting.popleft()
                if not self._left_out:
                    self._left_out = True
                    hearing.context.copy().run(_tell_of_slow_hooks)
            self._waiting.append(event)
            self._changed.notify_all()

    def _is_superseded(self, event: Event) -> bool:
        # The pointer moves faster than hooks draw; a selection must not be pushed out by it.
        kinds = {event["type"], self._waiting[-1]["type"] if self._waiting else None}
        return kinds == {_ONLY_THE_LAST_COUNTS}

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
                hooks = [known for known in self._hooks if known.hears(event)]
            for known in hooks:
                known.context.run(_call, known, event)


def _call(known: _Registered, event: Event) -> None:
    try:
        known.hook(event)
    except BaseException:
        # Even a SystemExit ends this call only: the other hooks run on.
        if not known.failed:
            known.failed = True
            name = getattr(known.hook, "__name__", repr(known.hook))
            print_error(
                f"The hook {name!r} failed on a {event['type']!r} event "
                f"(reported once):\n{traceback.format_exc()}"
            )


def _tell_of_slow_hooks() -> None:
    print_error(
        f"The hooks of this viewer are slower than its events come: {MAX_WAITING_EVENTS:,} wait, "
        "and the oldest are left out (reported once). Make the hooks faster."
    )


def print_error(text: str) -> None:
    """Show an error where a notebook shows what a cell writes to stderr."""
    sys.stderr.write(f"{text.rstrip()}\n")
    sys.stderr.flush()
