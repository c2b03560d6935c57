"""What a fault happens to: a server, a kernel's viewer on it, and a person's pages."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.kernel import Viewer
from cellucid_ext.protocol import NAMESPACE

from .family import Fault, Found, WrongError, require
from .http import Answer, Connection, head, send
from .server import Server
from .sessions import NoFiles, session

SECONDS = 20.0
CAPTURE_SECONDS = 15.0


def told(error: BaseException) -> str:
    """Say what a person reads of an error: its class, and the first line of its message."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


class Place:
    """One server with a viewer of this process; each fault begins with a viewer of its own.

    Attributes
    ----------
    server
        The server.
    browser
        Somebody who has logged in.
    viewer
        The viewer.
    """

    viewer: Viewer

    def __init__(self, server: Server) -> None:
        self.server = server
        self.browser = Browser(server.url)
        self._pages: list[Page] = []
        self._connections: list[Connection] = []
        self._captures: list[asyncio.Task[CellucidSessionBundle]] = []

    async def run(self, fault: Fault) -> Found:
        """Run a fault, and look what it left behind."""
        began = time.perf_counter()
        self.viewer = await self.new_viewer()
        self.show()
        try:
            saw = await fault.run(self)
        except Exception as error:
            saw = f"WRONG: {told(error)}"
        after = ""
        try:
            await self._leave()
            await self._until(self._nothing_left, bound=10)
            files, pending = self._files(), await self._pending()
            await self.next_capture()
        except Exception as error:
            files, pending = self._files(), -1
            after = told(error)
        await self._leave()
        self.viewer.stop()
        return Found(fault, saw, files, pending, after, time.perf_counter() - began)

    # The kernel's side.

    async def new_viewer(self) -> Viewer:
        """Make a viewer of this process."""
        address = f"{self.server.url}?token={self.server.token}"
        return await asyncio.to_thread(Viewer, NoFiles(), server=address)

    def show(self) -> None:
        """Show the viewer, as its cell does."""
        with contextlib.redirect_stdout(io.StringIO()):
            self.viewer.display()  # says where it is, as there is no notebook

    def capture(self, timeout: float = CAPTURE_SECONDS) -> asyncio.Task[CellucidSessionBundle]:
        """Begin to bring the session into Python."""
        capture = asyncio.create_task(self.viewer.session_bundle(timeout=timeout))
        self._captures.append(capture)
        return capture

    async def outcome(self, capture: asyncio.Task[CellucidSessionBundle]) -> str:
        """Say what a person sees of a capture."""
        done, _ = await asyncio.wait([capture], timeout=CAPTURE_SECONDS + SECONDS)
        require(done, f"the capture did not end in {CAPTURE_SECONDS + SECONDS:g} s")
        if capture.cancelled():
            return "CancelledError"
        error = capture.exception()
        return "a bundle" if error is None else told(error)

    async def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask with the server's token, or with the headers given instead."""
        body = b"" if document is None else json.dumps(document).encode()
        who = {"Authorization": f"token {self.server.token}"} if headers is None else headers
        return await send(self.server.port, method, f"/{NAMESPACE}/{path}", who, body)

    async def expect(self, request_id: str = "r1", seconds: float = 30) -> str:
        """Let a kernel that asks over REST expect a session; returns where to send it."""
        path = f"viewers/{self.viewer.viewer_id}/requests"
        answer = await self.ask("POST", path, {"requestId": request_id, "ttlSeconds": seconds})
        require(answer.status == 201, f"the request was refused: {answer.seen}")
        return self.target(request_id)

    def target(self, request_id: str) -> str:
        """Say where a session is sent."""
        return f"session_bundle?viewerId={self.viewer.viewer_id}&requestId={request_id}"

    async def state(self, request_id: str) -> dict[str, Any]:
        """Say how far a request is."""
        path = f"viewers/{self.viewer.viewer_id}/requests/{request_id}"
        return (await self.ask("GET", path)).document

    async def reach(self, request_id: str, state: str, size: int = 0) -> dict[str, Any]:
        """Wait until a request is in a state, with so many bytes."""

        async def there() -> dict[str, Any]:
            now = await self.state(request_id)
            return now if now.get("state") == state and now["bytes"] >= size else {}

        found: dict[str, Any] = await self.wait_for(there, f"{state} with {size} bytes")
        return found

    # The person's side.

    async def page(self) -> Page:
        """Open a page of the viewer, which is ready."""
        page = await self.browser.open_page(self.viewer.viewer_id)
        self._pages.append(page)
        await page.emit({"type": "ready", "n_cells": 1000, "dimensions": [2], "datasetId": "f"})
        return page

    async def asked(self, page: Page) -> str:
        """Wait until a page is asked for its session; returns the request's id."""
        return str((await page.expect("requestSessionBundle"))["requestId"])

    async def upload(
        self, target: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a whole session, or part of one, with the person's cookies."""
        every = {**self.browser.headers, **(headers or {})}
        return await send(self.server.port, "POST", f"/{NAMESPACE}/{target}", every, body)

    async def connect(self) -> Connection:
        """Open a connection, which is closed when the fault is over."""
        connection = await Connection.open(self.server.port)
        self._connections.append(connection)
        return connection

    async def begin_upload(
        self, target: str, length: int | None, headers: Mapping[str, str] | None = None
    ) -> Connection:
        """Send the head of an upload of so many bytes; None does not say how many."""
        connection = await self.connect()
        every = {**self.browser.headers, **(headers or {})}
        if length is not None:
            every["Content-Length"] = str(length)
        await connection.write(head(self.server.port, "POST", f"/{NAMESPACE}/{target}", every))
        return connection

    async def captured_by_upload(self, page: Page) -> tuple[asyncio.Task[Any], str]:
        """Begin a capture, and wait until the page is asked; returns it and the request's id."""
        capture = self.capture()
        return capture, await self.asked(page)

    # What is left.

    async def next_capture(self) -> None:
        """Bring a session into Python, as it is when nothing is wrong."""
        if self.viewer.state.ended:
            self.viewer = await self.new_viewer()
        self.show()
        page = await self.page()
        capture = self.capture()
        answer = await self.upload(self.target(await self.asked(page)), session())
        require(answer.status == 200, f"the upload was refused: {answer.seen}")
        saw = await self.outcome(capture)
        require(saw == "a bundle", saw)

    async def wait_for(self, there: Callable[[], Awaitable[Any]], what: str) -> Any:
        """Wait, at most 20 s, until something is there, and return it."""
        found = await self._until(there, SECONDS)
        require(found, f"waited {SECONDS:g} s for: {what}")
        return found

    async def _until(self, there: Callable[[], Awaitable[Any]], bound: float) -> Any:
        end = time.monotonic() + bound
        while True:
            found = await there()
            if found or time.monotonic() > end:
                return found
            await asyncio.sleep(0.02)

    async def _nothing_left(self) -> bool:
        return not self._files() and await self._pending() == 0

    def _files(self) -> int:
        return len(self.server.files()) + len(list(Path(tempfile.gettempdir()).glob("cellucid-*")))

    async def _pending(self) -> int:
        answer = await self.ask("GET", "health")
        if answer.status != 200:
            raise WrongError(f"health: {answer.seen}")
        now = answer.document["now"]
        return int(now["pendingRequests"]) + int(now["uploads"])

    async def _leave(self) -> None:
        for capture in self._captures:
            capture.cancel()
        await asyncio.gather(*self._captures, return_exceptions=True)
        for connection in self._connections:
            connection.cut()
        for page in self._pages:
            await page.close()
        self._connections, self._pages, self._captures = [], [], []
