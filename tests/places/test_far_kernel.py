"""The main job of a Python that shares no file, no variable and no network with the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anndata
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.demo import make_dataset
from tests.browser.fixtures import browser, jp_asyncio_loop, jp_server_cleanup, page
from tests.browser.geometry import inside_polygon, normalised, on_screen
from tests.browser.lab import draw_lasso
from tests.real_server import RealServer

from .far import ADDRESS, PORT, FarMachine

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "page"]

ALONE = """
import os, socket
print(sorted(name for name in os.environ if "JUPYTER" in name or "JPY" in name))
print(os.listdir({folder!r}), os.listdir(os.environ["HOME"]))
with socket.socket() as probe:
    print(probe.connect_ex(("127.0.0.1", {port})) != 0)
"""
SHOW = """
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset()
viewer = show_anndata(adata)
seen = []
viewer.on_selection(lambda event: seen.append(event["cells"]))
"""
NAME = "print(viewer.viewer_id, end='')"
CAPTURE = """
bundle = viewer.get_session_bundle(timeout=60)
bundle.save("job.cellucid-session")
bundle.apply_to_anndata(adata).write_h5ad("job.h5ad")
print(len(seen[-1]), end="")
"""
ALL_BUT_A_TOKEN = """
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
from cellucid_ext.kernel.errors import NoServer
try:
    show_anndata(make_dataset(n_cells=10))
except NoServer as error:
    print(error)
"""
SHAPE = [(0.2, 0.2), (0.7, 0.15), (0.75, 0.6), (0.5, 0.45), (0.3, 0.75)]
BASE_URL = "/user/far/"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "tmp").mkdir()
    environment = {"TMPDIR": str(folder / "tmp")}
    # As it is where a server listens to other machines; on 127.0.0.1 it wants that name only.
    arguments = ["--ServerApp.allow_remote_access=True"]
    with RealServer(
        folder, base_url=BASE_URL, environment=environment, arguments=arguments
    ) as started:
        yield started


def far_from(server: RealServer, folder: Path, query: str) -> FarMachine:
    url = f"http://{ADDRESS}:{PORT}{BASE_URL}{query}"
    return FarMachine(folder / "far", hidden=server.folder, port=server.port, server_url=url)


def test_from_show_anndata_to_a_column(server: RealServer, page: Page, tmp_path: Path) -> None:
    with far_from(server, tmp_path, f"?token={server.token}") as far:
        alone = ALONE.format(folder=str(server.folder), port=server.port)
        assert far.run(alone) == "['JUPYTER_RUNTIME_DIR']\n[] []\nTrue\n"

        far.run(SHOW)
        viewer_id = far.run(NAME)
        page.goto(f"{server.url}_cellucid/viewers/{viewer_id}/page?token={server.token}")
        expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)
        page.get_by_role("button", name="Lasso").click()
        lasso = draw_lasso(page, page, SHAPE)
        page.get_by_role("button", name="Confirm").click()
        groups = page.get_by_role("list", name="Groups").get_by_role("listitem")
        expect(groups).to_have_count(1)
        told = far.run(CAPTURE)

    bundle = CellucidSessionBundle(far.folder / "job.cellucid-session")
    state = bundle.decode_chunk("core/state")
    (view,), size = state["views"], state["viewport"]
    points = normalised(np.asarray(make_dataset().obsm["X_umap"], dtype=np.float64))
    camera = view["cameras"]["2"]
    expected = inside_polygon(on_screen(points, camera, size["width"], size["height"]), lasso)
    column = anndata.read_h5ad(far.folder / "job.h5ad").obs["cellucid_highlight__highlight_1"]
    np.testing.assert_array_equal(column.to_numpy(), expected)
    assert 100 < expected.sum() < len(expected)
    assert told == str(expected.sum())


def test_an_address_without_a_token(server: RealServer, tmp_path: Path) -> None:
    with far_from(server, tmp_path, "") as far:
        said = far.run(ALL_BUT_A_TOKEN)
    assert f"CELLUCID_SERVER_URL: names http://{ADDRESS}:{PORT}{BASE_URL}, but" in said
    assert "add ?token=… to the address" in said
