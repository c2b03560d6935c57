"""The kernel's connection to its server: one a process and server, shared by its viewers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from ..protocol import (
    NAMESPACE,
    PROTOCOL,
    FrameError,
    Numbered,
    decode_frame,
    encode_frame,
)
from .background import Background, Deadline
from .discovery import Place
from .errors import ServerGone, ViewerError
from .known import KnownViewers
from .replies import Replies
from .shown import Shown
from .tasks import Tasks
from .transport import Socket, Transport
from .wire import ANSWER_SECONDS

FIRST_DELAY_SECONDS: Final = 0.1
LAST_DELAY_SECONDS: Final = 5.0

_STEADY_SECONDS: Final = 5.0

_logger = logging.getLogger(__name__)

T = TypeVar("T")


class Link:
    """Keeps one websocket to the server open, and answers what comes over it.

    It reconnects by itself, and registers its viewers again at a server that forgot them.

    Parameters
    ----------
    background
        The thread it lives in.
    wire
        The network.
    places
        Where its server was looked for.
    """

    def __init__(
        self, background: Background, wire: Transport, places: tuple[Place, ...] = ()
    ) -> None:
        self.places = places
        self._background = background
        self._wire = wire
        self._pid = os.getpid()
        self._channel_id = secrets.token_urlsafe(16)
        self._numbered = Numbered()
        self._tasks = Tasks()
        self._known = KnownViewers(wire, self._tasks)
        self._connected = threading.Event()
        self._problem = "it has not answered yet"
        self._greeted = self._forgotten = False
        self._restarted_at = -math.inf
        self._replies = Replies(wire)
        self._running = background.start(self._keep_connected())

    @property
    def url(self) -> str:
        """Address of the server, with a slash at the end."""
        return self._wire.url

    def page_url(self, shown: Shown) -> str:
        """Address of a viewer's page as this kernel sees it."""
        return f"{self.url}{NAMESPACE}/viewers/{shown.id}/page"

    @property
    def how(self) -> str:
        """Where the address was found, such as the name of a variable."""
        return self._wire.how

    @property
    def token(self) -> str:
        """What it shows the server to be let in; empty for the kernel's proof. Can be renewed."""
        return self._wire.token

    @token.setter
    def token(self, token: str) -> None:
        self._wire.token = token

    @property
    def shown(self) -> list[Shown]:
        """The viewers that are registered now."""
        return self._known.shown

    @property
    def connected(self) -> bool:
        """Whether the websocket is open now."""
        return self._connected.is_set()

    @property
    def problem(self) -> str:
        """Why the websocket was last closed."""
        return self._problem

    @property
    def restarted_at(self) -> float:
        """When a server that had forgotten the viewers got them anew, by ``time.monotonic``."""
        return self._restarted_at

    @property
    def ttl_seconds(self) -> tuple[float, float]:
        """How long the server lets a session be expected, at least and at most."""
        return self._wire.ttl_seconds

    # What a viewer calls, from any thread but the link's own.

    def register(self, shown: Shown, seconds: float = 2 * ANSWER_SECONDS) -> None:
        """Tell the server about a viewer; from then on it is this link's to keep known."""
        self.wait_until_connected(Deadline(seconds / 2))
        try:
            self.run(self._known.register(shown), seconds, "the server to register the viewer")
        except BaseException:
            # The server may know it all the same, also after an interrupt.
            self.stop(shown)
            raise

    def stop(self, shown: Shown) -> None:
        """End a viewer, and have the server forget it, without waiting."""
        shown.events.end("this viewer was stopped: make a new one")
        shown.current.let_go()
        with contextlib.suppress(ViewerError):
            self._background.start(self._here(self._known.unregister(shown)))

    def run(
        self,
        work: Coroutine[Any, Any, T],
        seconds: float,
        what: str,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> T:
        """Do something in the link's thread and wait for it; see `Background.run`."""
        return self._background.run(self._here(work), seconds, what, meanwhile)

    async def join(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the link's thread, awaited in any loop; cancelled with who awaits it."""
        return await asyncio.wrap_future(self._background.start(self._here(work)))

    def send_later(self, method: str, path: str) -> None:
        """Tell the server something, without waiting and without caring whether it arrives."""
        with contextlib.suppress(ViewerError):
            self._background.start(self._try_to_send(method, path))

    def wait_until_connected(self, deadline: Deadline) -> None:
        """Wait for the websocket, which reconnects by itself.

        Raises
        ------
        ServerGone
            If it is still closed at the deadline.
        """
        while not self._connected.wait(min(0.25, deadline.left)):
            if not deadline.left:
                raise ServerGone(
                    f"no connection to the Jupyter server at {self.url} within "
                    f"{deadline.seconds:g} s: {self._problem}. If it was restarted, restart this "
                    "kernel too"
                )

    def close(self) -> None:
        """Hang up for good."""
        self._running.cancel()
        self._connected.clear()
        self._background.start(self._known.forget_all())

    def _here(self, work: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
        if self._pid == os.getpid():
            return work
        work.close()
        raise ViewerError(
            "this viewer belongs to the process that made it, not to a copy made by fork()"
        )

    # What happens in the background.

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> dict[str, Any]:
        """Ask the server something and return its JSON answer."""
        return await self._wire.send(method, path, body, seconds=seconds)

    async def fetch(self, path: str, to: Path, at_most: int, *, seconds: float) -> tuple[int, str]:
        """Write an answer's body into an existing file; returns its size and SHA-256."""
        with to.open("wb", buffering=0) as file:
            return await self._wire.fetch(path, file, at_most, seconds=seconds)

    async def tell(self, shown: Shown) -> None:
        """Tell the server what a viewer shows now."""
        await self._known.register(shown)

    async def command(self, shown: Shown, command: dict[str, Any]) -> None:
        """Send a command to a viewer's pages, or keep it until one is ready."""
        await self._known.command(shown, command)

    async def _try_to_send(self, method: str, path: str) -> None:
        with contextlib.suppress(ViewerError):
            await self._wire.send(method, path, seconds=ANSWER_SECONDS)

    async def _keep_connected(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while True:
            began = time.monotonic()
            try:
                await self._converse()
            except ViewerError as error:
                self._problem = str(error)
            except Exception as error:
                # Whatever a server sends, the link must live on.
                self._problem = f"{type(error).__name__}: {error}"
                _logger.warning("the connection to %s failed", self.url, exc_info=True)
            finally:
                self._connected.clear()
            if time.monotonic() - began > _STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311 - spreads retries
            delay = min(2 * delay, LAST_DELAY_SECONDS)

    async def _converse(self) -> None:
        socket = await self._wire.open("kernel")
        try:
            await self._greet(socket)
            while True:
                await self._take(socket, await socket.read())
        finally:
            socket.close()

    async def _greet(self, socket: Socket) -> None:
        hello = {
            "type": "hello",
            "protocol": PROTOCOL,
            "channelId": self._channel_id,
            "kernelId": self._wire.kernel.id,
            "received": self._numbered.received,
        }
        await socket.write(encode_frame(hello))
        try:
            welcome = decode_frame(await asyncio.wait_for(socket.read(), ANSWER_SECONDS))
        except TimeoutError:
            raise ServerGone(f"it did not say welcome within {ANSWER_SECONDS:g} s") from None
        if welcome["type"] != "welcome":
            raise ServerGone(f"it answered {welcome['type']!r} instead of welcome")
        if welcome.get("resumed"):
            self._numbered.acknowledge(welcome.get("received"))
        else:
            # The server knows nothing of before, so its viewers are told to it anew.
            self._numbered.restart()
            self._forgotten = self._greeted
        if self._forgotten:
            # Perhaps for the second time: the connection may have broken in between.
            await self._wire.info(seconds=ANSWER_SECONDS)
            await self._known.register_again()
            self._forgotten = False
            self._restarted_at = time.monotonic()
        self._greeted = True
        self._connected.set()
        for shown in self.shown:
            # What waited while the connection was away.
            self._known.flush(shown)

    async def _take(self, socket: Socket, text: str | bytes) -> None:
        try:
            frame = decode_frame(text)
        except FrameError as error:
            raise ServerGone(f"it sent what is no message: {error}") from None
        if frame["type"] == "ack":
            self._numbered.acknowledge(frame.get("ack"))
            return
        # Handled before it is acknowledged: the connection may break in between.
        if self._numbered.is_new(frame):
            self._handle(frame)
        await socket.write(encode_frame({"type": "ack", "ack": self._numbered.received}))

    def _handle(self, frame: dict[str, Any]) -> None:
        shown = self._known.get(frame.get("viewerId"))
        if frame["type"] == "read":
            self._tasks.begin(self._replies.reply(shown, frame))
        elif shown is not None:
            shown.inbox.put_nowait(frame)
