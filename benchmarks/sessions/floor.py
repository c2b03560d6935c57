"""What a browser takes for the bytes of a session alone, by two workers and without a viewer."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page

PAGES: Final = Path(__file__).parent / "pages"
_SESSION: Final = "given.cellucid-session"


@dataclass(frozen=True)
class Floor:
    """The ms to fetch a file, inflate its chunks, gzip them again, and post the file."""

    fetched: float
    inflated: float
    zipped: float
    posted: float


class _Bare(SimpleHTTPRequestHandler):
    def do_POST(self) -> None:
        """Read all of it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing of each request."""


class FloorPage:
    """The page that does it, for one session."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def measure(self) -> Floor:
        """Do all of it once."""
        await self._page.bring_to_front()
        return Floor(**await self._page.evaluate(f"floor({_SESSION!r})"))


@contextlib.asynccontextmanager
async def floor_page(browser: Browser, session: Path) -> AsyncIterator[FloorPage]:
    """Open it, with a bare server of files behind it, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as name:
        for file in PAGES.glob("floor.*"):
            shutil.copy(file, name)
        shutil.copy(session, Path(name) / _SESSION)

        def answer(*args: Any) -> _Bare:
            return _Bare(*args, directory=name)

        with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            page = await browser.new_page()
            try:
                await page.goto(f"http://127.0.0.1:{server.server_port}/floor.html")
                await page.wait_for_function("window.floor")
                yield FloorPage(page)
            finally:
                await page.close()
                server.shutdown()
                thread.join()
