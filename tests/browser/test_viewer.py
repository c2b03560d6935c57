"""What a person does in the viewer, in real JupyterLab with a mouse, against plain computations."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.check.server import OwnServer
from cellucid_ext.demo import make_dataset

from .desk import Desk, colour_by, press
from .geometry import inside_polygon, normalised, on_screen
from .lab import LabNotebook, draw_lasso, jupyterlab, write_notebook

SHOW = """
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset()
viewer = show_anndata(adata)
"""
CAPTURE = """
bundle = viewer.get_session_bundle(timeout=60)
print(bundle.save("done.cellucid-session"))
"""

LEFT = [(0.02, 0.1), (0.45, 0.1), (0.45, 0.9), (0.02, 0.9)]
LOWER = [(0.4, 0.6), (0.9, 0.6), (0.9, 0.98), (0.4, 0.98)]
MIDDLE = [(0.1, 0.3), (0.25, 0.3), (0.25, 0.95), (0.1, 0.95)]
CENTRE = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]
UPPER = [(0.05, 0.05), (0.95, 0.05), (0.95, 0.5), (0.05, 0.5)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with jupyterlab(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def lab(server: OwnServer, page: Page, request: pytest.FixtureRequest) -> LabNotebook:
    name = f"{request.node.name}.ipynb"
    write_notebook(server.root / name, [SHOW, CAPTURE])
    notebook = LabNotebook(page, server, name)
    assert "Error" not in notebook.run(0)
    return notebook


def test_selections_in_two_and_three_dimensions(lab: LabNotebook, server: OwnServer) -> None:
    viewer, page = lab.viewer(0), lab.page
    colour_by(viewer, "cell_type")
    viewer.get_by_role("checkbox", name="Erythroblast").uncheck()
    shown = viewer.get_by_test_id("showing")
    expect(shown).to_have_text("Showing 4,479 of 5,000 cells")

    press(viewer, "Lasso")
    first = draw_lasso(page, viewer, LEFT)
    press(viewer, "Add")
    second = draw_lasso(page, viewer, LOWER)
    press(viewer, "Remove")
    third = draw_lasso(page, viewer, MIDDLE)
    press(viewer, "Undo")
    press(viewer, "Redo")
    press(viewer, "Confirm")
    press(viewer, "Show all")
    expect(shown).to_have_text("Showing 5,000 of 5,000 cells")

    press(viewer, "3D")
    expect(viewer.locator("html")).to_have_attribute("data-state", "ready")
    press(viewer, "Navigate")
    box = viewer.get_by_test_id("stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 250)
    page.mouse.down()
    page.mouse.move(box["x"] + 380, box["y"] + 220, steps=5)
    page.mouse.up()
    press(viewer, "Lasso")
    press(viewer, "Replace")
    fourth = draw_lasso(page, viewer, CENTRE)
    press(viewer, "Intersect")
    fifth = draw_lasso(page, viewer, UPPER)
    press(viewer, "Confirm")

    viewer.get_by_role("list", name="Groups").get_by_text("Lasso (").first.dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    viewer.get_by_role("checkbox", name=re.compile("^Show Lasso")).uncheck()
    gene = viewer.get_by_role("combobox", name="Gene")
    gene.fill("hbb")
    gene.press("Enter")
    expect(viewer.get_by_role("heading", name="HBB")).to_be_visible()

    assert "done.cellucid-session" in lab.run(1)
    # In a frame whose document has no address of its own, too.
    assert any("viewer-worker.js" in worker.url for worker in page.workers)
    bundle = CellucidSessionBundle(server.root / "done.cellucid-session")
    (stored,) = bundle.pages
    one, two = stored.groups
    assert (one.label, one.enabled) == ("Mine", True)
    assert two.enabled is False
    state = bundle.decode_chunk("core/state")
    (view,) = state["views"]
    assert view["field"] == {"source": "var", "key": "HBB"}
    assert view["dimension"] == 3
    width, height = state["viewport"]["width"], state["viewport"]["height"]

    adata = make_dataset()
    flat = normalised(np.asarray(adata.obsm["X_umap"], dtype=np.float64))
    flat = on_screen(flat, view["cameras"]["2"], width, height)
    expected = inside_polygon(flat, first) | inside_polygon(flat, second)
    expected &= ~inside_polygon(flat, third)
    expected &= (adata.obs["cell_type"] != "Erythroblast").to_numpy()
    deep = normalised(np.asarray(adata.obsm["X_umap_3d"], dtype=np.float64))
    deep = on_screen(deep, view["cameras"]["3"], width, height)
    also = inside_polygon(deep, fourth) & inside_polygon(deep, fifth)

    out = bundle.apply_to_anndata(adata)
    assert 100 < expected.sum() < 4000
    assert 100 < also.sum() < 4000
    np.testing.assert_array_equal(out.obs["cellucid_highlight__highlight_1"], expected)
    np.testing.assert_array_equal(out.obs["cellucid_highlight__highlight_2"], also)


def test_a_frame_that_is_taken_off_and_put_back(lab: LabNotebook, server: OwnServer) -> None:
    viewer = lab.viewer(0)
    press(viewer, "Lasso")
    draw_lasso(lab.page, viewer, LEFT)
    press(viewer, "Confirm")
    draw_lasso(lab.page, viewer, CENTRE)
    candidate = viewer.get_by_test_id("candidate").inner_text()
    colour_by(viewer, "batch")
    expect(viewer.get_by_role("heading", name="batch")).to_be_visible()

    # As Lab does with an output that is moved: off the document, and back.
    lab.frame_element(0).evaluate(
        "frame => { const at = frame.parentElement; frame.remove(); at.append(frame); }"
    )
    viewer = lab.viewer(0)
    expect(viewer.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)
    expect(viewer.get_by_role("heading", name="batch")).to_be_visible()
    expect(viewer.get_by_test_id("candidate")).to_have_text(candidate)
    assert "done.cellucid-session" in lab.run(1)
    bundle = CellucidSessionBundle(server.root / "done.cellucid-session")
    assert [group.type for group in bundle.pages[0].groups] == ["lasso"]


def test_a_restarted_kernel_is_told(desk: Desk, page: Page) -> None:
    desk.show(page)
    expect(page.get_by_test_id("connection")).to_have_text("Connected")
    desk.restart()
    told = "The kernel was restarted: run the cell again"
    expect(page.get_by_text(told).first).to_be_visible()
