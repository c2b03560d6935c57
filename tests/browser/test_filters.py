"""Filters of every kind, by mouse and by keyboard, against masks of plain pandas and NumPy."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from anndata import AnnData
from playwright.sync_api import Locator, Page, expect

from .desk import Desk, dataset, press, stage

HIDDEN = 700
COUNTS, GENE = "n_counts", "HBB"


def nearest(adata: AnnData) -> np.ndarray:
    """Of each cell the share of its category's cells that are no farther from their middle."""
    places = np.asarray(adata.obsm["X_pca"], dtype=np.float64)
    shares = np.full(adata.n_obs, np.nan)
    for cells in pd.Series(range(adata.n_obs)).groupby(adata.obs["cell_type"].to_numpy()):
        rows = cells[1].to_numpy()
        away = np.linalg.norm(places[rows] - places[rows].mean(axis=0), axis=1)
        shares[rows] = (away[None, :] <= away[:, None]).mean(axis=1)
    return shares.astype(np.float32)


def colour_by(page: Page, field: str) -> None:
    """Choose a field by typing its name; the empty name stands for none."""
    box = page.get_by_role("combobox", name="Colour by")
    box.fill(field)
    box.press("Enter")
    legend = page.get_by_role("region", name="Legend")
    if field:
        expect(legend.get_by_role("heading", name=field)).to_be_visible()
    else:
        expect(legend).to_have_count(0)


def handle(page: Page, end: str) -> Locator:
    return page.get_by_role("slider", name=f"{end} value shown")


def value(handle: Locator) -> np.float32:
    return np.float32(handle.get_attribute("aria-valuenow") or "")


def drag(page: Page, handle: Locator, pixels: int) -> None:
    """Drag a handle of a range with the mouse, to the right, in many small steps."""
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=10)
    page.mouse.up()


def expect_filters(page: Page, masks: dict[str, np.ndarray]) -> np.ndarray:
    """Compare the counts on the page with the masks of the filters; returns the AND of all."""
    every = np.logical_and.reduce(list(masks.values())) if masks else np.ones(5000, dtype=bool)
    shown = f"Showing {every.sum():,} of 5,000 cells"
    expect(page.get_by_test_id("showing")).to_have_text(shown)
    rows = page.get_by_role("list", name="Filters").get_by_role("listitem")
    for name, mask in masks.items():
        others = [other for other in masks.values() if other is not mask]
        available = np.logical_and.reduce(others) if others else np.ones(5000, dtype=bool)
        counts = f"{every.sum():,} / {available.sum():,}"
        row = rows.filter(has=page.get_by_role("checkbox", name=f"Filter by {name}", exact=True))
        expect(row).to_contain_text(counts)
    return every


def confirm_all(page: Page) -> None:
    """Draw a lasso around the whole picture, and confirm what it took."""
    area = stage(page).bounding_box()
    assert area is not None
    press(page, "Lasso")
    right, bottom = area["width"] - 2, area["height"] - 2
    page.mouse.move(area["x"] + 2, area["y"] + 2)
    page.mouse.down()
    for x, y in [(right, 2), (right, bottom), (2, bottom)]:
        page.mouse.move(area["x"] + x, area["y"] + y, steps=3)
    page.mouse.up()
    press(page, "Confirm")


def covered(page: Page) -> list[str]:
    """Controls of the side panel whose middle, once it is scrolled to, is something else's."""
    found: list[str] = page.get_by_role("complementary").evaluate("""panel =>
        [...panel.querySelectorAll("button, input, select, [role=slider]")].filter(control => {
            control.scrollIntoView({ block: "nearest" });
            const { left, top, width, height } = control.getBoundingClientRect();
            const hit = document.elementFromPoint(left + width / 2, top + height / 2);
            const mine = control.contains(hit) || hit?.closest("label")?.contains(control);
            // Those of a row stand there only while it is pointed at.
            return control.checkVisibility({ opacityProperty: true }) && !mine;
        }).map(control => control.ariaLabel ?? control.textContent)
    """)
    return found


def test_every_kind_of_filter(desk: Desk, page: Page) -> None:
    adata = dataset()
    kinds = adata.obs["cell_type"]
    counts = adata.obs[COUNTS].to_numpy(dtype=np.float32)
    gene = np.asarray(adata[:, GENE].X.todense(), dtype=np.float32).ravel()
    desk.show(page)

    # Categories: a box by keyboard, all but one by mouse, and those that were searched for.
    box = page.get_by_role("checkbox", name="Erythroblast")
    box.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("checkbox", name="Erythrocyte")).to_be_focused()
    page.keyboard.press("Space")
    hidden = {"Erythroblast", "Erythrocyte"}
    masks = {"cell_type": ~kinds.isin(hidden).to_numpy()}
    expect_filters(page, masks)
    page.get_by_role("listitem").filter(has_text="Monocyte").hover()
    press(page, "Show only Monocyte")
    expect_filters(page, {"cell_type": (kinds == "Monocyte").to_numpy()})
    page.keyboard.press("Control+z")
    expect_filters(page, masks)

    # A range: dragged and undone as one step, moved by keys, typed.
    colour_by(page, COUNTS)
    drag(page, handle(page, "Lowest"), 60)
    low = value(handle(page, "Lowest"))
    assert np.nanmin(counts) < low < np.nanmax(counts)
    expect_filters(page, {**masks, COUNTS: counts >= low})
    page.keyboard.press("Control+z")
    expect_filters(page, masks)
    expect(page.get_by_role("checkbox", name=f"Filter by {COUNTS}")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    handle(page, "Lowest").press("PageDown")
    lower = value(handle(page, "Lowest"))
    assert lower < low
    typed = page.get_by_role("textbox", name="Highest value shown, as a number")
    typed.fill("many")
    typed.press("Enter")
    expect(page.get_by_text("A range has a number at each end")).to_be_visible()
    highest = float(np.sort(counts[~np.isnan(counts)])[-400])
    typed.fill(str(highest))
    typed.press("Enter")
    masks[COUNTS] = (counts >= lower) & (counts <= np.float32(highest))
    expect_filters(page, masks)
    page.get_by_role("checkbox", name="Log colours").check()
    page.get_by_role("checkbox", name="Colours follow the range").check()
    page.get_by_role("button", name="Colormap: viridis").press("Enter")
    page.get_by_role("menuitemcheckbox", name="coolwarm").click()
    expect_filters(page, masks)

    # A gene's range holds while cells are coloured by something else, or by nothing.
    find = page.get_by_role("combobox", name="Gene")
    find.fill(GENE)
    find.press("Enter")
    expect(page.get_by_role("heading", name=GENE)).to_be_visible()
    handle(page, "Highest").press("PageDown")
    masks[GENE] = gene <= value(handle(page, "Highest"))
    assert not masks[GENE].all()
    expect_filters(page, masks)
    page.get_by_role("list", name="Filters").get_by_role(
        "button", name="cell_type", exact=True
    ).click()
    expect(page.get_by_role("heading", name="cell_type")).to_be_visible()

    # What is far from the rest of its category, and what Python hid.
    outliers = page.get_by_role("slider", name="Outliers")
    outliers.press("PageDown")
    masks["Outliers of cell_type"] = nearest(adata) <= np.float32(0.9)
    expect_filters(page, masks)
    desk.run(f"viewer.set_visibility(list(range({HIDDEN})), visible=False)")
    masks["Python"] = np.arange(5000) >= HIDDEN
    visible = expect_filters(page, masks)
    assert 100 < visible.sum() < 3000
    expect(page.get_by_title("5 filters hide cells")).to_have_text("5")

    # The legend counts what all filters but its own leave of each category.
    others = np.logical_and.reduce([mask for name, mask in masks.items() if name != "cell_type"])
    for name, available in kinds[others].value_counts().items():
        entry = (
            page.get_by_role("list", name="Legend")
            .get_by_role("listitem")
            .filter(has=page.get_by_role("checkbox", name=str(name), exact=True))
        )
        expect(entry).to_contain_text(f"{0 if name in hidden else available:,} / {available:,}")

    # A selection takes exactly what is visible.
    confirm_all(page)
    (stored,) = desk.session().pages
    np.testing.assert_array_equal(stored.groups[0].cells, np.flatnonzero(visible))

    # Off without being forgotten, on again, away; and back.
    page.get_by_role("checkbox", name=f"Filter by {COUNTS}").uncheck()
    without = {name: mask for name, mask in masks.items() if name != COUNTS}
    expect_filters(page, without)
    press(page, "Remove the filter by Python")
    del without["Python"]
    expect_filters(page, without)
    page.get_by_role("checkbox", name=f"Filter by {COUNTS}").check()
    expect_filters(page, {COUNTS: masks[COUNTS], **without})
    colour_by(page, "")
    expect_filters(page, {COUNTS: masks[COUNTS], **without})
    press(page, "Remove all")
    expect_filters(page, {})
    page.keyboard.press("Control+z")
    expect_filters(page, {COUNTS: masks[COUNTS], **without})


def test_missing_values_are_hidden_in_a_low_window(desk: Desk, page: Page) -> None:
    """What is left of a category, or of numbers, holds no cell without a value."""
    adata = dataset()
    page.set_viewport_size({"width": 1200, "height": 600})
    desk.show(page)
    legend = page.get_by_role("region", name="Legend")
    row = legend.locator("label", has_text="Missing")
    missing = legend.get_by_role("checkbox", name="Missing")

    colour_by(page, "lineage")
    lineage = adata.obs["lineage"]
    page.get_by_role("listitem").filter(has_text="Erythroid").hover()
    press(page, "Show only Erythroid")
    only = (lineage == "Erythroid").to_numpy()
    expect_filters(page, {"lineage": only})
    expect(row).to_contain_text(f"0 / {lineage.isna().sum():,}")
    confirm_all(page)
    (stored,) = desk.session().pages
    np.testing.assert_array_equal(stored.groups[0].cells, np.flatnonzero(only))
    assert covered(page) == []
    missing.press("Space")
    expect_filters(page, {"lineage": only | lineage.isna().to_numpy()})
    press(page, "Hide all")
    expect(missing).not_to_be_checked()
    expect_filters(page, {"lineage": np.zeros(5000, dtype=bool)})
    press(page, "Remove all")

    # A range that was set and spans all again leaves them hidden, until they are asked for.
    colour_by(page, COUNTS)
    there = adata.obs[COUNTS].notna().to_numpy()
    handle(page, "Lowest").press("PageUp")
    expect(missing).not_to_be_checked()
    handle(page, "Lowest").press("Home")
    expect_filters(page, {COUNTS: there})
    expect(page.get_by_text("without missing")).to_be_visible()
    expect(row).to_contain_text(f"0 / {(~there).sum():,}")
    assert covered(page) == []
    page.get_by_role("button", name="Summary", exact=True).click()
    assert covered(page) == []
    missing.check()
    expect_filters(page, {})


def test_columns_that_surprise(desk: Desk, page: Page) -> None:
    """A constant, an empty one, one below zero, and one with a category for each cell."""
    desk.run("""
import numpy as np
import pandas as pd
odd = dataset()
odd.obs["constant"] = 7.5
odd.obs["empty"] = np.nan
odd.obs["below"] = np.arange(5000.0) - 1000
odd.obs["clone"] = pd.Categorical([f"clone {i}" for i in range(5000)])
""")
    desk.show(page, "odd")
    colour_by(page, "constant")
    expect(page.get_by_text("All values are 7.5.")).to_be_visible()
    colour_by(page, "empty")
    expect(page.get_by_text("No cell has a finite value here.")).to_be_visible()
    colour_by(page, "below")
    page.get_by_role("checkbox", name="Log colours").check()
    legend = page.get_by_role("region", name="Legend")
    expect(legend.get_by_text("Zero or less").locator("..")).to_contain_text("1,001")
    expect(page.get_by_test_id("showing")).to_have_text("Showing 5,000 of 5,000 cells")

    colour_by(page, "clone")
    expect(legend.get_by_text("Colours repeat after 1,024 categories")).to_be_visible()
    entries = page.get_by_role("list", name="Legend").get_by_role("listitem")
    assert entries.count() < 200
    search = page.get_by_role("searchbox", name="Find a category")
    search.fill("clone 499")
    # clone 499, and clone 4990 to 4999.
    expect(entries).to_have_count(11)
    press(page, "Hide these")
    expect(page.get_by_test_id("showing")).to_have_text("Showing 4,989 of 5,000 cells")
    search.fill("clone 4999")
    press(page, "Show only clone 4999")
    expect(page.get_by_test_id("showing")).to_have_text("Showing 1 of 5,000 cells")
    expect(page.get_by_text(re.compile("only “clone 4999”"))).to_be_visible()

    # A colour that is given to a category reaches Python.
    page.get_by_label("Colour of clone 4999").fill("#12ab34")
    overlays = desk.session().decode_chunk("core/field-overlays")
    assert "#12ab34" in str(overlays)
