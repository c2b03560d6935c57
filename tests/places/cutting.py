"""A kernel and a page that do the main job over connections which can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.check.errors import CheckError
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from tests.kernel.memory_source import MemorySource
from tests.kernel.real import until
from tests.real_server import RealServer
from tests.server.peers import session

from .proxies import Cut, Proxy

BODY = session(2_400_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
SIZE = 1_000_000
PARTS = [BODY[start : start + SIZE] for start in range(0, len(BODY), SIZE)]
UPLOAD = b"POST /_cellucid/session_bundle"
TRIES = 6


class At(NamedTuple):
    """A place in what is sent: how far into which piece, or at its end where it is negative."""

    piece: str
    how_far: float

    def __str__(self) -> str:
        return f"{self.piece}-{self.how_far:.3g}"

    def within(self, size: int) -> int:
        last = size + int(self.how_far) + 1
        return last if self.how_far < 0 else round(self.how_far * size)


class Place(NamedTuple):
    """A server, and a proxy for either side of it."""

    server: RealServer
    for_page: Proxy
    for_kernel: Proxy

    @property
    def spool(self) -> Path:
        return self.server.folder / "spool"

    def files(self) -> list[Path]:
        found = [path for path in self.spool.glob("*/*") if path.name != ".lock"]
        return [path for path in found if path.is_file()]


class Job:
    """A kernel with a viewer and, played by the test, its page; both come through the proxies."""

    def __init__(self, place: Place, viewer: Viewer, browser: Browser, page: Page) -> None:
        self.place = place
        self.viewer = viewer
        self.page = page
        self._browser = browser

    async def asked(self) -> str:
        command = await self.page.expect("requestSessionBundle")
        request_id: str = command["requestId"]
        return request_id

    def upload(self, request_id: str, body: bytes, part: int | None = None) -> tuple[bytes, bytes]:
        """Give the head and the body of an upload, or of a part of it."""
        query = f"viewerId={self.viewer.viewer_id}&requestId={request_id}"
        if part is not None:
            query += f"&part={part}&parts={len(PARTS)}"
        head = [f"{UPLOAD.decode()}?{query} HTTP/1.1", "Connection: close"]
        # The name of the login cookie has the port.
        head += [f"Host: 127.0.0.1:{self.place.for_page.port}", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in self._browser.headers.items()]
        return ("\r\n".join(head) + "\r\n\r\n").encode(), body

    async def send(self, upload: tuple[bytes, bytes]) -> bytes:
        """Send an upload; returns what came of the answer."""
        answer = b""
        with contextlib.suppress(ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.place.for_page.port)
            with contextlib.closing(writer):
                writer.write(b"".join(upload))
                while piece := await asyncio.wait_for(reader.read(2**16), 30):
                    answer += piece
        return answer

    async def send_again(self, upload: tuple[bytes, bytes]) -> bytes:
        """Send a part whose connection was cut, as the page does.

        The server may read what came over the old connection after this, and then takes this one
        for the second until it sees the cut.
        """
        for _ in range(TRIES):
            answer = await self.send(upload)
            if b'"already-claimed"' not in answer:
                break
        return answer

    async def send_cut(self, upload: tuple[bytes, bytes], at: At, answer_size: int) -> None:
        """Send an upload over a connection that is cut there."""
        head, body = upload
        if at.piece == "answer":
            cut = Cut(UPLOAD, "down", at.within(answer_size))
        elif at.piece == "head":
            cut = Cut(UPLOAD, "up", at.within(len(head)))
        else:
            cut = Cut(UPLOAD, "up", len(head) + at.within(len(body)))
        self.place.for_page.cut(cut)
        answer = await self.send(upload)
        assert len(answer) < answer_size
        await asyncio.to_thread(self.place.for_page.wait_until_cut)

    async def reaches(self, request_id: str, *states: str) -> dict[str, Any]:
        """Wait until the server has a request in one of these states."""
        path = f"_cellucid/viewers/{self.viewer.viewer_id}/requests/{request_id}"
        told: dict[str, Any] = {}

        def reached() -> bool:
            told.update(self.place.server.ask("GET", path)[1])
            return told["state"] in states

        await until(reached, f"the request to be {' or '.join(states)}")
        return told

    async def obey(self) -> None:
        """Hand over the session whenever the kernel asks, and don't care whether it is wanted."""
        with contextlib.suppress(CheckError):  # the channel ends with the test
            while True:
                await self.send(self.upload(await self.asked(), BODY))

    async def works(self) -> None:
        """Bring the session into Python without a cut; nothing of it, or of before, is left."""
        capture = asyncio.create_task(self.viewer.session_bundle(timeout=30))
        answer = await self.send(self.upload(await self.asked(), BODY))
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        assert sha256_of(await capture) == SHA256
        await until(lambda: not self.place.files(), "the spool to be empty")


def sha256_of(bundle: Any) -> str:
    return hashlib.sha256(Path(bundle.path).read_bytes()).hexdigest()


@asynccontextmanager
async def job_of(place: Place) -> AsyncIterator[Job]:
    url = f"http://127.0.0.1:{place.for_kernel.port}/?token={place.server.token}"
    browser = Browser(f"http://127.0.0.1:{place.for_page.port}/")
    await browser.log_in(place.server.token)
    try:
        with await asyncio.to_thread(Viewer, MemorySource(), server=url) as viewer:
            page = await browser.open_page(viewer.viewer_id)
            await page.emit({"type": "ready", "n_cells": 1000, "dimensions": [2]})
            await viewer.ready(timeout=30)
            yield Job(place, viewer, browser, page)
            await page.close()
    finally:
        disconnect()
