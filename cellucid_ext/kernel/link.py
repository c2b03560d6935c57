"""The kernel's connection to its server: one a process and server, shared by its viewers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..protocol import (
    PROTOCOL,
    FrameError,
    Numbered,
    decode_frame,
    encode_frame,
)
from . import reads
from .background import Background, Deadline, in_thread
from .errors import ServerGone, ServerRefused, ViewerError
from .events import Event, decode_event, print_error
from .shown import Shown
from .wire import ANSWER_SECONDS, Socket, Transport

FIRST_DELAY_SECONDS: Final = 0.1
LAST_DELAY_SECONDS: Final = 5.0
READS_AT_ONCE: Final = 4
LEFT_VIEWERS_KEPT: Final = 8

_STEADY_SECONDS: Final = 5.0
_REPLY_SECONDS: Final = 300.0

_logger = logging.getLogger(__name__)


class Link:
    """Keeps one websocket to the server open, and answers what comes over it.

    It reconnects by itself, and registers its viewers again at a server that forgot them.

    Parameters
    ----------
    background
        The thread it lives in.
    wire
        The network.
    """

    def __init__(self, background: Background, wire: Transport) -> None:
        self._background = background
        self._wire = wire
        self._pid = os.getpid()
        self._channel_id = secrets.token_urlsafe(16)
        self._numbered = Numbered()
        self._viewers: dict[str, Shown] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._connected = threading.Event()
        self._problem = "it has not answered yet"
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self._running = background.start(self._keep_connected())

    @property
    def url(self) -> str:
        """Address of the server, with a slash at the end."""
        return self._wire.url

    @property
    def connected(self) -> bool:
        """Whether the websocket is open now."""
        return self._connected.is_set()

    @property
    def problem(self) -> str:
        """Why the websocket was last closed."""
        return self._problem

    # What a viewer calls, from any thread but the link's own.

    def register(self, shown: Shown, seconds: float = 2 * ANSWER_SECONDS) -> None:
        """Tell the server about a viewer; from then on it is this link's to keep known."""
        self._check_process()
        self.wait_until_connected(Deadline(seconds / 2))
        self._background.run(self._register(shown), seconds, "the server to register the viewer")

    def unregister(self, shown: Shown) -> None:
        """Forget a viewer, and have the server forget it, without waiting."""
        if self._pid == os.getpid():
            self._background.start(self._unregister(shown))

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> dict[str, Any]:
        """Ask the server something and return its JSON answer."""
        self._check_process()
        work = self._wire.send(method, path, body, seconds=seconds)
        return self._background.run(work, seconds + 1, f"the server to answer {method} {path}")

    def send_later(self, method: str, path: str) -> None:
        """Tell the server something, without waiting and without caring whether it arrives."""
        self._background.start(self._try_to_send(method, path))

    def fetch(self, path: str, to: Path, *, seconds: float) -> tuple[int, str]:
        """Write an answer's body into an existing file; returns its size and SHA-256."""
        self._check_process()
        work = self._fetch(path, to, seconds)
        return self._background.run(work, seconds + 1, "the server to hand over the session")

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

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            raise ViewerError(
                "this viewer belongs to the process that made it, not to a copy made by fork()"
            )

    # What happens in the background.

    async def _try_to_send(self, method: str, path: str) -> None:
        with contextlib.suppress(ViewerError):
            await self._wire.send(method, path, seconds=ANSWER_SECONDS)

    async def _fetch(self, path: str, to: Path, seconds: float) -> tuple[int, str]:
        with to.open("wb") as file:
            return await self._wire.fetch(path, file, seconds=seconds)

    async def _register(self, shown: Shown) -> None:
        body = dict(shown.registration)
        answer = await self._wire.send("POST", "viewers", body, seconds=ANSWER_SECONDS)
        shown.registration["viewerId"] = str(answer["viewerId"])
        shown.token = str(answer.get("viewerToken", ""))
        self._viewers[shown.id] = shown
        if shown.delivery is None:
            shown.delivery = asyncio.create_task(self._deliver(shown))
            await self._let_go()

    async def _let_go(self) -> None:
        # Running a cell again leaves the viewer before to nobody, and the data with it. The last
        # ones stay, since their pages may just be loading anew.
        left = [
            shown
            for shown in self._viewers.values()
            if shown.held() is None and not shown.events.pages
        ]
        for shown in left[:-LEFT_VIEWERS_KEPT]:
            shown.events.end("nobody held this viewer any more")
            await self._unregister(shown)

    async def _unregister(self, shown: Shown) -> None:
        self._forget(shown)
        await self._try_to_send("DELETE", f"viewers/{shown.id}")

    def _forget(self, shown: Shown) -> None:
        self._viewers.pop(shown.id, None)
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
            for shown in list(self._viewers.values()):
                await self._register_again(shown)
        self._connected.set()

    async def _register_again(self, shown: Shown) -> None:
        try:
            await self._register(shown)
            now = await self._wire.send("GET", f"viewers/{shown.id}", seconds=ANSWER_SECONDS)
            shown.events.set_pages(int(now.get("pages", 0)))
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
            task = asyncio.create_task(self._reply(shown, frame))
            # The loop itself holds tasks weakly.
            self._work.add(task)
            task.add_done_callback(self._work.discard)
        elif shown is not None:
            shown.inbox.put_nowait(frame)

    async def _reply(self, shown: Shown | None, frame: dict[str, Any]) -> None:
        async with self._reads:
            path = str(frame.get("path"))
            if shown is None:
                reply = reads.failure(404, "no-such-viewer", "this kernel has no such viewer")
            else:
                reply = await in_thread(
                    reads.answer, shown.source, path, frame.get("range"), frame.get("ifNoneMatch")
                )
            to = f"replies/{frame.get('replyId')}?status={reply.status}"
            try:
                await self._wire.put(to, reply.body, reply.headers, seconds=_REPLY_SECONDS)
            except ViewerError as error:
                # The page that asked is gone, or asks again.
                _logger.debug("the reply for %r was not taken: %s", path, error)

    async def _deliver(self, shown: Shown) -> None:
        while True:
            frame = await shown.inbox.get()
            try:
                await self._deliver_one(shown, frame)
            except (ViewerError, ValueError, TypeError, KeyError) as error:
                print_error(f"An event of the viewer's page was left out: {error}")

    async def _deliver_one(self, shown: Shown, frame: dict[str, Any]) -> None:
        kind, events = frame["type"], shown.events
        if kind == "event":
            events.receive(await _decoded(frame["event"], shown))
        elif kind == "event_stored":
            path = f"viewers/{shown.id}/events/{frame['eventId']}"
            stored = await self._wire.send("GET", path, seconds=6 * ANSWER_SECONDS)
            events.receive(await _decoded(stored, shown))
        elif kind in ("viewer_connected", "viewer_disconnected"):
            events.set_pages(int(frame["pages"]))
        elif kind == "session_bundle":
            events.receive_request(frame)
        elif kind == "viewer_closed":
            self._viewers.pop(shown.id, None)
            events.end(f"the server ended this viewer ({frame.get('reason')}): show it again")


async def _decoded(event: object, shown: Shown) -> Event:
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ValueError("it has no type")
    n_cells = shown.registration["dataset"]["nCells"]
    if isinstance(event.get("cells"), dict):
        # A million packed cells take milliseconds, in which the link answers nobody.
        return await in_thread(decode_event, event, n_cells)
    return decode_event(event, n_cells)
