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
from .delivery import Delivery
from .discovery import Place
from .errors import ServerGone, ServerRefused, ViewerError
from .outbox import Post
from .replies import Replies
from .shown import Shown, to_let_go
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
        self._viewers: dict[str, Shown] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._connected = threading.Event()
        self._problem = "it has not answered yet"
        self._greeted = self._forgotten = False
        self._restarted_at = -math.inf
        self._replies = Replies(wire)
        self._delivery = Delivery(wire, self._flush, self._forget)
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
        return list(self._viewers.values())

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
            self.run(self._register_whole(shown), seconds, "the server to register the viewer")
        except BaseException:
            # The server may know it all the same, also after an interrupt.
            self.stop(shown)
            raise

    def stop(self, shown: Shown) -> None:
        """End a viewer, and have the server forget it, without waiting."""
        shown.events.end("this viewer was stopped: make a new one")
        with contextlib.suppress(ViewerError):
            self._background.start(self._here(self._unregister(shown)))

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
        self._background.start(self._forget_all())

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

    async def command(self, shown: Shown, command: dict[str, Any]) -> None:
        """Send a command to a viewer's pages, or keep it until one is ready."""
        await shown.outbox.send(command, shown.events.page_is_ready, self._poster(shown))

    async def _try_to_send(self, method: str, path: str) -> None:
        with contextlib.suppress(ViewerError):
            await self._wire.send(method, path, seconds=ANSWER_SECONDS)

    def _poster(self, shown: Shown) -> Post:
        path = f"viewers/{shown.id}/commands"
        return lambda command: self.ask("POST", path, command, seconds=ANSWER_SECONDS)

    def _flush(self, shown: Shown) -> None:
        if shown.events.page_is_ready:
            self._begin(self._try_to_flush(shown))

    async def _try_to_flush(self, shown: Shown) -> None:
        # What is left waits for the next page, or the next command.
        with contextlib.suppress(ViewerError):
            await shown.outbox.flush(self._poster(shown))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        # The loop itself holds tasks weakly.
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _register_whole(self, shown: Shown) -> None:
        # To its end even when interrupted: what was sent on its way can't be taken back before.
        await asyncio.shield(self._begin(self._register(shown)))

    async def _register(self, shown: Shown) -> None:
        body = dict(shown.registration)
        answer = await self._wire.send("POST", "viewers", body, seconds=ANSWER_SECONDS)
        if answer.get("viewerId") != shown.id:
            raise ServerGone(
                f"what answers at {self.url} is not this extension: it took a viewer and did not "
                "say its id; check the address, and what stands between here and Jupyter"
            )
        if shown.events.ended:
            # Stopped meanwhile, and perhaps before the server knew it.
            await self._unregister(shown)
            return
        shown.token = str(answer.get("viewerToken", ""))
        self._viewers[shown.id] = shown
        if shown.delivery is None:
            shown.delivery = asyncio.create_task(self._delivery.run(shown))
            for left in to_let_go(self.shown):
                left.events.end("nobody held this viewer any more")
                await self._unregister(left)

    async def _unregister(self, shown: Shown) -> None:
        self._forget(shown)
        await self._try_to_send("DELETE", f"viewers/{shown.id}")

    def _forget(self, shown: Shown) -> None:
        self._viewers.pop(shown.id, None)
        shown.sent.clear()
        if shown.delivery is not None:
            shown.delivery.cancel()

    async def _forget_all(self) -> None:
        for shown in list(self._viewers.values()):
            self._forget(shown)

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
            for shown in self.shown:
                if not shown.events.ended:
                    await self._register_again(shown)
            self._forgotten = False
            self._restarted_at = time.monotonic()
        self._greeted = True
        self._connected.set()

    async def _register_again(self, shown: Shown) -> None:
        try:
            await self._register(shown)
            now = await self._wire.send("GET", f"viewers/{shown.id}", seconds=ANSWER_SECONDS)
            pages = now.get("pages")
            shown.events.set_pages(pages if isinstance(pages, int) else 0)
            self._flush(shown)
        except ServerRefused as error:
            if error.status >= 500:
                raise
            self._forget(shown)
            shown.events.end(f"the server forgot this viewer and does not take it again: {error}")

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
        shown = self._viewers.get(str(frame.get("viewerId")))
        if frame["type"] == "read":
            self._begin(self._replies.reply(shown, frame))
        elif shown is not None:
            shown.inbox.put_nowait(frame)
