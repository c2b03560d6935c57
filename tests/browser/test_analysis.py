"""The summary and the analysis windows, by mouse and by keyboard, against pandas."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from .desk import Desk, dataset, press, ready, stage
from .geometry import inside_polygon

# Whether an element, or a part of it, is on top at a point of the page.
_IS_THERE = "(element, [x, y]) => element.contains(document.elementFromPoint(x, y))"

LEFT = [(0.02, 0.1), (0.45, 0.1), (0.45, 0.9), (0.02, 0.9)]


@pytest.fixture(scope="module")
def obs() -> pd.DataFrame:
    return dataset().obs


def lasso(page: Page, picture: Locator, shape: list[tuple[float, float]]) -> np.ndarray:
    """Drag a closed path, given in fractions; returns it in the picture's pixels."""
    box = picture.bounding_box()
    assert box is not None
    path = np.array([(box["width"] * x, box["height"] * y) for x, y in shape]).round()
    page.mouse.move(box["x"] + path[0, 0], box["y"] + path[0, 1])
    page.mouse.down()
    for x, y in path[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    return path


def members(desk: Desk) -> list[np.ndarray]:
    """The cells of each group, as Python gets them."""
    (stored,) = desk.session().pages
    return [group.cells for group in stored.groups]


def columns(table: Locator) -> list[list[str]]:
    rows = table.locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_what_was_selected_is_told(desk: Desk, page: Page, obs: pd.DataFrame) -> None:
    desk.show(page)
    press(page, "Lasso")
    lasso(page, stage(page), LEFT)
    press(page, "Confirm")
    (cells,) = members(desk)
    assert 100 < len(cells) < 4000
    page.get_by_role("button", name="Summary").press("Enter")
    summary = page.get_by_role("region", name="Summary")
    expect(summary.get_by_role("status")).to_have_text(f"{len(cells):,} cells")

    # By category, the largest first.
    counts = obs["cell_type"].iloc[cells].value_counts()
    first = summary.get_by_role("button", name=re.compile(r"%$")).first
    share = counts.iloc[0] / len(cells)
    label = f"{counts.index[0]}{100 * share:.0f} %"
    expect(first).to_have_text(label)
    expect(first).to_have_attribute(
        "title", f"{counts.index[0]}: {counts.iloc[0]:,} cells, {100 * share:.0f} %"
    )

    # The columns of numbers, by the distance of the means in units of the spread.
    inside = np.zeros(len(obs), dtype=bool)
    inside[cells] = True
    numbers = obs.select_dtypes("number")
    here, rest = numbers[inside], numbers[~inside]
    effect = (here.mean() - rest.mean()) / np.sqrt((here.var() + rest.var()) / 2)
    found = summary.get_by_role("button", name=re.compile(r"[+−]\d"))
    expect(found).to_have_count(len(effect))
    largest = effect.abs().sort_values(ascending=False).index
    for button, name in zip(found.all(), largest, strict=True):
        sign = "+" if effect[name] > 0 else "−"
        expect(button).to_have_text(f"{name}{sign}{abs(effect[name]):.2f}")

    # Of the numbers they are coloured by: how many, their mean, spread and median.
    found.first.press("Enter")
    ready(page)
    name = largest[0]
    ((_, n, rest_n), (_, mean, _), (_, sd, _), (_, middle, _)) = columns(
        summary.get_by_role("table")
    )
    values = here[name].dropna()
    assert (n, rest_n) == (f"{len(values):,}", f"{rest[name].count():,}")
    told = [float(text.replace(",", "")) for text in (mean, sd, middle)]
    low = np.sort(values)[(len(values) - 1) // 2]
    np.testing.assert_allclose(told, [values.mean(), values.std(), low], rtol=1e-3)


def test_windows_by_mouse_and_by_keyboard(desk: Desk, page: Page, obs: pd.DataFrame) -> None:
    desk.show(page)
    page.get_by_role("checkbox", name="Erythroblast").uncheck()
    press(page, "Lasso")
    lasso(page, stage(page), LEFT)
    press(page, "Confirm")
    (cells,) = members(desk)
    visible = (obs["cell_type"] != "Erythroblast").to_numpy()
    types = obs["cell_type"]

    # Opened by the keyboard alone, moved with arrows; its table has the counts of pandas.
    page.get_by_role("button", name="Analysis windows").press("Enter")
    page.keyboard.press("Enter")
    window = page.get_by_role("region", name="Composition")
    before = window.bounding_box()
    window.get_by_role("button", name=re.compile("^Move")).press("ArrowRight")
    after = window.bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (16, 0)
    window.get_by_text("As a table").press("Enter")
    expect(window.get_by_role("table")).to_be_visible()
    wanted = [
        [name, f"{(types[visible] == name).sum():,}", f"{(types.iloc[cells] == name).sum():,}"]
        for name in types.cat.categories
        if name != "Erythroblast"
    ]
    assert columns(window.get_by_role("table")) == wanted

    # A part of a page is selected by a click, and added to by another one.
    group = window.get_by_role("group", name="Page 1")
    shares = types.iloc[cells].value_counts()
    assert shares["Erythroblast"] == 0
    for name in shares.index[:2]:
        group.get_by_role("button", name=re.compile(f"^{name}:")).click(modifiers=["Alt", "Shift"])
    expect(page.get_by_test_id("candidate")).to_contain_text(f"{shares.iloc[:2].sum():,} cells")
    press(page, "Confirm")
    wanted_cells = cells[types.iloc[cells].isin(shares.index[:2])]
    np.testing.assert_array_equal(members(desk)[1], wanted_cells)

    # The values of a gene in each page, and a range of them by the keyboard.
    press(page, "Analysis windows")
    page.get_by_role("menuitem", name="Distribution").click()
    window = page.get_by_role("region", name="Distribution")
    window.get_by_label("Field").fill("pseudotime")
    window.get_by_label("Field").press("Enter")
    middle = np.sort(obs["pseudotime"].to_numpy(np.float32)[visible])[(visible.sum() - 1) // 2]
    everything = window.get_by_role("group", name="All visible")
    expect(everything).to_contain_text(f"{visible.sum():,}, median {float(f'{middle:.4g}'):g}")
    window.get_by_text("Select by range").press("Enter")
    window.get_by_label("pseudotime from").fill("0.25")
    window.get_by_label("pseudotime to").fill("0.5")
    window.get_by_label("pseudotime to").press("Enter")
    between = obs["pseudotime"].astype(np.float32).between(0.25, 0.5).to_numpy() & visible
    expect(page.get_by_test_id("candidate")).to_contain_text(f"{between.sum():,} cells")
    press(page, "Confirm")
    np.testing.assert_array_equal(members(desk)[2], np.flatnonzero(between))

    # Windows are closed, and come back.
    window.get_by_role("button", name="Close Distribution").click()
    expect(window).to_have_count(0)
    stage(page).focus()
    page.keyboard.press("Control+z")
    expect(window).to_have_count(1)
    (_, stored) = desk.session().decode_chunk("analysis/windows")["windows"]
    assert stored["fields"] == [{"source": "obs", "key": "pseudotime"}]

    # On a narrow page too, one that is opened has the focus and nothing over it.
    page.set_viewport_size({"width": 400, "height": 600})
    press(page, "Analysis windows")
    page.get_by_role("menuitem", name="Scatter").click()
    window = page.get_by_role("region", name="Scatter")
    expect(window.get_by_role("button", name=re.compile("^Move"))).to_be_focused()
    place = window.bounding_box()
    assert place is not None
    for down in (0.1, 0.5, 0.9):
        at = [place["x"] + place["width"] / 2, place["y"] + place["height"] * down]
        assert window.evaluate(_IS_THERE, at)


def test_a_scatter_is_linked_both_ways(desk: Desk, page: Page) -> None:
    desk.show(page)
    press(page, "Analysis windows")
    page.get_by_role("menuitem", name="Scatter").click()
    window = page.get_by_role("region", name="Scatter")
    for axis, name in (("Horizontal", "pseudotime"), ("Vertical", "n_counts")):
        window.get_by_label(axis).fill(name)
        window.get_by_label(axis).press("Enter")
    picture = window.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile("5,000 visible cells by pseudotime"))
    path = lasso(page, picture, [(0.1, 0.1), (0.6, 0.1), (0.6, 0.7), (0.1, 0.7)])
    box = picture.bounding_box()
    assert box is not None
    places = np.empty((5000, 2))
    sides = [("pseudotime", box["width"]), ("n_counts", box["height"])]
    for axis, (name, side) in enumerate(sides):
        values = dataset().obs[name].to_numpy(np.float32).astype(np.float64)
        low, high = np.nanmin(values), np.nanmax(values)
        room = 0.04 * (high - low)
        share = (values - (low - room)) / (high - low + 2 * room)
        places[:, axis] = side * (share if axis == 0 else 1 - share)
    expected = inside_polygon(places, path)
    assert 100 < expected.sum() < 4900
    expect(page.get_by_test_id("candidate")).to_contain_text(f"{expected.sum():,} cells")

    # What is selected in the picture is seen in the scatter.
    drawn = picture.screenshot()
    press(page, "Cancel")
    press(page, "Lasso")
    lasso(page, stage(page), LEFT)
    ready(page)
    assert picture.screenshot() != drawn
    press(page, "Cancel")
    lasso(page, picture, [(0.1, 0.1), (0.6, 0.1), (0.6, 0.7), (0.1, 0.7)])
    press(page, "Confirm")
    (cells,) = members(desk)
    np.testing.assert_array_equal(cells, np.flatnonzero(expected))
