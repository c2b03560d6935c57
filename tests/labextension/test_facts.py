"""A dataset whose names are hostile, in real JupyterLab and in a tab of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from cellucid_ext.check.server import OwnServer

from ..browser.desk import colour_by
from ..browser.lab import LabNotebook, jupyterlab, write_notebook

HOSTILE = '</script><img src=x onerror="window.top.hacked = 1">{{1}}${1}&lt;'
SHOW = f"""
import anndata, numpy as np, pandas as pd
from cellucid_ext import show_anndata
hostile = {HOSTILE!r}
cells = [hostile + str(n) for n in range(50)]
obs = pd.DataFrame({{hostile: pd.Categorical([hostile, "b"] * 25)}}, index=cells)
var = pd.DataFrame(index=[hostile + "gene", "CD8A"])
adata = anndata.AnnData(np.ones((50, 2), dtype="float32"), obs, var)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(50, 2))
viewer = show_anndata(adata, dataset_name=hostile)
viewer
"""
NAME = "print(viewer.viewer_id)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with jupyterlab(tmp_path_factory.mktemp("lab")) as started:
        write_notebook(started.root / "hostile.ipynb", [SHOW, NAME])
        yield started


def use(viewer: FrameLocator | Page) -> None:
    """Show all that has a hostile name, and see it as text."""
    colour_by(viewer, HOSTILE)
    title = viewer.get_by_role("heading", level=1, name=HOSTILE, exact=True)
    expect(title).to_have_text(HOSTILE)
    legend = viewer.get_by_role("heading", level=2, name=HOSTILE, exact=True)
    expect(legend).to_have_text(HOSTILE)
    expect(viewer.get_by_role("checkbox", name=HOSTILE)).to_be_checked()
    gene = viewer.get_by_role("combobox", name="Gene")
    gene.fill(HOSTILE + "gene")
    gene.press("Enter")
    legend = viewer.get_by_role("heading", level=2, name=HOSTILE + "gene", exact=True)
    expect(legend).to_have_text(HOSTILE + "gene")
    expect(viewer.locator("img")).to_have_count(0)
    expect(viewer.locator("script")).to_have_count(1)


def test_names_are_text(page: Page, server: OwnServer) -> None:
    notebook = LabNotebook(page, server, "hostile.ipynb")
    assert "Error" not in notebook.run(0)
    viewer, element = notebook.viewer(0), notebook.frame_element(0)
    expect(element).to_have_attribute("title", re.compile(re.escape(HOSTILE)))
    assert "hacked" not in (element.get_attribute("srcdoc") or "")
    use(viewer)
    assert page.evaluate("window.hacked") is None

    viewer_id = notebook.run(1).strip()
    tab = page.context.new_page()
    tab.goto(f"{server.url}_cellucid/viewers/{viewer_id}/page")
    expect(tab.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)
    use(tab)
    assert tab.evaluate("window.hacked") is None
