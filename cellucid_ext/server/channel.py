"""One numbered conversation over a websocket, which outlives the websocket."""

from __future__ import annotations

from collections import deque
from typing import Any, Final, Protocol

from ..protocol import (
    CLOSE_REPLACED,
    MAX_FRAME_BYTES,
    BacklogFull,
    FrameTooLarge,
    Numbered,
    encode_frame,
)

MAX_FRAMES: Final = 4_000
MAX_KEPT_BYTES: Final = 64 * 2**20
"""How much is kept for a peer that does not acknowledge it."""

_ROOM_FOR_SEQ: Final = 32


class Connection(Protocol):
    """A websocket that is open now."""

    def send(self, text: str) -> None:
        """Send one text frame."""

    def hang_up(self, code: int, reason: str) -> None:
        """Close it."""


class Channel:
    """The server's end of a conversation with one page or one kernel.

    Attributes
    ----------
    channel_id
        The name the client gave it, kept over its reconnects; empty while it is awaited.
    connection
        The websocket, while there is one.
    lost_at
        Since when there is none, by the relay's clock.
    active_at
        When the peer last sent something of its own.
    """

    def __init__(self, channel_id: str, now: float) -> None:
        self.channel_id = channel_id
        self.connection: Connection | None = None
        self.lost_at = self.active_at = now
        self._numbered = Numbered(MAX_FRAMES)
        self._sizes: deque[tuple[int, int]] = deque()
        self._kept_bytes = 0

    def attach(self, connection: Connection, received: int, welcome: dict[str, Any]) -> None:
        """Go on over a new websocket: send again what the peer does not have."""
        old, self.connection = self.connection, connection
        if old is not None:
            old.hang_up(CLOSE_REPLACED, "another connection took over this channel")
        self._acknowledged(received)
        connection.send(encode_frame({**welcome, "received": self._numbered.received}))
        for frame in self._numbered.unacknowledged():
            connection.send(encode_frame(frame))

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, now or when the peer is back.

        Raises
        ------
        FrameError
            If it is too large for a frame, or no JSON; then nothing was sent.
        BacklogFull
            If too much waits for the peer already.
        """
        text = encode_frame(message)
        size = len(text)
        if size > MAX_FRAME_BYTES - _ROOM_FOR_SEQ:
            raise FrameTooLarge(f"a message of {size:,} characters leaves no room for its number")
        if self._kept_bytes + size > MAX_KEPT_BYTES:
            raise BacklogFull(f"{self._kept_bytes:,} bytes wait for a peer that does not answer")
        seq = self._numbered.add(message)["seq"]
        self._sizes.append((seq, size))
        self._kept_bytes += size
        if self.connection is not None:
            self.connection.send(f'{text[:-1]},"seq":{seq}}}')

    def receive(self, frame: dict[str, Any], now: float) -> dict[str, Any] | None:
        """Take a frame of the peer; returns the message if there is something new to handle."""
        if frame["type"] == "ack":
            self._acknowledged(frame.get("ack"))
            return None
        new = self._numbered.is_new(frame)
        if self.connection is not None:
            self.connection.send(encode_frame({"type": "ack", "ack": self._numbered.received}))
        if not new:
            return None
        self.active_at = now
        return {key: value for key, value in frame.items() if key != "seq"}

    def _acknowledged(self, seq: object) -> None:
        self._numbered.acknowledge(seq)
        if isinstance(seq, int):
            while self._sizes and self._sizes[0][0] <= seq:
                self._kept_bytes -= self._sizes.popleft()[1]
