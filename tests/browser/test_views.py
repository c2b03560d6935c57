"""Views and how one looks at them: kept, in a grid, moved by mouse, keys and fingers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import Page, Route, expect

from .desk import Desk, colour_by, dataset, press, ready, stage
from .geometry import inside_polygon, normalised, on_screen

# The toolbar's buttons, none over another, none beyond the page, the last at its end.
_IN_ONE_ROW = """width => {
  const buttons = [...document.querySelectorAll('.cx-toolbar button')];
  const boxes = buttons.map(one => one.getBoundingClientRect()).sort((a, b) => a.left - b.left);
  const ends = [...boxes.slice(1).map(box => box.left), width];
  return boxes.every(({ top, right }, i) => top === boxes[0].top && right <= ends[i]) &&
    boxes.at(-1).right > width - 12;
}"""


def _state(desk: Desk) -> dict[str, Any]:
    state: dict[str, Any] = desk.session().decode_chunk("core/state")
    return state


def _views(desk: Desk) -> dict[str, dict[str, Any]]:
    return {view["id"]: view for view in _state(desk)["views"]}


def _corner(page: Page, place: dict[str, float]) -> tuple[float, float]:
    """Where a view begins on the page."""
    box = stage(page).bounding_box()
    assert box is not None
    return box["x"] + place["left"], box["y"] + place["top"]


def _drag(page: Page, path: np.ndarray, button: Any = "left") -> None:
    points = path.astype(float).tolist()
    page.mouse.move(*points[0])
    page.mouse.down(button=button)
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up(button=button)


def _shown(embedding: str, camera: dict[str, Any], place: dict[str, float]) -> np.ndarray:
    """Where each cell is drawn in a view, by a computation of our own."""
    points = normalised(np.asarray(dataset().obsm[embedding], dtype=np.float64))
    return on_screen(points, camera, place["width"], place["height"])


def test_views_of_their_own_in_a_grid(desk: Desk, page: Page) -> None:
    desk.show(page)
    press(page, "Keep view")
    colour_by(page, "batch")
    kept = page.get_by_role("group", name="View 1", exact=True)
    kept.get_by_role("button", name=re.compile("choose another")).click()
    page.get_by_role("menuitemcheckbox", name="3D").click()
    ready(page)
    expect(kept).to_contain_text("cell_type")
    expect(page.get_by_role("group", name="Live view", exact=True)).to_contain_text("batch")

    # Free, so that each has a camera of its own; the wheel acts on the view under the pointer.
    press(page, "Move all views together")
    places = _state(desk)["places"]
    x, y = _corner(page, places["live"])
    page.mouse.move(x + 60, y + 80)
    page.mouse.wheel(0, -240)
    kx, ky = _corner(page, places["kept_1"])
    _drag(page, np.array([[kx + 150, ky + 150], [kx + 180, ky + 170], [kx + 230, ky + 140]]))
    ready(page)
    before = _views(desk)
    assert set(before["live"]["cameras"]) == {"2"}
    assert set(before["kept_1"]["cameras"]) == {"3"}
    assert _state(desk)["activeViewId"] == "kept_1"

    # What is under the pointer stays there, and a drag takes it along.
    flat = _shown("X_umap", before["live"]["cameras"]["2"], places["live"])
    nearest = int(np.argmin(np.hypot(*(flat - [60, 80]).T)))
    page.mouse.move(x + flat[nearest, 0], y + flat[nearest, 1])
    page.mouse.wheel(0, -200)
    zoomed = _shown("X_umap", _views(desk)["live"]["cameras"]["2"], places["live"])
    np.testing.assert_allclose(zoomed[nearest], flat[nearest], atol=1)
    assert abs(zoomed - flat).max() > 50
    way = np.array([[0, 0], [20, 10], [40, 30]])
    _drag(page, way + flat[nearest] + np.array([x, y]))
    panned = _shown("X_umap", _views(desk)["live"]["cameras"]["2"], places["live"])
    np.testing.assert_allclose(panned[nearest], flat[nearest] + [40, 30], atol=1)

    # A lasso in the other view takes the cells that are drawn there.
    press(page, "Lasso")
    path = np.array([[0.3, 0.2], [0.8, 0.2], [0.8, 0.7], [0.3, 0.7]])
    path = (path * [places["kept_1"]["width"], places["kept_1"]["height"]]).round()
    _drag(page, path + np.array([kx, ky]))
    press(page, "Confirm")
    session = desk.session()
    camera = {view["id"]: view for view in session.decode_chunk("core/state")["views"]}
    expected = inside_polygon(
        _shown("X_umap_3d", camera["kept_1"]["cameras"]["3"], places["kept_1"]), path
    )
    adata = session.apply_to_anndata(dataset())
    assert 100 < expected.sum() < 4900
    np.testing.assert_array_equal(adata.obs["cellucid_highlight__highlight_1"], expected)

    # Removed, and back by undo.
    press(page, "Remove View 1")
    expect(page.get_by_role("group", name="View 1", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo: remove View 1").click()
    expect(page.get_by_role("group", name="View 1", exact=True)).to_be_visible()
    assert _views(desk)["kept_1"]["cameras"] == camera["kept_1"]["cameras"]


def test_cameras_that_move_together(desk: Desk, page: Page) -> None:
    desk.show(page)
    page.keyboard.press("v")
    page.keyboard.press("v")
    expect(page.get_by_role("group", name="Views", exact=True)).to_have_count(2)
    places = _state(desk)["places"]
    assert list(places) == ["live", "kept_1", "kept_2"]
    x, y = _corner(page, places["kept_2"])
    _drag(page, np.array([[x + 100, y + 100], [x + 140, y + 130]]))
    cameras = [view["cameras"] for view in _views(desk).values()]
    assert cameras[0] == cameras[1] == cameras[2]
    assert cameras[0].keys() == {"2"}
    page.keyboard.press("r")
    assert [view["cameras"] for view in _views(desk).values()] == [{}, {}, {}]

    # One view alone, exchanged by the keyboard.
    page.keyboard.press("m")
    page.keyboard.press("[")
    ready(page)
    state = _state(desk)
    assert (list(state["places"]), state["activeViewId"]) == (["kept_1"], "kept_1")
    page.get_by_role("button", name="View 1: show another view").click()
    page.get_by_role("menuitemcheckbox", name="Live view").click()
    ready(page)
    assert list(_state(desk)["places"]) == ["live"]


def test_flying_turning_and_the_keyboards_lasso(desk: Desk, page: Page) -> None:
    desk.show(page)
    page.keyboard.press("3")
    ready(page)
    press(page, "How cells are drawn")
    page.get_by_role("radio", name=re.compile("^Fly")).check()
    page.get_by_role("checkbox", name="Edges of the neighbour graph").check()
    slider = page.get_by_role("slider", name="Size of a cell")
    slider.fill("80")
    page.keyboard.press("Escape")
    ready(page)
    look = _views(desk)["live"]["look"]
    assert look["edges"] is True
    assert 10 < look["pointSize"] < 20

    # Ahead, to where one looks; then an arrow turns the sight, and the eye stays.
    stage(page).focus()
    cameras = []
    for key in ("w", "w", "ArrowLeft"):
        page.keyboard.press(key, delay=200)
        ready(page)
        cameras.append(_views(desk)["live"]["cameras"]["3"])
    eyes, sights = (np.array([one[key] for one in cameras]) for key in ("position", "target"))
    way, ahead = eyes[1] - eyes[0], sights[0] - eyes[0]
    assert np.linalg.norm(way) > 0.01
    np.testing.assert_allclose(way / np.linalg.norm(way), ahead / np.linalg.norm(ahead), atol=1e-6)
    np.testing.assert_array_equal(eyes[2], eyes[1])
    assert np.linalg.norm(sights[2] - sights[1]) > 0.01
    page.keyboard.press("o")
    page.keyboard.press("r")
    ready(page)

    # Around the middle by arrows alone, in steps of 40 pixels; what is inside is computed here.
    page.keyboard.press("l")
    page.keyboard.press("Space")
    for key, times in [("Right", 4), ("Down", 4), ("Left", 6), ("Up", 7)]:
        for _ in range(times):
            page.keyboard.press(f"Shift+Arrow{key}")
    expect(page.get_by_test_id("crosshair")).to_have_text(re.compile("cell", re.IGNORECASE))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("candidate")).to_have_text(re.compile("cells"))
    page.keyboard.press("Enter")
    session = desk.session()
    state = session.decode_chunk("core/state")
    place = state["places"]["live"]
    steps = np.array([[0, 0], [4, 0], [4, 4], [-2, 4], [-2, -3]]) * 40
    middle = np.floor(np.array([place["width"], place["height"]]) / 2 + 0.5)
    shown = _shown("X_umap_3d", state["views"][0]["cameras"]["3"], place)
    expected = inside_polygon(shown, middle + steps)
    adata = session.apply_to_anndata(dataset())
    assert 100 < expected.sum() < 4900
    np.testing.assert_array_equal(adata.obs["cellucid_highlight__highlight_1"], expected)


def test_two_fingers_full_screen_and_a_narrow_page(desk: Desk, page: Page) -> None:
    desk.show(page)
    state = _state(desk)
    place = state["places"]["live"]
    x, y = _corner(page, place)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        given = [{"x": x + px, "y": y + py, "id": i} for i, (px, py) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    page.mouse.move(x + 5, y + 5)
    page.mouse.wheel(0, -1)
    before = _shown("X_umap", _views(desk)["live"]["cameras"]["2"], place)
    touch("touchStart", (200, 200))
    touch("touchStart", (200, 200), (300, 200))
    touch("touchMove", (180, 220), (340, 220))
    touch("touchMove", (150, 250), (350, 250))
    touch("touchEnd")
    ready(page)
    after = _shown("X_umap", _views(desk)["live"]["cameras"]["2"], place)
    # Twice as far apart, around the fingers' middle, which went from (250, 200) to (250, 250).
    np.testing.assert_allclose(after, (before - [250, 200]) * 2 + [250, 250], atol=2)

    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")

    for width in (400, 640, 700, 900):
        page.set_viewport_size({"width": width, "height": 700})
        page.wait_for_function(_IN_ONE_ROW, arg=width)
    page.set_viewport_size({"width": 400, "height": 700})
    page.keyboard.press("h")
    press(page, "More")
    page.get_by_role("menuitem", name="Keep view").click()
    expect(page.get_by_role("group", name="View 1", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_what_takes_long_can_be_cancelled(desk: Desk, page: Page) -> None:
    desk.show(page)
    waiting: list[Route] = []
    page.route("**/data/var/**", lambda route: waiting.append(route))
    gene = page.get_by_role("combobox", name="Gene")
    gene.fill("hbb")
    gene.press("Enter")
    expect(page.get_by_role("progressbar", name="Loading HBB")).to_be_visible()
    # The request itself ends with it.
    with page.expect_event("requestfailed", lambda request: request == waiting[0].request):
        press(page, "Loading HBB: cancel")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text("Something could not be loaded.")).to_be_visible()
    page.unroute("**/data/var/**")
    press(page, "Try again")
    expect(page.get_by_role("heading", name="HBB")).to_be_visible()
    expect(page.get_by_text("Something could not be loaded.")).to_have_count(0)
