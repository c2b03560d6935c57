"""The main job in real JupyterLab, on real data, with a mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cellucid_ext import CellucidSessionBundle
from tests.peer import peers_obs

from .desk import colour_by
from .geometry import inside_polygon, normalised, on_screen
from .lab import LabNotebook, draw_lasso, jupyterlab, write_notebook

SHOW = """
import scanpy
from cellucid_ext import show_anndata
adata = scanpy.datasets.pbmc68k_reduced()
viewer = show_anndata(adata)
"""
SEEN = """
seen = []
viewer.on_selection(lambda event: seen.append(event["cells"]))
print(viewer.state)
"""
CAPTURE = """
bundle = viewer.get_session_bundle(timeout=60)
bundle.save("job.cellucid-session")
adata2 = bundle.apply_to_anndata(adata)
adata2.write_h5ad("job.h5ad")
adata.write_h5ad("before.h5ad")
print(adata2.obs.columns[-1])
print("selected", len(seen), None if not seen else len(seen[-1]))
"""


@pytest.fixture
def notebook(page: Page, tmp_path: Path) -> Any:
    with jupyterlab(tmp_path) as server:
        write_notebook(server.root / "job.ipynb", [SHOW, SEEN, CAPTURE])
        yield LabNotebook(page, server, "job.ipynb"), server.root


def test_from_show_anndata_to_a_column(
    notebook: Any, page: Page, peer_python: Path, tmp_path: Path
) -> None:
    lab, root = notebook
    assert "Error" not in lab.run(0)
    viewer = lab.viewer(0)

    colour_by(viewer, "bulk_labels")
    expect(viewer.get_by_text("CD14+ Monocyte")).to_be_visible()
    lab.run(1)

    lab.frame_element(0).scroll_into_view_if_needed()
    stage = viewer.get_by_test_id("stage")
    box = stage.bounding_box()
    assert box is not None
    # Pan and zoom first, so that the camera is not the one everything starts with.
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.55, steps=4)
    page.mouse.up()
    page.mouse.wheel(0, -120)

    viewer.get_by_role("button", name="Lasso").click()
    shape = [(0.2, 0.2), (0.6, 0.15), (0.7, 0.6), (0.5, 0.45), (0.3, 0.75)]
    lasso = draw_lasso(page, viewer, shape)
    viewer.get_by_role("button", name="Confirm").click()
    expect(viewer.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)

    printed = lab.run(2)
    assert "cellucid_highlight__highlight_1" in printed, printed

    bundle = CellucidSessionBundle(root / "job.cellucid-session")
    state = bundle.decode_chunk("core/state")
    (view,) = state["views"]
    camera, size = view["cameras"]["2"], state["viewport"]
    assert camera["zoom"] != 1

    after = anndata.read_h5ad(root / "job.h5ad")
    before = anndata.read_h5ad(root / "before.h5ad")
    points = normalised(np.asarray(before.obsm["X_umap"], dtype=np.float64))
    expected = inside_polygon(on_screen(points, camera, size["width"], size["height"]), lasso)
    column = after.obs["cellucid_highlight__highlight_1"]
    assert column.dtype == bool
    assert 20 < expected.sum() < len(expected)
    np.testing.assert_array_equal(column.to_numpy(), expected)
    assert f"selected 1 {expected.sum()}" in printed

    theirs = peers_obs(peer_python, root / "job.cellucid-session", before, tmp_path)
    np.testing.assert_array_equal(theirs["cellucid_highlight__highlight_1"], expected)
