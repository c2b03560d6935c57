"""What a link needs of the network, whatever it is made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

from .discovery import Kernel

if TYPE_CHECKING:
    from ..dataset.source import Body

MAX_JSON_BYTES: Final = 2**20
"""Of an answer in JSON, unless it is said otherwise."""


class Socket(Protocol):
    """The kernel's websocket."""

    async def read(self) -> str | bytes:
        """Wait for the next message; raises `ServerGone` when the connection ends."""

    async def write(self, text: str) -> None:
        """Send a message."""

    def close(self) -> None:
        """Hang up."""


class Transport(Protocol):
    """What a link needs of the network, so that it can be tested without one."""

    url: str
    how: str
    kernel: Kernel
    token: str
    ttl_seconds: tuple[float, float]

    async def info(self, *, seconds: float) -> dict[str, Any]:
        """Ask what the server is and allows, and keep its `ttl_seconds`."""

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        seconds: float,
        at_most: int = MAX_JSON_BYTES,
    ) -> dict[str, Any]:
        """Ask, and return the JSON answered, of so many bytes at most."""

    async def put(
        self, path: str, body: Body, headers: Mapping[str, str], *, seconds: float
    ) -> None:
        """Send bytes as they are, without a copy."""

    async def fetch(
        self, path: str, file: BinaryIO, at_most: int, *, seconds: float
    ) -> tuple[int, str]:
        """Write an answer's body into an unbuffered file; returns its size and SHA-256."""

    async def open(self, path: str) -> Socket:
        """Open a websocket."""
