"""How a message finds its way between kernels and pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from ..answers import Asked
from ..protocol import CLOSE_NO_SUCH_VIEWER, CLOSE_REPLACED, PROTOCOL, FrameError, FrameTooLarge
from .channel import Channel, Connection
from .connections import Connections
from .errors import BadRequest, KernelGone, NoBrowser
from .journal import Journal
from .reads import Read, Reads
from .requests import Request, Requests
from .stored import StoredEvents
from .viewers import Registry, Viewer

Reason = Literal["restarted", "shutdown", "died", "closed", "disconnected", "expired"]


class Relay:
    """The messages of one server.

    Parameters
    ----------
    registry, requests
        The viewers and requests they are about.
    events
        Where events too large for a frame are kept.
    journal
        Where viewers that are opened, and that end, are noted.
    clock
        Seconds that never go back.
    """

    def __init__(
        self,
        registry: Registry,
        requests: Requests,
        events: StoredEvents,
        journal: Journal,
        clock: Callable[[], float],
    ) -> None:
        self.reads = Reads()
        self.connections = Connections(clock)
        self._registry = registry
        self._requests = requests
        self._events = events
        self._journal = journal
        self._clock = clock

    def describe(self, viewer: Viewer) -> dict[str, Any]:
        """Say what lists show of a viewer."""
        return {
            "viewerId": viewer.viewer_id,
            "title": viewer.title,
            "height": viewer.height,
            "dataset": viewer.dataset,
            "kernelConnected": self.connections.kernel_connected(viewer.kernel_id),
            "pages": len(self.connections.connected_pages(viewer.viewer_id)),
            "createdAt": viewer.created.isoformat(),
            "lastEvent": viewer.last_event,
        }

    def join_kernel(
        self, kernel_id: str, channel_id: str, received: int, connection: Connection
    ) -> Channel:
        """Take a kernel's websocket, a new one or that of a conversation to go on with."""
        old = self.connections.kernel(kernel_id)
        resumed = old is not None and old.channel_id == channel_id
        channel = self.connections.take_kernel(kernel_id, channel_id)
        fresh = channel is not old
        welcome = {"type": "welcome", "protocol": PROTOCOL, "resumed": resumed}
        channel.attach(connection, received if resumed else 0, welcome)
        for viewer in self._registry.of_kernel(kernel_id):
            self.connections.to_all_pages(viewer.viewer_id, {"type": "kernel_connected"})
            if fresh and self.connections.connected_pages(viewer.viewer_id):
                self._tell_pages(viewer, "viewer_connected")
        return channel

    def join_page(
        self, viewer: Viewer, channel_id: str, received: int, connection: Connection
    ) -> Channel:
        """Take a page's websocket, a new one or that of a conversation to go on with."""
        known = self.connections.pages(viewer.viewer_id)
        channel = self.connections.take_page(viewer.viewer_id, channel_id)
        resumed = channel in known
        welcome = {"type": "welcome", "protocol": PROTOCOL, "resumed": resumed}
        welcome |= {"kernelId": viewer.kernel_id, "viewerToken": viewer.token}
        welcome |= {"kernelConnected": self.connections.kernel_connected(viewer.kernel_id)}
        channel.active_at = self._clock()
        channel.attach(connection, received if resumed else 0, welcome)
        pages = self._tell_pages(viewer, "viewer_connected")
        if not resumed:
            self._journal.opened(viewer, pages)
        return channel

    def lost_kernel(self, kernel_id: str, channel: Channel, connection: Connection) -> None:
        """Note that a kernel's websocket closed; its conversation is kept for a while."""
        if channel.connection is not connection:
            return
        channel.connection, channel.lost_at = None, self._clock()
        if self.connections.kernel(kernel_id) not in (None, channel):
            return
        self.reads.fail_unanswered(kernel_id, "the kernel lost its connection to the server")
        for viewer in self._registry.of_kernel(kernel_id):
            self.connections.to_all_pages(
                viewer.viewer_id, {"type": "kernel_gone", "reason": "disconnected"}
            )

    def lost_page(self, viewer: Viewer, channel: Channel, connection: Connection) -> None:
        """Note that a page's websocket closed; its conversation is kept for a while."""
        if channel.connection is not connection:
            return
        channel.connection, channel.lost_at = None, self._clock()
        # It may have been registered again meanwhile, and be described otherwise.
        if any(known.viewer_id == viewer.viewer_id for known in self._registry.of_kernel(None)):
            self._tell_pages(viewer, "viewer_disconnected")

    def command(self, viewer: Viewer, command: dict[str, Any]) -> int:
        """Pass a kernel's command to a viewer's pages; returns how many are connected.

        A session is asked of one page only, the one that was used last.

        Raises
        ------
        NoBrowser
            If no page is connected.
        TooLarge, BadRequest
            If the command does not fit in a frame, or is no JSON.
        """
        connected = self.connections.connected_pages(viewer.viewer_id)
        if not connected:
            raise NoBrowser("no page of this viewer is open; show it again")
        channels = self.connections.pages(viewer.viewer_id)
        if command["type"] == "requestSessionBundle":
            channels = connected = [max(connected, key=lambda channel: channel.active_at)]
        for channel in channels:
            self.connections.to_page(viewer.viewer_id, channel, command)
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
        BadRequest
            If JSON can't hold it.
        """
        viewer.last_event, viewer.seen = event["type"], self._clock()
        about: dict[str, Any] = {"viewerId": viewer.viewer_id}
        if self.connections.kernel(viewer.kernel_id) is None:
            return False
        if stored is None:
            try:
                return self.connections.to_kernel(
                    viewer.kernel_id, {"type": "event", **about, "event": event}
                )
            except FrameTooLarge:
                stored = json.dumps(event).encode()
            except FrameError as error:
                raise BadRequest(f"an event can't be passed on: {error}") from None
        about["eventId"] = event_id = await self._events.keep(viewer, stored)
        delivered = self.connections.to_kernel(viewer.kernel_id, {"type": "event_stored", **about})
        if not delivered:
            self._events.drop(event_id)
        return delivered

    def uploaded(self, request: Request) -> None:
        """Tell the kernel that the session it waits for is there, or won't come."""
        about = {key: v for key, v in request.describe().items() if key != "state"}
        if request.state != "ready":
            about.pop("bytes", None)
        self.connections.to_kernel(
            request.kernel_id,
            {
                "type": "session_bundle",
                "viewerId": request.viewer_id,
                "requestId": request.request_id,
                "status": "ok" if request.state == "ready" else "error",
                **about,
            },
        )

    def read(self, viewer: Viewer, path: str, asked: Asked) -> Read:
        """Ask a kernel for a file of its dataset.

        Raises
        ------
        KernelGone
            If it is not connected.
        TooMany
            If too many reads are under way.
        """
        if not self.connections.kernel_connected(viewer.kernel_id):
            raise KernelGone("the kernel of this viewer is not connected; run its cell again")
        read = self.reads.begin(viewer.viewer_id, viewer.kernel_id)
        frame = {"type": "read", "viewerId": viewer.viewer_id, "replyId": read.reply_id}
        if not self.connections.to_kernel(
            viewer.kernel_id, {**frame, "path": path, **asked.frame()}
        ):
            self.reads.end(read)
            raise KernelGone("the kernel of this viewer does not answer")
        return read

    def end_viewer(self, viewer: Viewer, reason: Reason) -> None:
        """End a viewer: its pages are told why, nothing waits for it any more."""
        viewer_id = viewer.viewer_id
        for channel in self.connections.forget_pages(viewer_id):
            if channel.connection is not None:
                self.connections.to_page(
                    viewer_id, channel, {"type": "kernel_gone", "reason": reason}
                )
            if channel.connection is not None:
                channel.connection.hang_up(CLOSE_NO_SUCH_VIEWER, reason)
        self.reads.fail_viewer(viewer_id, f"the viewer ended ({reason})")
        self._events.drop_viewer(viewer_id)
        self._registry.remove(viewer)
        self._requests.end_viewer(viewer_id)
        self._journal.ended(viewer, reason)
        about = {"viewerId": viewer_id, "reason": reason}
        self.connections.to_kernel(viewer.kernel_id, {"type": "viewer_closed", **about})

    def end_kernel(self, kernel_id: str, reason: Reason) -> None:
        """End a kernel's conversation and all its viewers."""
        channel = self.connections.forget_kernel(kernel_id)
        for viewer in self._registry.of_kernel(kernel_id):
            self.end_viewer(viewer, reason)
        if channel is not None and channel.connection is not None:
            channel.connection.hang_up(CLOSE_REPLACED, reason)

    def sweep(self) -> None:
        """Forget who stayed away, and what nobody uses."""
        self.connections.sweep()
        self._events.sweep()
        for viewer in self._registry.unused():
            used = self.connections.connected_pages(viewer.viewer_id)
            if used or self.connections.kernel_connected(viewer.kernel_id):
                viewer.seen = self._clock()
            else:
                self.end_viewer(viewer, "expired")

    def _tell_pages(self, viewer: Viewer, kind: str) -> int:
        viewer_id = viewer.viewer_id
        pages = len(self.connections.connected_pages(viewer_id))
        about = {"type": kind, "viewerId": viewer_id, "pages": pages}
        self.connections.to_kernel(viewer.kernel_id, about)
        return pages
