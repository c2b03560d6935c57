"""Data that changed after they were shown, and pages that have them already, in real JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from cellucid_ext.demo import make_dataset

from .desk import colour_by
from .lab import LabNotebook, jupyterlab, write_notebook

SHOW = """
import numpy as np
import pandas as pd
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset()
adata.obs["<i>when</i>"] = pd.Timestamp("2020-01-01")
viewer = show_anndata(adata)
viewer.wait_for_ready()
print(viewer.viewer_url)
"""
CHANGE = """
adata.obs["fresh"] = np.linspace(0, 1, adata.n_obs)
adata.obs.iloc[:1000, adata.obs.columns.get_loc("cell_type")] = "Erythroblast"
del adata.obs["batch"], adata.obsm["X_umap_3d"]
viewer.refresh()
viewer.set_color_by("fresh")
"""
FETCHED = """() => performance.getEntriesByType("resource")
  .filter(entry => entry.name.includes("/data/") && entry.name.includes("?v="))
  .map(entry => [new URL(entry.name).pathname.split("/data/")[1], entry.transferSize])
"""


@pytest.fixture
def lab(page: Page, tmp_path: Path) -> Iterator[LabNotebook]:
    with jupyterlab(tmp_path) as server:
        write_notebook(server.root / "refresh.ipynb", [SHOW, CHANGE])
        yield LabNotebook(page, server, "refresh.ipynb")


def ready(viewer: FrameLocator | Page) -> None:
    expect(viewer.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)


def colour_by_gene(viewer: FrameLocator | Page, gene: str) -> None:
    viewer.get_by_role("combobox", name="Gene").fill(gene)
    viewer.get_by_role("option", name=gene, exact=True).click()
    expect(viewer.get_by_role("heading", name=gene)).to_be_visible()
    ready(viewer)


def columns(viewer: FrameLocator | Page) -> list[str]:
    box = viewer.get_by_role("combobox", name="Colour by")
    box.click()
    names = viewer.get_by_role("listbox", name="Colour by").locator(".cx-name").all_inner_texts()
    box.press("Escape")
    return names


def test_pages_that_have_the_data_and_data_that_change(lab: LabNotebook) -> None:
    address = lab.run(0).strip()
    viewer = lab.viewer(0)
    viewer.get_by_role("checkbox", name="Erythroblast").uncheck()
    colour_by_gene(viewer, "HBB")

    # A second tab, which hears nothing of Python, has all of it without asking for it again.
    tab = lab.page.context.new_page()
    tab.route_web_socket("**/channel", lambda socket: socket.close())
    tab.goto(address)
    ready(tab)
    colour_by_gene(tab, "HBB")
    fetched = dict(tab.evaluate(FETCHED))
    assert {"points_2d.bin", "obs/cell_type.codes.u8", "var/HBB.values.f32"} <= set(fetched)
    assert set(fetched.values()) == {0}, fetched
    tab.reload()
    ready(tab)
    fetched = dict(tab.evaluate(FETCHED))
    assert set(fetched.values()) == {0}, fetched

    # What the notebook changed is in the page, which is as it was for the rest.
    assert {"batch", "cell_type"} <= set(columns(viewer))
    assert lab.run(1) == ""
    lab.frame_element(0).scroll_into_view_if_needed()
    expect(viewer.get_by_role("heading", name="fresh")).to_be_visible()
    assert "batch" not in columns(viewer)
    types = make_dataset().obs["cell_type"].to_numpy().astype(object)
    types[:1000] = "Erythroblast"
    showing = f"Showing {(types != 'Erythroblast').sum():,} of 5,000 cells"
    expect(viewer.get_by_test_id("showing")).to_have_text(showing)
    expect(viewer.get_by_role("button", name="3D")).to_have_count(0)

    # The tab learns of it by its next read.
    assert "fresh" not in columns(tab)
    colour_by(tab, "n_counts")
    expect(tab.get_by_role("heading", name="n_counts")).to_be_visible()
    ready(tab)
    assert "fresh" in columns(tab)

    # What is left out is told, as text, by keyboard alone.
    about = viewer.get_by_role("button", name="About this dataset (1 left out)")
    about.press("Enter")
    sheet = viewer.get_by_role("dialog", name="About this dataset")
    expect(sheet.get_by_role("list", name="Left out")).to_contain_text("<i>when</i> (obs column)")
    expect(sheet).to_contain_text("AnnData in memory")
    lab.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(about).to_be_focused()
