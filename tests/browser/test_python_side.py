"""What Python does to the page, and hears of it, in real JupyterLab with a mouse."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FrameLocator, Page, expect
from scipy.spatial import cKDTree

from cellucid_ext.demo import make_dataset

from .geometry import normalised, on_screen
from .lab import LabNotebook, jupyterlab, write_notebook

SHOW = """
import json
import threading
import numpy as np
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset()
heard = []
viewer = show_anndata(adata)
hovered, clicked = threading.Event(), threading.Event()
viewer.on_hover(lambda event: (heard.append(event), event["cell"] is None or hovered.set()))
viewer.on_click(lambda event: (heard.append(event), clicked.set()))
print(viewer.wait_for_ready()["n_cells"])
"""
STEER = """
few = np.flatnonzero(adata.obs["cell_type"] == "Erythroblast")
viewer.highlight_cells(adata.obs["cell_type"] == "NK cell", color="#00cc00")
viewer.highlight_cells(few)
viewer.set_visibility(few, visible=False)
bundle = viewer.get_session_bundle(timeout=60)
print(json.dumps([len(group.cells) for group in bundle.pages[0].groups]))
print(json.dumps(bundle.decode_chunk("core/state")))
"""
HEARD = "clicked.wait(30), hovered.wait(30); print(json.dumps(heard))"
BACK = """
viewer.clear_highlights()
viewer.set_visibility()
restored, told = [], threading.Event()
viewer.register_hook("session_restored", lambda event: (restored.append(event), told.set()))
viewer.load_session(bundle)
told.wait(30)
print(restored[0]["skipped"])
"""
FREEZE = """
viewer.send_message({"type": "freeze"})
print(viewer.debug_connection().page["console"])
"""
GREEN = (0, 204, 0)


@pytest.fixture
def lab(page: Page, tmp_path: Path) -> Iterator[LabNotebook]:
    with jupyterlab(tmp_path) as server:
        write_notebook(server.root / "side.ipynb", [SHOW, STEER, HEARD, BACK, FREEZE])
        notebook = LabNotebook(page, server, "side.ipynb")
        assert notebook.run(0).strip() == "5000"
        yield notebook


def green_pixels(viewer: FrameLocator) -> int:
    picture = Image.open(io.BytesIO(viewer.get_by_test_id("stage").screenshot()))
    return int((np.asarray(picture.convert("RGB")) == GREEN).all(axis=2).sum())


def lonely_cell(state: dict[str, Any]) -> tuple[int, np.ndarray]:
    """A cell well inside of the stage with no other near, and its place in the stage's pixels."""
    (view,), size = state["views"], state["viewport"]
    points = normalised(np.asarray(make_dataset().obsm["X_umap"], dtype=np.float64))
    places = on_screen(points, view["cameras"]["2"], size["width"], size["height"])
    inside = (places > 40).all(axis=1) & (places < (size["width"] - 40, size["height"] - 40)).all(1)
    near, _ = cKDTree(places).query(places, k=2)
    row = int(np.argmax(np.where(inside, near[:, 1], 0)))
    assert near[row, 1] > 6
    return row, places[row]


def test_python_and_the_page(lab: LabNotebook) -> None:
    viewer, page = lab.viewer(0), lab.page
    types = make_dataset().obs["cell_type"]
    killers, few = int((types == "NK cell").sum()), int((types == "Erythroblast").sum())
    assert green_pixels(viewer) == 0

    # The view has a camera of its own then, which the session tells.
    viewer.get_by_test_id("stage").hover()
    page.mouse.wheel(0, -10)
    *_, counts, told = lab.run(1).splitlines()
    assert json.loads(counts) == [killers, few]
    state = json.loads(told)
    lab.frame_element(0).scroll_into_view_if_needed()
    shown = viewer.get_by_test_id("showing")
    expect(shown).to_have_text(f"Showing {5000 - few:,} of 5,000 cells")
    expect(viewer.get_by_test_id("group-color")).to_have_count(1)
    assert green_pixels(viewer) > 20
    viewer.get_by_role("button", name=f"Show {few} hidden").click()
    expect(shown).to_have_text("Showing 5,000 of 5,000 cells")

    row, (x, y) = lonely_cell(state)
    box = viewer.get_by_test_id("stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + x + 2, box["y"] + y - 1)
    page.keyboard.down("Shift")
    page.mouse.click(box["x"] + x + 2, box["y"] + y - 1)
    page.keyboard.up("Shift")

    heard = json.loads(lab.run(2))
    clicks = [event for event in heard if event["type"] == "click"]
    hovers = [event for event in heard if event["type"] == "hover" and event["cell"] is not None]
    points = normalised(np.asarray(make_dataset().obsm["X_umap"], dtype=np.float64))
    assert hovers
    for event in hovers:
        np.testing.assert_allclose(event["position"], points[event["cell"]], atol=1e-4)
    (click,) = clicks
    assert (click["button"], click["shift"], click["ctrl"]) == (0, True, False)
    assert click["cell"] == row

    assert lab.run(3).strip() == "[]"
    lab.frame_element(0).scroll_into_view_if_needed()
    expect(viewer.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(2)
    expect(shown).to_have_text(f"Showing {5000 - few:,} of 5,000 cells")
    assert green_pixels(viewer) > 20

    assert lab.run(4).strip() == "[]"
    still = viewer.get_by_test_id("still")
    expect(still.get_by_role("img")).to_be_visible()
    expect(viewer.get_by_test_id("stage")).to_have_count(0)
    still.get_by_role("button").click()
    assert green_pixels(viewer) > 20
