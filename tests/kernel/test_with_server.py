"""The whole way with a real server and a real kernel; the test plays the page."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.check.notebook import Notebook, Output
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.protocol import MAX_FRAME_BYTES, MIME_TYPE
from tests.real_server import SECONDS, RealServer

from .memory_source import MemorySource

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


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


@runs
async def test_ready_selection_and_session(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        listed = viewers_of(server)[viewer_id]
        assert listed["dataset"] == {"id": "cells", "name": "Cells", "nCells": 1000, "nVars": 5}
        assert listed["kernelConnected"]

        page = await open_page(browser, viewer_id)
        code = "print(viewer.wait_for_ready(timeout=30)['n_cells'])"
        assert ok(await notebook.run(code)).text == "1000\n"

        hook = "import queue; seen = queue.Queue()\nviewer.on_selection(seen.put);"
        ok(await notebook.run(hook))
        await page.emit({"type": "selection", "cells": [3, 5, 8], "source": "lasso"})
        code = "event = seen.get(timeout=30); print(event['cells'].tolist(), event['cells'].dtype)"
        assert ok(await notebook.run(code)).text == "[3, 5, 8] int64\n"

        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"

        ok(await notebook.run("viewer.stop()"))
        await until(lambda: viewer_id not in viewers_of(server), "the server to forget the viewer")


@runs
async def test_the_dataset_is_read_through_the_server(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        ok(await notebook.run(SHOW))
        make = "import numpy as np\nbig = np.arange(3_000_000, dtype='<u4')\n"
        make += "source = MemorySource(files={'obs/big.bin': memoryview(big).cast('B')})\n"
        code = f"{make}viewer = Viewer(source); viewer.display()"
        failed = await notebook.run(code)
        (viewer_id,) = shown(ok(failed))
        data = f"_cellucid/viewers/{viewer_id}/data"
        whole = await browser.fetch(f"{data}/obs/big.bin")
        assert whole.code == 200
        assert len(whole.body) == 12_000_000
        assert whole.body[4 * 2_999_999 :] == (2_999_999).to_bytes(4, "little")
        missing = await browser.fetch(f"{data}/nothing.bin")
        assert missing.code == 404
        assert json.loads(missing.body)["code"] == "no-such-file"


@runs
async def test_a_selection_too_large_for_the_websocket(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        source = "MemorySource(n_cells=300_000)"
        code = SHOW.replace("MemorySource()", source)
        code += "import queue; seen = queue.Queue()\nviewer.on_selection(seen.put);"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        event = {"type": "selection", "cells": list(range(300_000)), "source": "lasso"}
        body = json.dumps({"viewerId": viewer_id, **event}).encode()
        assert len(body) > MAX_FRAME_BYTES
        answer = await browser.send("_cellucid/events", body)
        assert answer.code == 200, answer.body
        code = "cells = seen.get(timeout=30)['cells']; print(len(cells), cells[-1])"
        assert ok(await notebook.run(code)).text == "300000 299999\n"


@runs
async def test_show_anndata(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = """
import anndata, numpy
from cellucid_ext import show_anndata
adata = anndata.AnnData(numpy.ones((40, 3), dtype="float32"))
adata.obsm["X_umap"] = numpy.random.default_rng(0).normal(size=(40, 2))
viewer = show_anndata(adata, height=350, dataset_name="Mine", dataset_id="mine-1")
viewer
"""
        output = ok(await notebook.run(code))
        (viewer_id,) = shown(output)
        assert output.displays[0][MIME_TYPE]["height"] == 350
        listed = viewers_of(server)[viewer_id]
        assert listed["dataset"] == {"id": "mine-1", "name": "Mine", "nCells": 40, "nVars": 3}
        data = f"_cellucid/viewers/{viewer_id}/data"
        identity = await browser.json(f"{data}/dataset_identity.json")
        points = await browser.fetch(f"{data}/{identity['embeddings']['files']['2d']}")
        assert len(points.body) == 40 * 2 * 4


@runs
async def test_an_interrupted_cell_leaves_nothing(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        cell = await notebook.begin("viewer.get_session_bundle(timeout=3000)")
        command = await page.expect("requestSessionBundle")
        path = f"_cellucid/viewers/{viewer_id}/requests/{command['requestId']}"
        assert server.ask("GET", path)[1]["state"] == "pending"

        await notebook.interrupt()
        output = await notebook.result(cell)
        assert output.error is not None
        assert output.error.startswith("KeyboardInterrupt")

        def forgotten() -> bool:
            status, answer = server.ask("GET", path)
            return status == 404 or answer["state"] == "expired"

        await until(forgotten, "the server to forget the request")
        ids = {"viewerId": viewer_id, "requestId": command["requestId"]}
        late = await browser.send("_cellucid/session_bundle", SESSION, **ids)
        assert late.code in (404, 410)
        # The kernel goes on as if nothing had been.
        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"


@runs
async def test_a_closed_page_and_one_shown_again(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        ok(await notebook.run("viewer.wait_for_ready();"))
        cell = await notebook.begin("viewer.get_session_bundle(timeout=60)")
        await page.expect("requestSessionBundle")
        await page.close()
        output = await notebook.result(cell)
        assert output.error is not None
        assert output.error.startswith("PageGone")
        assert "run `viewer` in a cell" in output.error

        assert shown(ok(await notebook.run("viewer"))) == [viewer_id]
        page = await open_page(browser, viewer_id)
        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"


@runs
async def test_a_viewer_that_was_never_shown_is_shown(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        made = await notebook.run(SHOW.replace("viewer.display()", ""))
        assert not ok(made).displays
        cell = await notebook.begin(CAPTURE)
        await until(lambda: viewers_of(server), "the viewer to be registered")
        (viewer_id,) = viewers_of(server)
        page = await open_page(browser, viewer_id)
        await upload(browser, viewer_id, page)
        output = ok(await notebook.result(cell))
        assert shown(output) == [viewer_id]
        assert output.text == f"{SHA256}\n"

        made = await notebook.run(SHOW.replace("viewer.display()", ""))
        output = await notebook.run("viewer.get_session_bundle(timeout=1)")
        assert len(shown(output)) == 1
        assert output.error is not None
        assert output.error.startswith("SessionTimeout")
        assert "no browser opened it" in output.error


@runs
async def test_one_frame_a_cell(server: RealServer) -> None:
    async with kernel_of(server) as (_, notebook):
        (viewer_id,) = shown(ok(await notebook.run(f"{SHOW}viewer")))
        assert shown(ok(await notebook.run("viewer"))) == [viewer_id]
        assert shown(ok(await notebook.run("viewer.display()\nviewer"))) == [viewer_id]
        assert shown(ok(await notebook.run("viewer;"))) == []


@runs
async def test_a_failing_hook_is_told_in_its_cell_and_the_link_lives(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        code = """
import threading
heard = threading.Semaphore(0)
@viewer.on_selection
def broken(event):
    raise KeyError("no such column")
viewer.on_selection(lambda event: heard.release());
"""
        hooks = await notebook.begin(code)
        ok(await notebook.result(hooks))
        outputs = await outputs_of(browser, notebook)
        for _ in range(3):
            await page.emit({"type": "selection", "cells": [1], "source": "lasso"})
        code = "print([heard.acquire(timeout=30) for _ in range(3)])"
        assert ok(await notebook.run(code)).text == "[True, True, True]\n"

        told = ""
        while "KeyError: 'no such column'" not in told:
            message = json.loads(await outputs.read_message() or "null")
            if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == hooks:
                told += message["content"]["text"]
        outputs.close()
        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"


@runs
async def test_a_restarted_kernel_takes_its_viewers_along(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        await browser.send(f"api/kernels/{notebook.kernel_id}/restart", b"{}")
        await until(lambda: viewer_id not in viewers_of(server), "the server to forget the viewer")
        output = await notebook.run("viewer")
        assert output.error is not None
        assert output.error.startswith("NameError")
        assert len(shown(ok(await notebook.run(SHOW)))) == 1


def test_a_restarted_server_gets_the_same_viewer_again(tmp_path: Path) -> None:
    """A kernel of another machine lives on while the server restarts; here this process is it."""
    with RealServer(tmp_path) as server:
        try:
            viewer = Viewer(MemorySource(), server=server.url_with_token)
            seen: list[Any] = []
            viewer.on_selection(seen.append)
            assert list(viewers_of(server)) == [viewer.viewer_id]
            server.kill()
            server.start()

            @runs
            async def use() -> None:
                def known() -> bool:
                    listed = viewers_of(server).get(viewer.viewer_id)
                    return bool(listed and listed["kernelConnected"])

                await until(known, "the kernel to come back")
                browser = await logged_in(server)
                page = await open_page(browser, viewer.viewer_id)
                await page.emit({"type": "selection", "cells": [1], "source": "lasso"})
                await until(lambda: seen, "the selection")
                cell = asyncio.create_task(
                    asyncio.to_thread(viewer.get_session_bundle, timeout=SECONDS)
                )
                await upload(browser, viewer.viewer_id, page)
                assert Path((await cell).path).read_bytes() == SESSION

            use()
            viewer.stop()
        finally:
            disconnect()


@pytest.mark.parametrize("password", ["", "hush"], ids=["open", "password"])
@runs
async def test_the_proof_needs_no_token(tmp_path: Path, password: str) -> None:
    with RealServer(tmp_path, token="", password=password) as server:
        async with kernel_of(server) as (_, notebook):
            assert len(shown(ok(await notebook.run(SHOW)))) == 1
