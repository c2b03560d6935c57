"""The websockets: one for each page, one for each kernel."""

from __future__ import annotations

from typing import Any, Final, cast

from jupyter_server.auth.decorator import allow_unauthenticated, ws_authenticated
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ...protocol import (
    CLOSE_NO_SUCH_VIEWER,
    CLOSE_PROTOCOL,
    CLOSE_UNAUTHENTICATED,
    MAX_FRAME_BYTES,
    PING_SECONDS,
    PROTOCOL,
    FrameError,
    decode_frame,
)
from ..channel import Channel
from ..errors import NoSuchViewer, Refused
from ..registration import ID
from ..viewers import Viewer
from .base import JsonErrors
from .viewers import VIEWER

HELLO_SECONDS: Final = 10.0


class ChannelHandler(JsonErrors, WebSocketHandler):
    """What both kinds share: the greeting, numbered frames, and the end."""

    ping_interval = PING_SECONDS
    max_message_size = MAX_FRAME_BYTES

    channel: Channel | None = None
    _greeting: object = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Decide who may, before the connection becomes a websocket."""
        await super().prepare(_redirect_to_login=False)
        await self.decide()

    async def decide(self) -> None:
        """Refuse who may not."""
        await self.require_user("execute")

    def join(self, channel_id: str, hello: dict[str, Any]) -> Channel | None:
        """Take part in the conversation; None if the connection was closed instead."""
        raise NotImplementedError

    async def handle(self, message: dict[str, Any]) -> None:
        """Do what a new message of the peer asks for."""

    def leave(self, channel: Channel) -> None:
        """Note that the connection is closed."""
        raise NotImplementedError

    def open(self, *args: str, **kwargs: str) -> None:
        """Wait for the greeting, not for ever."""
        # A frame after an acknowledgement would else wait 40 ms for the peer's own, of TCP.
        self.set_nodelay(True)
        self._greeting = IOLoop.current().call_later(
            HELLO_SECONDS, self.hang_up, CLOSE_UNAUTHENTICATED, "no hello came"
        )

    async def on_message(self, message: str | bytes) -> None:
        """Take a frame."""
        try:
            frame = decode_frame(message)
        except FrameError as error:
            self.hang_up(CLOSE_PROTOCOL, str(error))
            return
        if self.channel is None:
            self._greeted(frame)
        elif self.channel.connection is self:
            new = self.channel.receive(frame, IOLoop.current().time())
            if new is not None:
                await self._handled(new)

    def on_close(self) -> None:
        """Keep the conversation for a while."""
        self._stop_waiting()
        if self.channel is not None:
            self.leave(self.channel)

    def send(self, text: str) -> None:
        """Send one text frame; what is lost with the connection is sent again later."""
        try:
            written = self.write_message(text)
        except (WebSocketClosedError, StreamClosedError):
            return
        # Looked at, or the log would tell of each connection that was lost while it was written to.
        written.add_done_callback(lambda done: done.cancelled() or done.exception())

    def hang_up(self, code: int, reason: str) -> None:
        """Close the connection."""
        self.close(code, reason[:100])

    def _greeted(self, hello: dict[str, Any]) -> None:
        self._stop_waiting()
        channel_id, received = hello.get("channelId"), hello.get("received", 0)
        if hello["type"] != "hello" or hello.get("protocol") != PROTOCOL:
            self.hang_up(CLOSE_PROTOCOL, f"this server speaks version {PROTOCOL} of the protocol")
        elif not isinstance(channel_id, str) or not ID.fullmatch(channel_id):
            self.hang_up(CLOSE_PROTOCOL, "hello has no 'channelId'")
        else:
            self.channel = self.join(channel_id, {**hello, "received": received})

    async def _handled(self, message: dict[str, Any]) -> None:
        try:
            await self.handle(message)
        except NoSuchViewer as error:
            self.hang_up(CLOSE_NO_SUCH_VIEWER, str(error))
        except Refused as error:
            self.log.warning("An event of type %r was not passed on: %s", message["type"], error)

    def _stop_waiting(self) -> None:
        if self._greeting is not None:
            IOLoop.current().remove_timeout(self._greeting)
            self._greeting = None


class PageChannelHandler(ChannelHandler):
    """``viewers/{viewerId}/channel``: a page's."""

    viewer: Viewer

    @ws_authenticated
    async def get(self, *args: str, **kwargs: str) -> None:
        """Become a websocket."""
        await super().get(*args, **kwargs)

    def open(self, *args: str, **kwargs: str) -> None:
        """Look whether there is such a viewer."""
        try:
            self.viewer = self.registry.get(kwargs["viewer_id"])
        except NoSuchViewer as error:
            self.hang_up(CLOSE_NO_SUCH_VIEWER, str(error))
        else:
            super().open(*args, **kwargs)

    def join(self, channel_id: str, hello: dict[str, Any]) -> Channel | None:
        """Tell the kernel that there is a page."""
        return self.relay.join_page(self._current(), channel_id, hello["received"], self)

    async def handle(self, message: dict[str, Any]) -> None:
        """Pass an event on."""
        await self.relay.event(self._current(), message, None)

    def leave(self, channel: Channel) -> None:
        """Tell the kernel that the page left."""
        self.relay.lost_page(self.viewer, channel, self)

    def _current(self) -> Viewer:
        # The kernel may have registered it again meanwhile.
        return self.registry.get(self.viewer.viewer_id)


class KernelChannelHandler(ChannelHandler):
    """``kernel``: a kernel's, for all its viewers."""

    @allow_unauthenticated
    async def get(self, *args: str, **kwargs: str) -> None:
        """Become a websocket."""
        await super().get(*args, **kwargs)

    async def decide(self) -> None:
        """Take a proof, or a person."""
        if self.claims_proof:
            self.verify(b"")
        else:
            await super().decide()

    def join(self, channel_id: str, hello: dict[str, Any]) -> Channel | None:
        """Tell the pages that the kernel is there."""
        named = hello.get("kernelId")
        if self.kernel_id is None and isinstance(named, str):
            self.kernel_id = named
        if self.kernel_id is None or named != self.kernel_id:
            self.hang_up(CLOSE_UNAUTHENTICATED, "hello names another kernel than the request")
            return None
        return self.relay.join_kernel(self.kernel_id, channel_id, hello["received"], self)

    def leave(self, channel: Channel) -> None:
        """Tell the pages that the kernel left."""
        self.relay.lost_kernel(cast(str, self.kernel_id), channel, self)


ROUTES = [
    (VIEWER + r"/channel", PageChannelHandler),
    (r"kernel", KernelChannelHandler),
]
