"""Events of a page that are too large for its websocket."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable
from typing import Any, Final

from tornado import web

from ...json_text import is_deeper, read_json
from ...protocol import MAX_EVENTS_BYTES, MAX_FRAME_BYTES
from ..errors import BadRequest, TooLarge, TooMany
from .base import Handler, browser_route, kernel_route, send_file
from .viewers import VIEWER

LARGE_AT_ONCE: Final = 2
"""How many bodies above a frame's size are held in memory at a time; others wait."""

_WAIT_SECONDS: Final = 60.0
# What a frame holds besides the event: its type, the viewer, a number.
_FRAME_ROOM: Final = 512

_MAX_EVENTS: Final = 1_000
_MAX_DEPTH: Final = 200

Event = tuple[str, dict[str, Any], bytes | None]


@web.stream_request_body
class EventsHandler(Handler):
    """``events``: one, or a list of them."""

    def initialize(self) -> None:
        """Begin without a place in the queue."""
        super().initialize()
        self._has_place = False

    @property
    def max_body_bytes(self) -> int:
        """Size of the largest body taken, packed or not."""
        return MAX_EVENTS_BYTES

    async def begin(self) -> None:
        """Wait until there is room for the body."""
        await super().begin()
        if self.length is not None and self.length <= MAX_FRAME_BYTES and not self._packed:
            return
        try:
            await asyncio.wait_for(self._places.acquire(), _WAIT_SECONDS)
        except TimeoutError:
            raise TooMany("other large events are on their way; try again in a moment") from None
        self._has_place = True

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body, which may take its time."""
        self.note_activity()
        return super().data_received(chunk)

    @browser_route
    async def post(self) -> None:
        """Pass events on to the kernel."""
        events = await self.spool.run(_read_events, self.body, self._packed)
        viewers = [self.registry.get(viewer_id) for viewer_id, _, _ in events]
        delivered = 0
        for viewer, (_, event, stored) in zip(viewers, events, strict=True):
            delivered += await self.relay.event(viewer, event, stored)
        await self.finish({"delivered": delivered})

    def on_finish(self) -> None:
        """Make room."""
        super().on_finish()
        self._leave()

    def on_connection_close(self) -> None:
        """Make room."""
        super().on_connection_close()
        self._leave()

    @property
    def _packed(self) -> bool:
        return self.request.headers.get("Content-Encoding", "").lower() == "gzip"

    @property
    def _places(self) -> asyncio.Semaphore:
        places: asyncio.Semaphore = self.settings["cellucid_large_events"]
        return places

    def _leave(self) -> None:
        self._pieces.clear()
        if self._has_place:
            self._has_place = False
            self._places.release()


class EventHandler(Handler):
    """``viewers/{viewerId}/events/{eventId}``: one that was too large for the kernel's too."""

    @kernel_route
    async def get(self, viewer_id: str, event_id: str) -> None:
        """Send it, and drop it once it was sent whole."""
        viewer = self.registry.get(viewer_id, self.kernel_id)
        events = self.settings["cellucid_events"]
        path = events.path_of(viewer, event_id)
        await send_file(self, path, "application/json", lambda: events.drop(event_id))


def _read_events(body: bytes, packed: bool) -> list[Event]:
    if packed:
        body = _unpack(body)
    try:
        document = read_json(body, "the body")
    except ValueError as error:
        raise BadRequest(str(error)) from None
    if is_deeper(document, _MAX_DEPTH):
        raise BadRequest(f"the body is nested too deeply: more than {_MAX_DEPTH} levels")
    events = document if isinstance(document, list) else [document]
    if len(events) > _MAX_EVENTS:
        raise BadRequest(f"{len(events):,} events at once are too many; send {_MAX_EVENTS:,}")
    return [_read_event(event) for event in events]


def _read_event(event: Any) -> Event:
    if not isinstance(event, dict):
        raise BadRequest("an event must be a JSON object")
    viewer_id, kind = event.pop("viewerId", None), event.get("type")
    event.pop("seq", None)
    if not isinstance(viewer_id, str):
        raise BadRequest("an event needs its viewer in 'viewerId'")
    if not isinstance(kind, str) or not 0 < len(kind) <= 64:
        raise BadRequest("an event needs a short text in 'type'")
    try:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        data = text.encode()
    except ValueError as error:
        raise BadRequest(f"an event can't be passed on: {error}") from None
    return viewer_id, event, data if len(data) > MAX_FRAME_BYTES - _FRAME_ROOM else None


def _unpack(body: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, MAX_EVENTS_BYTES + 1)
    except zlib.error as error:
        raise BadRequest(f"the body is not gzip: {error}") from None
    if len(plain) > MAX_EVENTS_BYTES:
        raise TooLarge(f"the unpacked body has more than {MAX_EVENTS_BYTES:,} bytes")
    if not inflater.eof:
        raise BadRequest("the gzip body is cut short")
    return plain


ROUTES = [
    (r"events", EventsHandler),
    (VIEWER + r"/events/(?P<event_id>[A-Za-z0-9_-]{1,64})", EventHandler),
]
