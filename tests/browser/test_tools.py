"""Every selection tool with mouse and keyboard, against plain computations on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from anndata import AnnData
from playwright.sync_api import Page, expect
from scipy.sparse.csgraph import shortest_path

from .desk import Desk, dataset, press, ready, stage
from .geometry import inside_polygon, normalised, on_screen

HIDDEN = "Erythroblast"
# How near a press must be to a cell, and within what the one in front is meant in 3D.
REACH, UNDER = 8, 3
STEP_PIXELS = 30

Point = tuple[float, float]


@dataclass
class Scene:
    """What is on the screen, computed without the viewer."""

    adata: AnnData
    camera: dict[str, Any]
    size: tuple[float, float]
    visible: np.ndarray

    def __post_init__(self) -> None:
        key = "X_umap_3d" if self.deep else "X_umap"
        self.points = normalised(np.asarray(self.adata.obsm[key], dtype=np.float64))
        self.places = on_screen(self.points, self.camera, *self.size)

    @property
    def deep(self) -> bool:
        return str(self.camera["mode"]) == "orbit"

    def cell_at(self, at: Point) -> int:
        """The visible cell that a press means; -1 for none."""
        away = np.hypot(*(self.places - at).T)
        away[~self.visible] = np.inf
        under = np.flatnonzero(away <= UNDER)
        if self.deep and len(under):
            eye = np.array(self.camera["position"])
            return int(under[np.linalg.norm(self.points[under] - eye, axis=1).argmin()])
        return int(away.argmin()) if away.min() <= REACH else -1

    def pixel(self, cell: int) -> float:
        """How much of the embedding a pixel is where a cell is."""
        zoom, (width, height) = self.camera["zoom"], self.size
        if not self.deep:
            return float(2 / (zoom * min(width, height)))
        eye, target = np.array(self.camera["position"]), np.array(self.camera["target"])
        forward = (target - eye) / np.linalg.norm(target - eye)
        depth = (self.points[cell] - eye) @ forward
        return float(2 * np.tan(np.radians(22.5)) * depth / (zoom * height))

    def near(self, start: Point, end: Point) -> np.ndarray:
        """What a drag of the proximity tool takes."""
        cell = self.cell_at(start)
        assert cell >= 0
        radius = np.hypot(end[0] - start[0], end[1] - start[1]) * self.pixel(cell)
        away = np.linalg.norm(self.points - self.points[cell], axis=1)
        return np.asarray((away <= radius) & self.visible)

    def walk(self, start: Point, end: Point) -> np.ndarray:
        """What a drag of the KNN tool takes: hidden cells are taken out of the graph."""
        cell = self.cell_at(start)
        assert cell >= 0
        steps = int(np.hypot(end[0] - start[0], end[1] - start[1]) // STEP_PIXELS)
        rows = np.flatnonzero(self.visible)
        graph = self.adata.obsp["connectivities"].tocsr()[rows][:, rows]
        seed = int(np.flatnonzero(rows == cell)[0])
        away = shortest_path(graph, unweighted=True, indices=seed, directed=False)
        taken = np.zeros(len(self.visible), dtype=bool)
        taken[rows[away <= steps]] = True
        return taken

    def inside(self, polygon: Sequence[Point]) -> np.ndarray:
        return np.asarray(inside_polygon(self.places, np.array(polygon)) & self.visible)


@pytest.fixture
def adata() -> AnnData:
    return dataset()


def scene(desk: Desk, page: Page, adata: AnnData, dimension: int) -> Scene:
    """The view as it is now; a lasso that is given up gives it a camera of its own."""
    lasso(page, [(0.4, 0.4), (0.45, 0.4), (0.45, 0.45)], "Alt")
    press(page, "Cancel")
    state = desk.session().decode_chunk("core/state")
    (view,) = state["views"]
    box = stage(page).bounding_box()
    assert box is not None
    visible = np.ones(adata.n_obs, dtype=bool)
    if view["filters"]:
        visible = (adata.obs["cell_type"] != HIDDEN).to_numpy()
    size = (box["width"], box["height"])
    return Scene(adata, view["cameras"][str(dimension)], size, visible)


def at(page: Page, point: Point) -> Point:
    """A point of the picture, told in its pixels, on the page."""
    box = stage(page).bounding_box()
    assert box is not None
    return box["x"] + point[0], box["y"] + point[1]


def drag(page: Page, start: Point, end: Point, *keys: str) -> None:
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*at(page, start))
    page.mouse.down()
    page.mouse.move(*at(page, end), steps=3)
    page.mouse.up()
    for key in reversed(keys):
        page.keyboard.up(key)


def lasso(page: Page, shape: Sequence[Point], *keys: str) -> list[Point]:
    """Draw around shares of the picture; returns the corners in its pixels."""
    box = stage(page).bounding_box()
    assert box is not None
    corners = [(round(box["width"] * x), round(box["height"] * y)) for x, y in shape]
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*at(page, corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*at(page, corner))
    page.mouse.up()
    for key in reversed(keys):
        page.keyboard.up(key)
    return [(float(x), float(y)) for x, y in corners]


def a_cell(scene: Scene, rows: np.ndarray) -> Point:
    """The pixel of a cell of these that stands alone enough, and in the middle of the picture."""
    width, height = scene.size
    inside = np.abs(scene.places / (width, height) - 0.5).max(axis=1) < 0.25
    row = int(np.flatnonzero(inside & rows & scene.visible)[0])
    x, y = scene.places[row]
    return round(float(x)), round(float(y))


def colour_by(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Colour by")
    box.fill(name)
    box.press("Enter")
    ready(page)


def count(page: Page, cells: np.ndarray) -> None:
    """The toolbar tells how many cells are selected."""
    expect(page.get_by_test_id("candidate")).to_have_text(f"{cells.sum():,} cells")


def same(desk: Desk, n: int, expected: dict[int, np.ndarray]) -> list[Any]:
    """Each group of the session has the cells that were expected; returns the groups."""
    bundle = desk.session()
    groups = bundle.pages[0].groups
    assert len(groups) == n
    for i, cells in expected.items():
        assert 0 < cells.sum() < len(cells)
        np.testing.assert_array_equal(groups[i].cells, np.flatnonzero(cells), err_msg=str(i))
    return list(groups)


def test_tools_in_two_dimensions(desk: Desk, page: Page, adata: AnnData) -> None:
    desk.show(page)
    kinds = adata.obs["cell_type"]
    page.get_by_role("checkbox", name=HIDDEN).uncheck()
    press(page, "Lasso")
    seen = scene(desk, page, adata, 2)
    start = a_cell(seen, (kinds == "Progenitor").to_numpy())

    # Operations of the keys: start, intersect, add, remove, whatever the toolbar says.
    press(page, "Proximity")
    one, two = (start[0] + 90, start[1] + 40), (start[0] + 40, start[1])
    first = seen.near(start, one)
    page.mouse.move(*at(page, start))
    page.mouse.down()
    page.mouse.move(*at(page, one), steps=3)
    expect(page.get_by_test_id("beside")).to_contain_text(f"{first.sum():,} cells")
    count(page, first)
    page.mouse.up()
    expect(page.get_by_test_id("beside")).to_have_count(0)
    count(page, first)
    polygon = lasso_by(page, [(0.3, 0.2), (0.55, 0.2), (0.55, 0.8), (0.3, 0.8)], "Alt")
    first &= seen.inside(polygon)
    count(page, first)
    press(page, "KNN")
    ready(page)
    three = (start[0] + 5 * STEP_PIXELS + 5, start[1])
    drag(page, start, three, "Shift", "Alt")
    first |= seen.walk(start, three)
    count(page, first)
    press(page, "Proximity")
    drag(page, start, two, "Control", "Alt")
    first &= ~seen.near(start, two)
    count(page, first)
    press(page, "Undo")
    press(page, "Redo")
    count(page, first)
    press(page, "Confirm")

    # The same by the toolbar, with categories, whose plain Alt replaces.
    press(page, "Annotation")
    hsc = a_cell(seen, (kinds == "HSC").to_numpy())
    drag(page, start, start)
    page.keyboard.down("Alt")
    replace = page.get_by_role("button", name="Replace", exact=True)
    expect(replace).to_have_attribute("data-held", "true")
    page.keyboard.up("Alt")
    expect(replace).to_have_attribute("data-held", "false")
    press(page, "Remove")
    drag(page, hsc, hsc, "Alt")
    second = (kinds == kinds.iloc[seen.cell_at(hsc)]).to_numpy() & seen.visible
    count(page, second)
    press(page, "Confirm")

    colour_by(page, "pseudotime")
    press(page, "Add")
    end = (start[0], start[1] - 30)
    drag(page, start, end)
    values = adata.obs["pseudotime"].to_numpy(np.float32).astype(np.float64)
    half = 30 / (seen.size[1] / 2) * (values.max() - values.min())
    middle = values[seen.cell_at(start)]
    third = (np.abs(values - middle) <= half) & seen.visible
    count(page, third)
    press(page, "Confirm")

    groups = same(desk, 3, {0: first, 1: second, 2: third})
    assert [group.type for group in groups] == ["combined", "category", "range"]
    assert groups[1].raw["fieldKey"] == "cell_type"
    assert groups[1].raw["categoryName"] == kinds.iloc[seen.cell_at(hsc)]
    assert groups[2].raw["rangeMin"] == pytest.approx(middle - half, abs=1e-6)
    steps = groups[0].raw["recipe"]
    assert [step["tool"] for step in steps] == ["proximity", "lasso", "knn", "proximity"]
    assert steps[2]["detail"]["steps"] == 5
    assert steps[2]["detail"]["filters"][0]["hidden"] == [HIDDEN]


def lasso_by(page: Page, shape: Sequence[Point], *keys: str) -> list[Point]:
    press(page, "Lasso")
    return lasso(page, shape, *keys)


def test_tools_in_three_dimensions(desk: Desk, page: Page, adata: AnnData) -> None:
    desk.show(page)
    press(page, "3D")
    ready(page)
    press(page, "Lasso")
    seen = scene(desk, page, adata, 3)
    everywhere = np.ones(adata.n_obs, dtype=bool)
    start = a_cell(seen, everywhere)
    end = (start[0] - 60, start[1] + 25)

    press(page, "Proximity")
    drag(page, start, end)
    ball = seen.near(start, end)
    count(page, ball)
    press(page, "Confirm")

    press(page, "KNN")
    ready(page)
    drag(page, start, (start[0], start[1] + 3 * STEP_PIXELS + 1))
    walked = seen.walk(start, (start[0], start[1] + 3 * STEP_PIXELS + 1))
    count(page, walked)
    press(page, "Remove")
    press(page, "Annotation")
    drag(page, start, start)
    kinds = adata.obs["cell_type"]
    walked &= (kinds != kinds.iloc[seen.cell_at(start)]).to_numpy()
    press(page, "Add")
    polygon = lasso_by(page, [(0.55, 0.3), (0.8, 0.3), (0.8, 0.7), (0.55, 0.7)])
    walked |= seen.inside(polygon)
    count(page, walked)
    press(page, "Confirm")

    groups = same(desk, 2, {0: ball, 1: walked})
    assert groups[0].raw["recipe"][0]["detail"]["seed"] == seen.cell_at(start)


def test_tools_by_keyboard_alone(desk: Desk, page: Page, adata: AnnData) -> None:
    desk.show(page)
    press(page, "Lasso")
    seen = scene(desk, page, adata, 2)
    press(page, "Navigate")
    stage(page).focus()
    width, height = seen.size
    here = (round(width / 2), round(height / 2))

    def go(dx: int, dy: int) -> None:
        """Move the crosshair by so many pixels: arrows go 5, and 40 with Shift."""
        nonlocal here
        for by, keys in ((dx, ("ArrowLeft", "ArrowRight")), (dy, ("ArrowUp", "ArrowDown"))):
            key = keys[int(by > 0)]
            for _ in range(abs(by) // 40):
                page.keyboard.press(f"Shift+{key}")
            for _ in range(abs(by) % 40 // 5):
                page.keyboard.press(key)
        here = (here[0] + dx, here[1] + dy)

    def gesture(key: str, dx: int, dy: int) -> tuple[Point, Point]:
        start = here
        page.keyboard.press("Space")
        go(dx, dy)
        page.keyboard.press("Enter" if key == "k" else "Space")
        return start, here

    # To the grid's point that is nearest to some cell.
    page.keyboard.press("p")
    target = a_cell(seen, np.ones(adata.n_obs, dtype=bool))
    go(round((target[0] - here[0]) / 5) * 5, round((target[1] - here[1]) / 5) * 5)
    cells = seen.near(*gesture("p", 80, 45))
    count(page, cells)
    go(-80, -45)
    press_by_keyboard(page, "Add")
    stage(page).focus()
    page.keyboard.press("k")
    ready(page)
    cells |= seen.walk(*gesture("k", 0, 160))
    count(page, cells)
    page.keyboard.press("l")
    start = here
    page.keyboard.press("Space")
    corners = [start]
    for step in ((200, 0), (0, 160), (-200, 0)):
        go(*step)
        corners.append(here)
    page.keyboard.press("Space")
    # Corners that lie on the way make no other polygon.
    cells |= seen.inside(corners)
    count(page, cells)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("candidate")).not_to_have_text(f"{cells.sum():,} cells")
    same(desk, 1, {0: cells})


def press_by_keyboard(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_by_name(desk: Desk, page: Page, adata: AnnData) -> None:
    desk.show(page)
    gene = np.asarray(adata[:, "HBB"].X.todense()).ravel().astype(np.float32)
    kinds = adata.obs["cell_type"]
    time = adata.obs["pseudotime"].astype(np.float32)
    page.keyboard.press("n")
    told = page.get_by_test_id("by-name")

    def select(text: str) -> None:
        box = page.get_by_role("textbox")
        box.last.fill(text)
        box.last.press("Control+Enter")

    names = [*adata.obs_names[[3, 7, 11, 4000]], "nobody", adata.obs_names[3]]
    select("\n".join(names[:3]) + "\n" + ", ".join(names[3:]))
    expect(told).to_contain_text("1 name is unknown: “nobody”")
    expect(told).to_contain_text("1 name was given more than once")
    listed = np.isin(np.arange(adata.n_obs), [3, 7, 11, 4000])
    count(page, listed)
    press(page, "Add")
    page.get_by_role("radio", name="Condition").click()
    select("HBB > 1 & cell_typ == HSC")
    expect(told).to_contain_text("There is no field or gene “cell_typ”")
    count(page, listed)
    select('HBB > 0.5 & (cell_type != "Erythrocyte" | pseudotime <= 0.6)')
    met = (gene > np.float32(0.5)) & ((kinds != "Erythrocyte") | (time <= np.float32(0.6)))
    expect(told).to_contain_text(f"{met.sum():,} cells meet it")
    cells = listed | met.to_numpy()
    count(page, cells)
    press(page, "Confirm")
    (group,) = same(desk, 1, {0: cells})
    assert group.raw["recipe"][1]["detail"]["condition"].startswith("HBB > 0.5 & (")
