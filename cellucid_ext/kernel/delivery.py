"""What came over the link for a viewer, worked off in order in a task of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .background import in_thread
from .cells import decode_event
from .hooks import Event, print_error
from .shown import Shown
from .transport import Transport
from .wire import ANSWER_SECONDS, MAX_EVENT_BYTES


class Delivery:
    """Hands frames of the server to the viewer they are for.

    Parameters
    ----------
    wire
        For events too large for a frame.
    page_came
        Called when there may be a page that takes commands.
    closed
        Called when the server has ended a viewer.
    """

    def __init__(
        self,
        wire: Transport,
        page_came: Callable[[Shown], None],
        closed: Callable[[Shown], None],
    ) -> None:
        self._wire = wire
        self._page_came = page_came
        self._closed = closed

    async def run(self, shown: Shown) -> None:
        """Deliver to one viewer, until cancelled; what is wrong is told and left out."""
        while True:
            frame = await shown.inbox.get()
            try:
                await self._deliver(shown, frame)
            except Exception as error:
                # Whatever a server sends, the viewer must hear what comes next.
                print_error(f"An event of the viewer's page was left out: {error}")

    async def _deliver(self, shown: Shown, frame: dict[str, Any]) -> None:
        kind, events = frame["type"], shown.events
        if kind == "event":
            self._receive(shown, await _decoded(frame["event"], shown))
        elif kind == "event_stored":
            path = f"viewers/{shown.id}/events/{frame['eventId']}"
            stored = await self._wire.send(
                "GET", path, seconds=6 * ANSWER_SECONDS, at_most=MAX_EVENT_BYTES
            )
            self._receive(shown, await _decoded(stored, shown))
        elif kind in ("viewer_connected", "viewer_disconnected"):
            events.set_pages(int(frame["pages"]))
            self._page_came(shown)
        elif kind == "session_bundle":
            events.receive_request(frame)
        elif kind == "viewer_closed":
            self._closed(shown)
            events.end(f"the server ended this viewer ({frame.get('reason')}): show it again")

    def _receive(self, shown: Shown, event: Event) -> None:
        shown.events.receive(event)
        if event["type"] == "ready":
            self._page_came(shown)


async def _decoded(event: object, shown: Shown) -> Event:
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ValueError("it has no type")
    n_cells = shown.registration["dataset"]["nCells"]
    if "cells" not in event:
        return event
    # A million cells take milliseconds, in which the link would answer nobody.
    return await in_thread(decode_event, event, n_cells)
