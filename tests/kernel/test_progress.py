"""The bar that stands in a cell while a session arrives; the test plays the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ipykernel
import pytest
from tornado.websocket import WebSocketClientConnection

from cellucid_ext.check.browser import Browser, Page
from tests.real_server import RealServer

from .real import (
    CAPTURE,
    SESSION,
    SHA256,
    SHOW,
    kernel_of,
    ok,
    open_page,
    outputs_of,
    runs,
    shown,
    until,
    upload,
)

Displayed = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


async def send_part(browser: Browser, viewer_id: str, request_id: str, part: int, of: int) -> None:
    size = -(-len(SESSION) // of)
    ids = {"viewerId": viewer_id, "requestId": request_id, "part": f"{part}", "parts": f"{of}"}
    piece = SESSION[(part - 1) * size : part * size]
    answer = await browser.send("_cellucid/session_bundle", piece, **ids)
    assert answer.code == 200, answer.body


async def next_display(outputs: WebSocketClientConnection) -> Displayed:
    """Wait for the next thing that is displayed; gives its cell and the message's content."""
    while True:
        heard = json.loads(await outputs.read_message() or "null")
        if heard["msg_type"] in ("display_data", "update_display_data"):
            return heard["parent_header"]["msg_id"], heard["content"]


async def see_bar_and_finish(
    browser: Browser, viewer_id: str, page: Page, outputs: WebSocketClientConnection
) -> list[Displayed]:
    """Send half of a session, wait for the bar, send the rest, and wait until the bar is gone."""
    request_id = (await page.expect("requestSessionBundle"))["requestId"]
    await send_part(browser, viewer_id, request_id, 1, 2)
    seen = [await next_display(outputs)]
    await send_part(browser, viewer_id, request_id, 2, 2)
    while seen[-1][1]["data"]:
        seen.append(await next_display(outputs))
    return seen


@runs
async def test_a_bar_stands_in_the_cell_until_the_session_is_there(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        outputs = await outputs_of(browser, notebook)
        cell = await notebook.begin(CAPTURE)
        seen = await see_bar_and_finish(browser, viewer_id, page, outputs)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"
        outputs.close()

        where, content = seen[0]
        assert where == cell
        assert content["data"]["text/plain"] == "session: 0.0 of 0.0 MB"
        half = -(-len(SESSION) // 2)
        assert f'<progress max="{2 * half}" value="{half}">' in content["data"]["text/html"]
        ids = {content["transient"]["display_id"] for _, content in seen}
        assert len(ids) == 1, "one bar, which is gone at the end"


@runs
async def test_what_awaits_has_its_bar_in_its_own_cell(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        outputs = await outputs_of(browser, notebook)
        code = f"import asyncio\n{CAPTURE}".replace(
            "viewer.get_session_bundle(timeout=60)", "await viewer.session_bundle(timeout=60)"
        )
        cell = await notebook.begin(code)
        seen = await see_bar_and_finish(browser, viewer_id, page, outputs)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"
        assert {where for where, _ in seen} == {cell}

        # A cell that has ended goes on in the background, while another one runs.
        begin = "task = asyncio.create_task(viewer.session_bundle(timeout=60))"
        first = await notebook.begin(begin)
        ok(await notebook.result(first))
        other = await notebook.begin("await task;")
        request_id = (await page.expect("requestSessionBundle"))["requestId"]
        await send_part(browser, viewer_id, request_id, 1, 2)
        if ipykernel.version_info >= (7,):
            # Older ones can't tell whose output it is, so there it is not shown.
            assert (await next_display(outputs))[0] == first
        await send_part(browser, viewer_id, request_id, 2, 2)
        output = ok(await notebook.result(other))
        assert not output.displays, "it is no output of this cell"
        outputs.close()


@runs
async def test_a_quick_session_leaves_no_output(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        outputs = await outputs_of(browser, notebook)
        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"
        # What a cell displays after it is heard after all that was displayed before.
        last = await notebook.begin("from IPython.display import display; display(7)")
        assert (await next_display(outputs))[0] == last
        outputs.close()


@runs
async def test_an_interrupt_takes_the_bar_away(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        outputs = await outputs_of(browser, notebook)
        cell = await notebook.begin(CAPTURE)
        request_id = (await page.expect("requestSessionBundle"))["requestId"]
        await send_part(browser, viewer_id, request_id, 1, 2)
        assert (await next_display(outputs))[1]["data"]
        await notebook.interrupt()
        output = await notebook.result(cell)
        assert (output.error or "").startswith("KeyboardInterrupt")
        assert (await next_display(outputs))[1]["data"] == {}
        outputs.close()


@runs
async def test_what_displays_may_fail(server: RealServer) -> None:
    tried = server.folder / "tried"
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        code = f"""
def broken(*args, **kwargs):
    open({str(tried)!r}, "w").close()
    raise OSError("nothing can be shown here")
get_ipython().display_pub.publish = broken
"""
        ok(await notebook.run(code))
        cell = await notebook.begin(CAPTURE)
        request_id = (await page.expect("requestSessionBundle"))["requestId"]
        await send_part(browser, viewer_id, request_id, 1, 2)
        await until(tried.exists, "the bar to be tried")
        await send_part(browser, viewer_id, request_id, 2, 2)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"
