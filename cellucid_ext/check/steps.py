"""The job of a person, step by step, as `jupyter cellucid check` runs it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from ..protocol import MIME_TYPE, NAMESPACE
from .browser import Browser, Page, text_of
from .errors import CheckError
from .notebook import Notebook, Output
from .server import OwnServer

_N_CELLS = 2000
_CELLS = list(range(3, 1200, 7))

_SHOW = f"""
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset(n_cells={_N_CELLS})
import queue
seen = queue.Queue()
viewer = show_anndata(adata, dataset_name="check")
viewer.on_selection(seen.put)
"""
_HEAR = "viewer.wait_for_ready(timeout=10)\nseen.get(timeout=10)"
_CAPTURE = "bundle = viewer.get_session_bundle(timeout=30)\nprint(bundle.list_chunk_ids())"
_APPLY = """
import os, tempfile
labelled = bundle.apply_to_anndata(adata)
column = labelled.obs["cellucid_highlight__highlight_1"]
with tempfile.TemporaryDirectory() as folder:
    labelled.write_h5ad(os.path.join(folder, "labelled.h5ad"))
print("cells:", column.to_numpy().nonzero()[0].tolist())
"""
_STOP = "viewer.stop()"


class Steps:
    """Goes through the steps and reports each with its time.

    Parameters
    ----------
    arguments
        Passed on to `jupyter server`.
    report
        Gets one line a step.
    """

    def __init__(self, arguments: Sequence[str], report: Callable[[str], None]) -> None:
        self._arguments = arguments
        self._report = report

    async def run(self) -> None:
        """Run all steps.

        Raises
        ------
        CheckError
            At the first step that fails, saying which and why.
        """
        await self._run()

    async def _run(self) -> None:
        server = OwnServer(self._arguments)
        try:
            async with self._timed("start a Jupyter server"):
                await asyncio.to_thread(server.start)
            browser = Browser(server.url)
            async with self._timed("log in as a browser does"):
                await browser.log_in(server.token, os.environ.get("CELLUCID_CHECK_PASSWORD", ""))
            async with self._timed("fetch the viewer's page code"):
                await self._fetch_page_code(browser)
            notebook = Notebook(browser)
            try:
                await self._use(browser, notebook)
            finally:
                await notebook.stop()
        finally:
            async with self._timed("stop the server"):
                await asyncio.to_thread(server.stop)

    async def _use(self, browser: Browser, notebook: Notebook) -> None:
        async with self._timed("start a kernel"):
            await notebook.start()
            _succeeded(await notebook.run("import cellucid_ext"))
        async with self._timed("show_anndata(adata) in the kernel"):
            viewer_id = _viewer_id(await notebook.run(_SHOW))
        async with self._timed("open the page and its channel"):
            page = await browser.open_page(viewer_id)
        async with self._timed("read the dataset through the server"):
            await self._read_dataset(browser, viewer_id)
        async with self._timed("send a selection to the kernel"):
            await page.emit(
                {"type": "ready", "n_cells": _N_CELLS, "dimensions": [2], "datasetId": ""}
            )
            await page.emit({"type": "selection", "cells": _CELLS, "source": "check"})
            _succeeded(
                await notebook.run("viewer.wait_for_ready(timeout=10)\nseen.get(timeout=10)")
            )
        async with self._timed("get_session_bundle(): the page's session uploaded and read"):
            await self._capture(browser, notebook, page, viewer_id)
        async with self._timed("apply it to the AnnData and write that"):
            output = _succeeded(await notebook.run(_APPLY))
            if output.text.strip() != f"cells: {_CELLS}":
                raise CheckError(f"the column holds other cells: {output.text.strip()[:200]}")
        async with self._timed("refuse an upload that nobody asked for"):
            answer = await browser.send(
                f"{NAMESPACE}/session_bundle", b"x" * 1000, viewerId=viewer_id, requestId="nobody"
            )
            if answer.code != 404:
                raise CheckError(f"it was answered {answer.code}: {text_of(answer)}")
        async with self._timed("stop the viewer"):
            _succeeded(await notebook.run(_STOP))
            await page.close()

    async def _fetch_page_code(self, browser: Browser) -> None:
        for name, kind in (("viewer.js", "javascript"), ("viewer.css", "css")):
            answer = await browser.fetch(f"static/cellucid_ext/{name}")
            if answer.code != 200 or kind not in answer.headers.get("Content-Type", ""):
                raise CheckError(f"{name} answered {answer.code}: is the package built whole?")

    async def _read_dataset(self, browser: Browser, viewer_id: str) -> None:
        data = f"{NAMESPACE}/viewers/{viewer_id}/data"
        identity = await browser.json(f"{data}/dataset_identity.json")
        n_cells = identity["stats"]["n_cells"]
        await browser.json(f"{data}/obs_manifest.json")
        points = await browser.fetch(f"{data}/{identity['embeddings']['files']['2d']}")
        if points.code != 200 or len(points.body) != n_cells * 2 * 4:
            raise CheckError(f"the points answered {points.code} with {len(points.body)} bytes")

    async def _capture(
        self, browser: Browser, notebook: Notebook, page: Page, viewer_id: str
    ) -> None:
        cell = await notebook.begin(_CAPTURE)
        command = await page.expect("requestSessionBundle")
        session = await asyncio.to_thread(_session_file)
        answer = await browser.send(
            f"{NAMESPACE}/session_bundle",
            session,
            viewerId=viewer_id,
            requestId=command["requestId"],
        )
        if answer.code != 200:
            raise CheckError(f"the upload was answered {answer.code}: {text_of(answer)}")
        _succeeded(await notebook.result(cell))

    @asynccontextmanager
    async def _timed(self, step: str) -> AsyncIterator[None]:
        begin = time.perf_counter()
        try:
            yield
        except CheckError as error:
            raise CheckError(f"{step}: {error}") from error
        self._report(f"ok  {time.perf_counter() - begin:6.2f} s  {step}")


def _session_file() -> bytes:
    """Write the session that the page would make: one highlight group of some cells."""
    from ..session import SessionWriter
    from ..session.codecs import encode_cells

    group = {"id": "highlight_1", "type": "lasso", "label": "check", "enabled": True}
    page = {
        "id": "page_1",
        "name": "Page 1",
        "color": "#d81b60",
        "highlightedGroups": [{**group, "cellCount": len(_CELLS)}],
    }
    meta = {"pages": [page], "activePageId": "page_1", "activePageName": "Page 1"}
    writer = SessionWriter({"sourceType": "check", "datasetId": "check", "cellCount": _N_CELLS})
    writer.add_json("highlights/meta", meta, contributor="highlights-meta")
    cells = encode_cells(_CELLS)
    writer.add_bytes("highlights/cells/highlight_1", cells, contributor="highlights-cells")
    with tempfile.TemporaryDirectory() as folder:
        return writer.write(Path(folder) / "check.cellucid-session").read_bytes()


def _succeeded(output: Output) -> Output:
    if output.error:
        raise CheckError(f"the cell failed: {output.error}")
    return output


def _viewer_id(output: Output) -> str:
    for bundle in _succeeded(output).displays:
        if MIME_TYPE in bundle:
            return str(bundle[MIME_TYPE]["viewerId"])
    raise CheckError("show_anndata displayed no viewer")
