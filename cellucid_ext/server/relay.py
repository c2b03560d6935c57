"""Who is connected, and how a message finds its way between kernels and pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from ..protocol import (
    CLOSE_NO_SUCH_VIEWER,
    CLOSE_REPLACED,
    PROTOCOL,
    RESUME_SECONDS,
    BacklogFull,
    FrameError,
)
from .channel import Channel, Connection
from .errors import KernelGone, NoBrowser, TooLarge
from .reads import Read, Reads
from .requests import Request
from .stored import StoredEvents
from .viewers import Registry, Viewer

Reason = Literal["restarted", "shutdown", "died", "closed", "disconnected", "expired"]

_BACKLOG = 4503


class Relay:
    """The connections of one server.

    Parameters
    ----------
    registry
        The viewers and requests they are about.
    events
        Where events too large for a frame are kept.
    clock
        Seconds that never go back.
    """

    def __init__(
        self, registry: Registry, events: StoredEvents, clock: Callable[[], float]
    ) -> None:
        self.reads = Reads()
        self._registry = registry
        self._events = events
        self._clock = clock
        self._kernels: dict[str, Channel] = {}
        self._pages: dict[str, dict[str, Channel]] = {}

    def kernel_connected(self, kernel_id: str) -> bool:
        """Whether a kernel's websocket is open now."""
        channel = self._kernels.get(kernel_id)
        return channel is not None and channel.connection is not None

    def pages(self, viewer_id: str) -> int:
        """How many pages of a viewer are connected now."""
        return len(self._connected(viewer_id))

    def describe(self, viewer: Viewer) -> dict[str, Any]:
        """Say what lists show of a viewer."""
        return {
            "viewerId": viewer.viewer_id,
            "title": viewer.title,
            "height": viewer.height,
            "dataset": viewer.dataset,
            "kernelConnected": self.kernel_connected(viewer.kernel_id),
            "pages": self.pages(viewer.viewer_id),
            "createdAt": viewer.created.isoformat(),
            "lastEvent": viewer.last_event,
        }

    def await_kernel(self, kernel_id: str) -> None:
        """Keep messages for a kernel that registered a viewer before it opened its websocket."""
        if kernel_id not in self._kernels:
            self._kernels[kernel_id] = Channel("", self._clock())

    def join_kernel(
        self, kernel_id: str, channel_id: str, received: int, connection: Connection
    ) -> Channel:
        """Take a kernel's websocket, a new one or that of a conversation to go on with."""
        old = self._kernels.get(kernel_id)
        resumed = old is not None and old.channel_id == channel_id
        fresh = old is None or old.channel_id not in ("", channel_id)
        if fresh:
            if old is not None and old.connection is not None:
                old.connection.hang_up(CLOSE_REPLACED, "another connection of this kernel came")
            self._kernels[kernel_id] = Channel(channel_id, self._clock())
        channel = self._kernels[kernel_id]
        channel.channel_id = channel_id
        welcome = {"type": "welcome", "protocol": PROTOCOL, "resumed": resumed}
        channel.attach(connection, received if resumed else 0, welcome)
        for viewer in self._registry.of_kernel(kernel_id):
            self._to_all_pages(viewer.viewer_id, {"type": "kernel_connected"})
            if fresh and (pages := self.pages(viewer.viewer_id)):
                self._tell_pages(viewer, "viewer_connected", pages)
        return channel

    def join_page(
        self, viewer: Viewer, channel_id: str, received: int, connection: Connection
    ) -> Channel:
        """Take a page's websocket, a new one or that of a conversation to go on with."""
        channels = self._pages.setdefault(viewer.viewer_id, {})
        resumed = channel_id in channels
        channel = channels.setdefault(channel_id, Channel(channel_id, self._clock()))
        welcome = {"type": "welcome", "protocol": PROTOCOL, "resumed": resumed}
        welcome |= {"kernelId": viewer.kernel_id}
        welcome |= {"kernelConnected": self.kernel_connected(viewer.kernel_id)}
        channel.active_at = self._clock()
        channel.attach(connection, received if resumed else 0, welcome)
        self._tell_pages(viewer, "viewer_connected", self.pages(viewer.viewer_id))
        return channel

    def lost_kernel(self, kernel_id: str, channel: Channel, connection: Connection) -> None:
        """Note that a kernel's websocket closed; its conversation is kept for a while."""
        if channel.connection is not connection:
            return
        channel.connection, channel.lost_at = None, self._clock()
        if self._kernels.get(kernel_id, channel) is not channel:
            return
        self.reads.fail_unanswered(kernel_id, "the kernel lost its connection to the server")
        for viewer in self._registry.of_kernel(kernel_id):
            self._to_all_pages(viewer.viewer_id, {"type": "kernel_gone", "reason": "disconnected"})

    def lost_page(self, viewer: Viewer, channel: Channel, connection: Connection) -> None:
        """Note that a page's websocket closed; its conversation is kept for a while."""
        if channel.connection is not connection:
            return
        channel.connection, channel.lost_at = None, self._clock()
        if viewer in self._registry.of_kernel(viewer.kernel_id):
            self._tell_pages(viewer, "viewer_disconnected", self.pages(viewer.viewer_id))

    def command(self, viewer: Viewer, command: dict[str, Any]) -> int:
        """Pass a kernel's command to a viewer's pages; returns how many are connected.

        A session is asked of one page only, the one that was used last.

        Raises
        ------
        NoBrowser
            If no page is connected.
        TooLarge
            If the command does not fit in a frame.
        """
        connected = self._connected(viewer.viewer_id)
        if not connected:
            raise NoBrowser("no page of this viewer is open; show it again")
        channels = list(self._pages[viewer.viewer_id].values())
        if command["type"] == "requestSessionBundle":
            channels = connected = [max(connected, key=lambda channel: channel.active_at)]
        for channel in channels:
            self._to_page(viewer.viewer_id, channel, command)
        return len(connected)

    async def event(self, viewer: Viewer, event: dict[str, Any], stored: bytes | None) -> bool:
        """Pass a page's event to the kernel; says whether there is one.

        Parameters
        ----------
        viewer
            Whose event it is.
        event
            The event with its ``type``.
        stored
            Its JSON, if it is known to be too large for a frame.

        Raises
        ------
        TooMany
            If it is too large for a frame, and as many as may be wait to be fetched.
        """
        viewer.last_event, viewer.seen = event["type"], self._clock()
        about: dict[str, Any] = {"viewerId": viewer.viewer_id}
        if viewer.kernel_id not in self._kernels:
            return False
        if stored is None:
            try:
                return self.to_kernel(viewer.kernel_id, {"type": "event", **about, "event": event})
            except FrameError:
                stored = json.dumps(event, ensure_ascii=False).encode()
        about["eventId"] = event_id = await self._events.keep(viewer, stored)
        delivered = self.to_kernel(viewer.kernel_id, {"type": "event_stored", **about})
        if not delivered:
            self._events.drop(event_id)
        return delivered

    def uploaded(self, request: Request) -> None:
        """Tell the kernel that the session it waits for is there, or won't come."""
        about = {key: v for key, v in request.describe().items() if key != "state"}
        if request.state != "ready":
            about.pop("bytes", None)
        self.to_kernel(
            request.kernel_id,
            {
                "type": "session_bundle",
                "viewerId": request.viewer_id,
                "requestId": request.request_id,
                "status": "ok" if request.state == "ready" else "error",
                **about,
            },
        )

    def read(self, viewer: Viewer, path: str, range_: str | None, etag: str | None) -> Read:
        """Ask a kernel for a file of its dataset.

        Raises
        ------
        KernelGone
            If it is not connected.
        TooMany
            If too many reads are under way.
        """
        if not self.kernel_connected(viewer.kernel_id):
            raise KernelGone("the kernel of this viewer is not connected; run its cell again")
        read = self.reads.begin(viewer.viewer_id, viewer.kernel_id)
        asked = {"type": "read", "viewerId": viewer.viewer_id, "replyId": read.reply_id}
        if not self.to_kernel(
            viewer.kernel_id, {**asked, "path": path, "range": range_, "ifNoneMatch": etag}
        ):
            self.reads.end(read)
            raise KernelGone("the kernel of this viewer does not answer")
        return read

    def end_viewer(self, viewer: Viewer, reason: Reason) -> None:
        """End a viewer: its pages are told why, nothing waits for it any more."""
        viewer_id = viewer.viewer_id
        for channel in self._pages.pop(viewer_id, {}).values():
            if channel.connection is not None:
                self._to_page(viewer_id, channel, {"type": "kernel_gone", "reason": reason})
            if channel.connection is not None:
                channel.connection.hang_up(CLOSE_NO_SUCH_VIEWER, reason)
        self.reads.fail_viewer(viewer_id, f"the viewer ended ({reason})")
        self._events.drop_viewer(viewer_id)
        self._registry.remove(viewer)
        about = {"viewerId": viewer_id, "reason": reason}
        self.to_kernel(viewer.kernel_id, {"type": "viewer_closed", **about})

    def end_kernel(self, kernel_id: str, reason: Reason) -> None:
        """End a kernel's conversation and all its viewers."""
        channel = self._kernels.pop(kernel_id, None)
        for viewer in self._registry.of_kernel(kernel_id):
            self.end_viewer(viewer, reason)
        if channel is not None and channel.connection is not None:
            channel.connection.hang_up(CLOSE_REPLACED, reason)

    def to_kernel(self, kernel_id: str, message: dict[str, Any]) -> bool:
        """Send to a kernel, now or when it is back; says whether there is one."""
        channel = self._kernels.get(kernel_id)
        if channel is None:
            return False
        try:
            channel.send(message)
        except BacklogFull:
            del self._kernels[kernel_id]
            _hang_up(channel)
            return False
        return True

    def sweep(self) -> None:
        """Forget conversations whose peer stayed away, and viewers that nobody uses."""
        limit = self._clock() - RESUME_SECONDS
        for kernel_id, channel in list(self._kernels.items()):
            if channel.connection is None and channel.lost_at <= limit:
                del self._kernels[kernel_id]
        for channels in self._pages.values():
            for channel in list(channels.values()):
                if channel.connection is None and channel.lost_at <= limit:
                    del channels[channel.channel_id]
        self._events.sweep()
        for viewer in self._registry.sweep():
            if self.pages(viewer.viewer_id) or self.kernel_connected(viewer.kernel_id):
                viewer.seen = self._clock()
            else:
                self.end_viewer(viewer, "expired")

    def close(self) -> None:
        """Hang up on everybody: the server stops."""
        channels = [c for some in self._pages.values() for c in some.values()]
        for channel in [*channels, *self._kernels.values()]:
            if channel.connection is not None:
                channel.connection.hang_up(1001, "the server stops")

    def _connected(self, viewer_id: str) -> list[Channel]:
        channels = self._pages.get(viewer_id, {}).values()
        return [channel for channel in channels if channel.connection is not None]

    def _tell_pages(self, viewer: Viewer, kind: str, pages: int) -> None:
        self.to_kernel(
            viewer.kernel_id, {"type": kind, "viewerId": viewer.viewer_id, "pages": pages}
        )

    def _to_all_pages(self, viewer_id: str, message: dict[str, Any]) -> None:
        for channel in list(self._pages.get(viewer_id, {}).values()):
            self._to_page(viewer_id, channel, message)

    def _to_page(self, viewer_id: str, channel: Channel, message: dict[str, Any]) -> None:
        try:
            channel.send(message)
        except FrameError as error:
            raise TooLarge(str(error)) from None
        except BacklogFull:
            self._pages.get(viewer_id, {}).pop(channel.channel_id, None)
            _hang_up(channel)


def _hang_up(channel: Channel) -> None:
    if channel.connection is not None:
        channel.connection.hang_up(_BACKLOG, "too much waits to be acknowledged")
