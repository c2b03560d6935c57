"""Who is connected: one conversation for each kernel, and one for each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..protocol import CLOSE_REPLACED, RESUME_SECONDS, BacklogFull, FrameError, FrameTooLarge
from .channel import Channel
from .errors import BadRequest, TooLarge

_BACKLOG: Final = 4503


class Connections:
    """The conversations of one server.

    Parameters
    ----------
    clock
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._kernels: dict[str, Channel] = {}
        self._pages: dict[str, dict[str, Channel]] = {}

    def kernel(self, kernel_id: str) -> Channel | None:
        """Conversation with a kernel, also while its connection is lost."""
        return self._kernels.get(kernel_id)

    def kernel_connected(self, kernel_id: str) -> bool:
        """Whether a kernel's websocket is open now."""
        channel = self._kernels.get(kernel_id)
        return channel is not None and channel.connection is not None

    def pages(self, viewer_id: str) -> list[Channel]:
        """Conversations with the pages of a viewer, also while their connections are lost."""
        return list(self._pages.get(viewer_id, {}).values())

    def connected_pages(self, viewer_id: str) -> list[Channel]:
        """Conversations with the pages of a viewer that are connected now."""
        return [channel for channel in self.pages(viewer_id) if channel.connection is not None]

    def connected(self) -> tuple[int, int]:
        """Count the kernels and the pages that are connected now."""
        kernels = sum(self.kernel_connected(kernel_id) for kernel_id in self._kernels)
        return kernels, sum(len(self.connected_pages(viewer_id)) for viewer_id in self._pages)

    def await_kernel(self, kernel_id: str) -> None:
        """Keep messages for a kernel that registered a viewer before it opened its websocket."""
        if kernel_id not in self._kernels:
            self._kernels[kernel_id] = Channel("", self.clock())

    def take_kernel(self, kernel_id: str, channel_id: str) -> Channel:
        """Find a kernel's conversation, or begin a new one, which ends another that it had."""
        old = self._kernels.get(kernel_id)
        if old is None or old.channel_id not in ("", channel_id):
            if old is not None and old.connection is not None:
                old.connection.hang_up(CLOSE_REPLACED, "another connection of this kernel came")
            self._kernels[kernel_id] = Channel(channel_id, self.clock())
        channel = self._kernels[kernel_id]
        channel.channel_id = channel_id
        return channel

    def take_page(self, viewer_id: str, channel_id: str) -> Channel:
        """Find a page's conversation, or begin a new one."""
        channels = self._pages.setdefault(viewer_id, {})
        return channels.setdefault(channel_id, Channel(channel_id, self.clock()))

    def forget_kernel(self, kernel_id: str) -> Channel | None:
        """End a kernel's conversation; returns it."""
        return self._kernels.pop(kernel_id, None)

    def forget_pages(self, viewer_id: str) -> list[Channel]:
        """End the conversations of a viewer's pages; returns them."""
        return list(self._pages.pop(viewer_id, {}).values())

    def to_kernel(self, kernel_id: str, message: dict[str, Any]) -> bool:
        """Send to a kernel, now or when it is back; says whether there is one.

        Raises
        ------
        FrameError
            If the message does not fit in a frame, or is no JSON.
        """
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

    def to_page(self, viewer_id: str, channel: Channel, message: dict[str, Any]) -> None:
        """Send to a page, now or when it is back.

        Raises
        ------
        TooLarge, BadRequest
            If the message does not fit in a frame, or is no JSON.
        """
        try:
            channel.send(message)
        except FrameTooLarge as error:
            raise TooLarge(str(error)) from None
        except FrameError as error:
            raise BadRequest(str(error)) from None
        except BacklogFull:
            self._pages.get(viewer_id, {}).pop(channel.channel_id, None)
            _hang_up(channel)

    def to_all_pages(self, viewer_id: str, message: dict[str, Any]) -> None:
        """Send to all pages of a viewer."""
        for channel in self.pages(viewer_id):
            self.to_page(viewer_id, channel, message)

    def sweep(self) -> None:
        """Forget conversations whose peer stayed away."""
        limit = self.clock() - RESUME_SECONDS
        for kernel_id, channel in list(self._kernels.items()):
            if channel.connection is None and channel.lost_at <= limit:
                del self._kernels[kernel_id]
        for channels in self._pages.values():
            for channel in list(channels.values()):
                if channel.connection is None and channel.lost_at <= limit:
                    del channels[channel.channel_id]

    def close(self) -> None:
        """Hang up on everybody: the server stops."""
        channels = [c for some in self._pages.values() for c in some.values()]
        for channel in [*channels, *self._kernels.values()]:
            if channel.connection is not None:
                channel.connection.hang_up(1001, "the server stops")


def _hang_up(channel: Channel) -> None:
    if channel.connection is not None:
        channel.connection.hang_up(_BACKLOG, "too much waits to be acknowledged")
