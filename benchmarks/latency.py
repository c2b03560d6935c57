"""How long a command takes to the page, an event to a hook, and a small session to the kernel.

The kernel is a real one of a real server, the page a real one in headless Chromium. Kernel and
page note the times by the clock of the machine that both are on: the page, when it has obeyed a
command and sends the event that says so; the kernel, when `send_message` is called, and when the
hook is. Floors in the same run: `/api` of the same server, and a bare websocket that echoes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Page

from cellucid_ext.check.browser import Browser
from cellucid_ext.check.notebook import Notebook
from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE

from .bare import round_trips
from .chromium import chromium
from .serving import Client, percentile
from .table import Table

_NOTE_PONGS = """
window.cellucidPongs = {};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const now = (performance.timeOrigin + performance.now()) / 1000;
  const frame = JSON.parse(text);
  if (frame.type === 'pong') window.cellucidPongs[frame.requestId] = now;
  return send.call(this, text);
};
"""

_SHOW = """
import json, queue, time
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
viewer = show_anndata(make_dataset(n_cells=2000))
pongs = queue.Queue()
viewer.highlight_cells(range(0, 2000, 3))
viewer.register_hook("pong", lambda event: pongs.put((event["requestId"], time.time())))
print(viewer.viewer_id)
"""

_PING = """
viewer.wait_for_ready(timeout=30)
times = []
for number in range({count}):
    sent = time.time()
    viewer.send_message({{"type": "ping", "requestId": f"{prefix}{{number}}"}})
    name, heard = pongs.get(timeout=30)
    times.append((name, sent, heard))
print(json.dumps(times))
"""

_CAPTURE = """
seconds = []
for _ in range({count}):
    begin = time.perf_counter()
    bundle = viewer.get_session_bundle(timeout=30)
    seconds.append(time.perf_counter() - begin)
assert len(bundle.pages[0].groups) == 1, bundle.pages
print(json.dumps(seconds))
"""


@contextlib.asynccontextmanager
async def _page(url: str) -> AsyncIterator[Page]:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.add_init_script(_NOTE_PONGS)
        await page.goto(url)
        await page.locator('html[data-state="ready"]').wait_for(timeout=60_000)
        yield page


async def _run(notebook: Notebook, code: str) -> Any:
    output = await notebook.run(code)
    if output.error:
        raise RuntimeError(f"the kernel's cell failed: {output.error}")
    return json.loads(output.text.splitlines()[-1])


async def _ping(notebook: Notebook, page: Page, count: int, prefix: str) -> list[list[float]]:
    times = await _run(notebook, _PING.format(count=count, prefix=prefix))
    obeyed = await page.evaluate("window.cellucidPongs")
    return [[sent, obeyed[name], heard] for name, sent, heard in times]


def _floor(client: Client, count: int) -> list[float]:
    seconds = []
    for _ in range(count):
        begin = time.perf_counter()
        client.send("GET", "api")
        seconds.append(time.perf_counter() - begin)
    return seconds


async def _measure(server: OwnServer, pings: int, sessions: int) -> dict[str, list[float]]:
    browser = Browser(server.url)
    await browser.log_in(server.token)
    notebook = Notebook(browser)
    try:
        await notebook.start()
        shown = await notebook.run(_SHOW)
        if shown.error:
            raise RuntimeError(f"the kernel's cell failed: {shown.error}")
        path = f"{NAMESPACE}/viewers/{shown.text.strip()}/page"
        async with _page(browser.url(path, token=server.token)) as page:
            await _ping(notebook, page, min(pings, 50), "warm")
            times = await _ping(notebook, page, pings, "ping")
            await _run(notebook, _CAPTURE.format(count=2))
            captured = await _run(notebook, _CAPTURE.format(count=sessions))
            client = Client(server.url, server.token)
            floor = await asyncio.to_thread(_floor, client, pings)
    finally:
        await notebook.stop()
    return {
        "command → page": [page - sent for sent, page, _ in times],
        "event → hook": [heard - page for _, page, heard in times],
        "send_message(ping) → hook of its pong": [heard - sent for sent, _, heard in times],
        "get_session_bundle(), small session": captured,
        "GET /api of this server (floor)": floor,
        "round trip of a bare websocket (floor)": await round_trips(pings),
    }


TARGETS_MS = {
    "command → page": 10,
    "event → hook": 10,
    "get_session_bundle(), small session": 250,
}


def run(*, quick: bool = False) -> Table:
    """Send 500 pings and ask for 50 sessions (20 and 3 when quick), and return the table."""
    pings, sessions = (20, 3) if quick else (500, 50)
    with OwnServer() as server:
        measured = asyncio.run(_measure(server, pings, sessions))
    table = Table(f"Loopback, kernel and Chromium: {pings} pings, {sessions} sessions")
    for what, seconds in measured.items():
        median, p99 = (1000 * percentile(seconds, percent) for percent in (50, 99))
        table.add(f"{what}, p50", median, "ms", TARGETS_MS.get(what))
        table.add(f"{what}, p99", p99, "ms")
    return table
