"""What tests with a real server and a real kernel share; the tests play the page."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.check.notebook import Notebook, Output
from cellucid_ext.protocol import MIME_TYPE
from tests.real_server import SECONDS, RealServer

SESSION = (Path(__file__).parents[1] / "vectors" / "small.cellucid-session").read_bytes()
SHA256 = hashlib.sha256(SESSION).hexdigest()

SHOW = """
from cellucid_ext.kernel import Viewer
from tests.kernel.memory_source import MemorySource
viewer = Viewer(MemorySource())
viewer.display()
"""
CAPTURE = """
bundle = viewer.get_session_bundle(timeout=60)
import hashlib; print(hashlib.sha256(open(bundle.path, "rb").read()).hexdigest())
"""
Test = Callable[..., Coroutine[Any, Any, None]]


def runs(test: Test) -> Callable[..., None]:
    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(asyncio.wait_for(test(**fixtures), 120))

    return run


async def logged_in(server: RealServer) -> Browser:
    browser = Browser(server.url)
    # Pages give the XSRF cookie, the login only the user's; an open server has no login page.
    for page in ("lab", "login"):
        await browser.fetch(page)
    if server.password:
        await browser.send("login", f"password={server.password}".encode())
    elif server.token:
        await browser.log_in(server.token)
    return browser


@asynccontextmanager
async def kernel_of(server: RealServer) -> AsyncIterator[tuple[Browser, Notebook]]:
    browser = await logged_in(server)
    notebook = Notebook(browser, timeout=SECONDS)
    await notebook.start()
    try:
        yield browser, notebook
    finally:
        await notebook.stop()


def shown(output: Output) -> list[str]:
    return [bundle[MIME_TYPE]["viewerId"] for bundle in output.displays if MIME_TYPE in bundle]


def ok(output: Output) -> Output:
    assert output.error is None, output
    return output


async def open_page(browser: Browser, viewer_id: str) -> Page:
    page = await browser.open_page(viewer_id)
    await page.emit({"type": "ready", "n_cells": 1000, "dimensions": [2], "datasetId": "cells"})
    return page


async def upload(browser: Browser, viewer_id: str, page: Page) -> None:
    command = await page.expect("requestSessionBundle")
    ids = {"viewerId": viewer_id, "requestId": command["requestId"]}
    answer = await browser.send("_cellucid/session_bundle", SESSION, **ids)
    assert answer.code == 200, answer.body
    assert json.loads(answer.body)["sha256"] == SHA256


async def until(found: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not await asyncio.to_thread(found):
        assert time.monotonic() < deadline, f"waited {SECONDS} s for {what}"
        await asyncio.sleep(0.05)


def viewers_of(server: RealServer) -> dict[str, dict[str, Any]]:
    status, answer = server.ask("GET", "_cellucid/viewers")
    assert status == 200, answer
    return {viewer["viewerId"]: viewer for viewer in answer["viewers"]}


async def outputs_of(browser: Browser, notebook: Notebook) -> WebSocketClientConnection:
    """Hear all that a kernel puts out, of cells that have ended too."""
    address = browser.url(f"api/kernels/{notebook.kernel_id}/channels")
    request = HTTPRequest(address.replace("http", "ws", 1), headers=browser.headers)
    socket = await websocket_connect(request)
    # An answer shows that the socket is subscribed by now.
    header = {"msg_id": "hello", "msg_type": "kernel_info_request", "session": "s"}
    header |= {"username": "", "date": "", "version": "5.3"}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": {}}
    await socket.write_message(json.dumps({**message, "channel": "shell"}))
    while True:
        heard = json.loads(await socket.read_message() or "null")
        if heard["channel"] == "iopub" and heard["parent_header"].get("msg_id") == "hello":
            return socket
