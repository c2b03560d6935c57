"""Viewers of a real kernel of a real server, as pages of their own: quicker than a whole Lab."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from anndata import AnnData
from playwright.sync_api import FrameLocator, Locator, Page, expect
from scipy import sparse
from scipy.spatial import KDTree

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.check.browser import Browser
from cellucid_ext.check.notebook import Notebook
from cellucid_ext.check.server import OwnServer
from cellucid_ext.demo import make_dataset

T = TypeVar("T")

_WAIT_SECONDS = 120

_BEGIN = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from cellucid_ext import cleanup_all, show, show_anndata
from tests.browser.desk import dataset
adata = dataset()
"""
_SHOW = """
viewer = show_anndata({arguments})
print(viewer.viewer_url)
"""
_CAPTURE = """
viewer.get_session_bundle(timeout=60).save({path!r})
"""


def dataset() -> AnnData:
    """The demo, with a graph of six neighbours in 3D, and that embedding as the latent space."""
    adata = make_dataset()
    places = adata.obsm["X_umap_3d"]
    _, near = KDTree(places).query(places, 7)
    rows = pd.Series(range(adata.n_obs)).repeat(6).to_numpy()
    shape = (adata.n_obs, adata.n_obs)
    graph = sparse.csr_matrix(([1.0] * len(rows), (rows, near[:, 1:].ravel())), shape=shape)
    adata.obsp["connectivities"] = graph.maximum(graph.T)
    adata.obsm["X_pca"] = places
    return adata


class Desk:
    """One server with one kernel, in which `adata` is `dataset()`, and `viewer` is shown last."""

    def __init__(self, server: OwnServer, folder: Path) -> None:
        self.server = server
        self._folder = folder
        self._numbers = itertools.count()
        self._loop = asyncio.new_event_loop()
        # Playwright has a loop in this thread, beside which there can be no other.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        browser = Browser(server.url)
        self._wait(browser.log_in(server.token))
        self._notebook = Notebook(browser)
        self._wait(self._notebook.start())

    def begin(self) -> None:
        """Have the data as it is at first."""
        self.run(_BEGIN)

    def restart(self) -> None:
        """Restart the kernel: nothing is shown any more, and the data are as they were at first."""
        self._wait(self._notebook.restart())
        self.begin()

    def run(self, code: str) -> str:
        """Run code in the kernel; returns what it printed."""
        output = self._wait(self._notebook.run(code))
        assert output.error is None, output.error
        return output.text

    def show(self, page: Page, arguments: str = "adata, latent='X_pca'") -> Page:
        """Show data anew, on a page on which nothing was shown yet; returns it once it is drawn."""
        address = self.run(_SHOW.format(arguments=arguments)).strip().splitlines()[-1]
        page.goto(f"{self.server.url}login?token={self.server.token}")
        page.goto(address)
        ready(page)
        return page

    def session(self) -> CellucidSessionBundle:
        """What was done in the viewer that was shown last, as Python gets it."""
        path = str(self._folder / f"{next(self._numbers)}.cellucid-session")
        self.run(_CAPTURE.format(path=path))
        return CellucidSessionBundle(path)

    def close(self) -> None:
        """End the loop; the server takes its kernel along."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WAIT_SECONDS)
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAIT_SECONDS)


@contextmanager
def open_desk(folder: Path, arguments: Sequence[str] = ()) -> Iterator[Desk]:
    """Start a server and its kernel; ends both with the block."""
    root = folder / "root"
    root.mkdir(exist_ok=True)
    with OwnServer(arguments, root=root) as server:
        desk = Desk(server, folder)
        try:
            yield desk
        finally:
            desk.close()


def ready(page: FrameLocator | Page) -> None:
    """Wait until what was asked for is on the screen."""
    expect(page.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)


def press(page: FrameLocator | Page, name: str) -> None:
    """Click a button by its whole name."""
    page.get_by_role("button", name=name, exact=True).click()


def colour_by(viewer: FrameLocator | Page, name: str) -> None:
    """Choose a field by its whole name, as it is typed."""
    box = viewer.get_by_role("combobox", name="Colour by")
    box.fill(name)
    box.press("Enter")
    expect(box).to_have_value(name)


def stage(page: FrameLocator | Page) -> Locator:
    """The picture."""
    return page.get_by_test_id("stage")
