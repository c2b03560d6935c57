"""The whole way with a real server and a real kernel; the test plays the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.protocol import MIME_TYPE
from tests.real_server import SECONDS, RealServer

from .memory_source import MemorySource
from .real import (
    CAPTURE,
    SESSION,
    SHA256,
    SHOW,
    kernel_of,
    logged_in,
    ok,
    open_page,
    runs,
    shown,
    until,
    upload,
    viewers_of,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


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
async def test_a_restarted_kernel_takes_its_viewers_along(server: RealServer) -> None:
    async with kernel_of(server) as (_, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        await notebook.restart()
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
