"""Each kind of state by mouse, saved, and loaded anew: the same file, words and picture."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from .desk import Desk, colour_by, press, ready
from .round_trip import (
    assert_same,
    choose,
    find_gene,
    handle,
    lasso,
    load,
    move,
    rename,
    see,
    show,
    tab,
)
from .test_sessions import load as load_from_menu

LEFT = [(0.05, 0.1), (0.45, 0.1), (0.45, 0.9), (0.05, 0.9)]
RIGHT = [(0.55, 0.1), (0.95, 0.1), (0.95, 0.9), (0.55, 0.9)]
BOTTOM = [(0.1, 0.55), (0.9, 0.55), (0.9, 0.95), (0.1, 0.95)]
LINES = "lines, latent='X_pca'"

# A session of so many groups that they are on their way for a while.
_MANY = """
import numpy as np
import pandas as pd
from cellucid_ext import build_session
names = [f"group {{i}}" for i in range(2000)]
parts = pd.DataFrame(np.arange(5000)[:, None] % 2000 == np.arange(2000), adata.obs_names, names)
many = adata.copy()
many.obs = parts
build_session(many, names, [], {path!r})
"""
_RELOAD_MIDWAY = """() => {
  addEventListener('pagehide', () => {
    sessionStorage.setItem('left', document.documentElement.dataset.state);
  });
  const watch = new MutationObserver(() => {
    const share = document.querySelector('.cx-loading progress')?.value ?? 0;
    if (share > 0.05 && share < 1) {
      watch.disconnect();
      location.reload();
    }
  });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def select(page: Page, shape: list[tuple[float, float]]) -> None:
    """Take a lasso, and confirm what it takes."""
    press(page, "Lasso")
    lasso(page, shape)
    press(page, "Confirm")
    press(page, "Navigate")


def filter_and_colour(desk: Desk, page: Page) -> None:
    """A filter of every kind, colours of categories and of numbers."""
    page.get_by_role("checkbox", name="Erythroblast").uncheck()
    page.get_by_label("Colour of Monocyte").fill("#12ab34")
    page.get_by_role("slider", name="Outliers").press("PageDown")
    colour_by(page, "lineage")
    page.get_by_role("checkbox", name="Missing").uncheck()
    page.get_by_role("checkbox", name="Filter by lineage").uncheck()
    desk.run("viewer.set_visibility(list(range(700)), visible=False)")
    find_gene(page, "HBB")
    handle(page, "Highest").press("PageDown")
    colour_by(page, "n_counts")
    move(page, handle(page, "Lowest"), 40, 0)
    page.get_by_role("checkbox", name="Log colours").check()
    page.get_by_role("checkbox", name="Colours follow the range").check()
    choose(page, "Colormap: viridis", "coolwarm")


def arrange_views(page: Page) -> None:
    """Three views in a grid, each with a camera, a dimension, and a look of its own."""
    press(page, "Keep view")
    colour_by(page, "batch")
    press(page, "Keep view")
    choose(page, "View 2: 2D, choose another", "3D")
    page.get_by_role("button", name="View 2: fly").click()
    choose(page, "View 1: 2D, choose another", "1D")
    press(page, "Move all views together")
    for name, turn in [("Live view", -300), ("View 1", 200), ("View 2", -100)]:
        view = page.get_by_role("group", name=name, exact=True).locator("..")
        box = view.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 150, box["y"] + 150)
        page.mouse.wheel(0, turn)
        move(page, view, 30, 20)
    page.get_by_role("button", name="View 2", exact=True).click()
    press(page, "How cells are drawn")
    page.get_by_role("checkbox", name="Edges of the neighbour graph").check()
    page.get_by_role("slider", name="Size of a cell").fill("70")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="View 1", exact=True).click()


def test_views_and_what_they_show(desk: Desk, page: Page) -> None:
    desk.run("lines = adata.copy(); lines.obsm['X_1d'] = lines.obsm['X_umap'][:, :1]")
    show(desk, page, LINES)
    fresh = see(desk, page)
    filter_and_colour(desk, page)
    press(page, "Filters")
    press(page, "Summary")
    arrange_views(page)
    arranged = see(desk, page)
    page.get_by_role("button", name="Live view", exact=True).click()
    page.keyboard.press("m")
    page.keyboard.press("h")
    single = see(desk, page)
    state = arranged.chunk("core/state")
    assert [view["dimension"] for view in state["views"]] == [2, 1, 3]
    assert len({str(view["cameras"]) for view in state["views"]}) == 3
    assert state["views"][2]["navigation"] == "fly"
    assert {one["kind"] for one in state["views"][0]["filters"]} == {
        "category", "range", "outlier", "cells"
    }  # fmt: skip
    looks = [one.picture for one in (fresh, arranged, single)]
    assert not any(np.array_equal(one, other) for one, other in pairwise(looks))

    # On a page that knows nothing of it, and over one another.
    show(desk, page, LINES)
    load(desk, page, arranged)
    assert_same(see(desk, page), arranged)
    page.keyboard.press("Control+z")
    assert_same(see(desk, page), fresh, undone=True)
    page.keyboard.press("Control+Shift+z")
    assert_same(see(desk, page), arranged)
    load(desk, page, arranged)
    assert_same(see(desk, page), arranged)
    load(desk, page, single)
    assert_same(see(desk, page), single)


def make_pages(page: Page) -> None:
    """Groups renamed, recoloured, turned off and edited, on pages of their own."""
    select(page, LEFT)
    rename(page, page.get_by_role("list", name="Groups").get_by_text("Lasso"), "Early")
    page.get_by_label("Colour of Early").fill("#00aa00")
    select(page, BOTTOM)
    choose(page, "More for Early", "Edit cells")
    press(page, "Lasso")
    lasso(page, RIGHT, "Shift", "Alt")
    press(page, "Confirm")
    press(page, "Navigate")
    press(page, "New page")
    rename(page, tab(page, "Page 2"), "T cells")
    page.get_by_label("Colour of page T cells").fill("#123456")
    select(page, RIGHT)
    tab(page, "T cells").drag_to(tab(page, "Page 1"))
    press(page, "In both")
    choose(page, "More for page T cells ∩ Page 1", "New page of all other cells")
    tab(page, "T cells ∩ Page 1").click()
    choose(page, "More for page T cells ∩ Page 1", "Delete page")
    tab(page, "Page 1").click()
    page.get_by_role("checkbox", name=re.compile("^Show Lasso")).uncheck()


def edit_fields(page: Page) -> None:
    """Categories built, renamed, merged and deleted; fields renamed, copied, deleted and purged."""
    press(page, "Build categories…")
    sheet = page.get_by_role("dialog", name="Build categories")
    sheet.get_by_label("Cells in several").select_option(label="one category a combination")
    sheet.get_by_label("Name").fill("mine")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Colour by")).to_have_value("mine")
    page.get_by_role("checkbox", name="Page 1 & T cells", exact=True).uncheck()
    for field, purged in (("lineage", False), ("batch", True)):
        colour_by(page, field)
        choose(page, f"Edit {field}", "Delete")
        if purged:
            press(page, "Deleted fields (2)")
            press(page, f"Purge {field}")
            press(page, "Purge")
    colour_by(page, "cell_type")
    choose(page, "Edit cell_type", "Rename…")
    page.keyboard.type("Kind")
    page.keyboard.press("Enter")
    rename(page, page.get_by_role("list", name="Legend").get_by_text("HSC"), "Stem")
    press(page, "Keep view")
    choose(page, "Edit Kind", "Merge categories…")
    sheet = page.get_by_role("dialog", name="Merge categories of “Kind”")
    sheet.get_by_role("checkbox", name="Monocyte").check()
    sheet.get_by_role("checkbox", name="Neutrophil").check()
    sheet.get_by_role("button", name="Merge 2").click()
    ready(page)
    page.get_by_role("list", name="Legend").get_by_text("NK cell").hover()
    choose(page, "Edit NK cell", "Delete")
    press(page, "Keep view")
    find_gene(page, "HBB")
    choose(page, "Edit HBB", "Copy…")
    page.keyboard.type("Globin")
    page.keyboard.press("Enter")
    press(page, "Keep view")
    colour_by(page, "mine")


def open_windows(page: Page) -> None:
    """One of each kind, over the picture, with settings, where a mouse put them."""
    choose(page, "Analysis windows", "Scatter")
    scatter = page.get_by_role("region", name="Scatter")
    for axis, name in (("Horizontal", "pseudotime"), ("Vertical", "Globin")):
        scatter.get_by_label(axis).fill(name)
        scatter.get_by_label(axis).press("Enter")
    move(page, scatter.get_by_role("button", name=re.compile("^Move")), 350, 60)
    choose(page, "Analysis windows", "Distribution")
    window = page.get_by_role("region", name="Distribution")
    window.get_by_label("Field").fill("n_counts")
    window.get_by_label("Field").press("Enter")
    choose(page, "Analysis windows", "Composition")
    window = page.get_by_role("region", name="Composition")
    window.get_by_role("button", name="Pages").click()
    page.get_by_role("menuitemcheckbox", name=re.compile("T cells$")).click()
    move(page, window.get_by_role("button", name=re.compile("^Move")), 20, 340)
    move(page, window.get_by_role("button", name=re.compile("^Resize")), 40, -50)
    scatter.get_by_role("button", name=re.compile("^Move")).click()


def do_other_things(page: Page) -> None:
    """Pages, views, filters, windows and a selection, of which nothing may be left."""
    select(page, RIGHT)
    for name in ("Page 2", "Page 3", "Page 4", "Page 5"):
        press(page, "New page")
        rename(page, tab(page, name), f"Other {name}")
    select(page, BOTTOM)
    page.get_by_role("checkbox", name="B cell", exact=True).uncheck()
    page.get_by_label("Colour of HSC").fill("#ff00ff")
    for _ in range(4):
        press(page, "Keep view")
    choose(page, "Analysis windows", "Distribution")
    colour_by(page, "batch")
    choose(page, "Edit batch", "Rename…")
    page.keyboard.type("Donor")
    page.keyboard.press("Enter")
    press(page, "Lasso")
    lasso(page, LEFT)
    expect(page.get_by_test_id("candidate")).to_contain_text("cells")
    press(page, "Navigate")


def test_pages_fields_and_windows_in_place_of_others(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    show(desk, page)
    make_pages(page)
    edit_fields(page)
    open_windows(page)
    made = see(desk, page)
    overlays = made.chunk("core/field-overlays")
    assert [field["key"] for field in overlays["userDefinedFields"]] == [
        "mine", "Kind (edited)", "Globin"
    ]  # fmt: skip
    assert overlays["deletedFields"]["purged"] == ["obs:batch"]
    assert len(made.chunk("analysis/windows")["windows"]) == 3
    page.keyboard.press("Control+s")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)

    show(desk, page)
    do_other_things(page)
    other = see(desk, page)
    load_from_menu(page, file)
    expect(page.get_by_role("button", name="Undo: restore session")).to_be_visible()
    assert_same(see(desk, page), made)
    page.keyboard.press("Control+z")
    assert_same(see(desk, page), other, undone=True)
    page.keyboard.press("Control+Shift+z")
    assert_same(see(desk, page), made, undone=True)


def test_a_page_reloaded_while_a_session_arrives(desk: Desk, page: Page) -> None:
    desk.show(page)
    fresh = see(desk, page)
    file = fresh.file.with_name("many.cellucid-session")
    desk.run(_MANY.format(path=str(file)))
    page.evaluate(_RELOAD_MIDWAY)
    with page.expect_navigation():
        load_from_menu(page, file)
    assert page.evaluate("sessionStorage.getItem('left')") == "busy"
    ready(page)
    assert_same(see(desk, page), fresh)

    # It can be begun anew, and is there in whole then.
    load_from_menu(page, file)
    expect(page.get_by_text("The session is shown.")).to_be_visible(timeout=30_000)
    (found,) = desk.session().pages
    cells = [group.cells.tolist() for group in found.groups]
    assert cells == [list(range(i, 5000, 2000)) for i in range(2000)]
