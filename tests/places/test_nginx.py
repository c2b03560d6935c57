"""Behind an nginx that takes no body above 1 MiB: sessions of any size pass, in parts."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from anndata import AnnData
from playwright.sync_api import Page, expect

from cellucid_ext.check.browser import Browser
from cellucid_ext.dataset import open_source
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.protocol import PART_BYTES
from tests.browser.fixtures import browser, jp_asyncio_loop, jp_server_cleanup, page
from tests.kernel.memory_source import MemorySource
from tests.kernel.real import runs
from tests.real_server import RealServer
from tests.server.peers import session

from .nginx import Nginx

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "page"]

BODY = session(100_000_000)
UPLOAD = "_cellucid/session_bundle"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(params=["on", "off"])
def nginx(server: RealServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Nginx]:
    """Reads a body whole before it passes it on, or does not."""
    settings = [f"proxy_request_buffering {request.param};"]
    with Nginx(tmp_path / "nginx", server.port, settings) as started:
        yield started


@runs
async def test_a_session_of_100_mb(server: RealServer, nginx: Nginx) -> None:
    browser = Browser(nginx.url)
    await browser.log_in(server.token)
    try:
        url = f"{nginx.url}?token={server.token}"
        with await asyncio.to_thread(Viewer, MemorySource(), server=url) as viewer:
            page = await browser.open_page(viewer.viewer_id)
            await page.emit({"type": "ready", "n_cells": 1000, "dimensions": [2]})
            capture = asyncio.create_task(viewer.session_bundle(timeout=100))
            command = await page.expect("requestSessionBundle")
            ids = {"viewerId": viewer.viewer_id, "requestId": command["requestId"]}
            assert b"413 Request Entity Too Large</h1>" in await refused(nginx, browser, ids)

            size = (await browser.json("_cellucid/info"))["partBytes"]
            assert size == PART_BYTES
            pieces = [BODY[start : start + size] for start in range(0, len(BODY), size)]
            for number, piece in enumerate(pieces, 1):
                part = {"part": str(number), "parts": str(len(pieces))}
                answer = await browser.send(UPLOAD, piece, **ids, **part)
                assert answer.code == 200, answer.body
            sha256 = hashlib.sha256(BODY).hexdigest()
            whole = {"status": "ok", "bytes": len(BODY), "sha256": sha256}
            assert json.loads(answer.body) == whole

            bundle = await capture
            with open(bundle.path, "rb") as file:
                assert hashlib.file_digest(file, "sha256").hexdigest() == sha256
            await page.close()
    finally:
        disconnect()


async def refused(nginx: Nginx, browser: Browser, ids: dict[str, str]) -> bytes:
    """Announce the session in one piece, and read what is answered."""
    target = browser.url(UPLOAD, **ids).removeprefix(nginx.url.rstrip("/"))
    head = [f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{nginx.port}"]
    head += [f"{name}: {value}" for name, value in browser.headers.items()]
    head += [f"Content-Length: {len(BODY)}", "Connection: close"]
    reader, writer = await asyncio.open_connection("127.0.0.1", nginx.port)
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
    try:
        return await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()


@pytest.fixture(scope="module")
def small_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    arguments = ["--CellucidExtension.part_bytes=100000"]
    with RealServer(tmp_path_factory.mktemp("small"), arguments=arguments) as started:
        yield started


def test_a_page(small_parts: RealServer, page: Page, tmp_path: Path) -> None:
    """With a lower limit, so that a page in a slow browser has several parts to send."""
    random = np.random.default_rng(0)
    n_cells = 100_000
    adata = AnnData(obsm={"X_umap": random.normal(size=(n_cells, 2)).astype(np.float32)})
    groups = [np.flatnonzero(random.random(n_cells) < 0.5) for _ in range(30)]
    url = f"{small_parts.url}?token={small_parts.token}"
    settings = ["client_max_body_size 100000;"]
    try:
        with (
            Nginx(tmp_path / "nginx", small_parts.port, settings) as nginx,
            Viewer(open_source(adata), server=url) as viewer,
        ):
            path = f"_cellucid/viewers/{viewer.viewer_id}/page?token={small_parts.token}"
            page.goto(nginx.url + path)
            expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)
            for cells in groups:
                viewer.highlight_cells(cells)
            with page.expect_response(lambda answer: "part=4" in answer.url) as fourth:
                bundle = viewer.get_session_bundle(timeout=60)
            assert fourth.value.status == 200
    finally:
        disconnect()
    assert bundle.path.stat().st_size > 300_000
    (stored,) = bundle.pages
    assert [group.cells.size for group in stored.groups] == [cells.size for cells in groups]
    applied = bundle.apply_to_anndata(adata)
    for number, cells in enumerate(groups, 1):
        column = applied.obs[f"cellucid_highlight__highlight_{number}"]
        np.testing.assert_array_equal(np.flatnonzero(column), cells)
