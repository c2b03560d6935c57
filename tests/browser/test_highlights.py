"""Pages, groups and the category builder, by mouse and by keyboard, against plain sets."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, expect

from cellucid_ext import CellucidSessionBundle

from .desk import Desk, dataset, press, ready, stage
from .geometry import inside_polygon, normalised, on_screen

A, B, C = set(range(500)), set(range(400, 900)), set(range(850, 2000))
ALL = set(range(5000))


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Groups").get_by_role("listitem")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=re.compile(rf"^{re.escape(name)}, [\d,]+ cells?$"))


def add(desk: Desk, page: Page, cells: set[int]) -> None:
    """Have Python put a group on the open page."""
    before = rows(page).count()
    desk.run(f"viewer.highlight_cells({sorted(cells)})")
    expect(rows(page)).to_have_count(before + 1)


def choose(page: Page, menu: str, item: str) -> None:
    """Open a menu and take an item of it, with the keyboard."""
    page.get_by_role("button", name=menu).press("Enter")
    entry = page.get_by_role("menuitem", name=item)
    while not entry.evaluate("item => item === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def stored(bundle: CellucidSessionBundle) -> dict[str, list[set[int]]]:
    """The cells of each group of each page."""
    return {p.name: [set(group.cells.tolist()) for group in p.groups] for p in bundle.pages}


def test_pages_and_groups(desk: Desk, page: Page) -> None:
    desk.show(page)
    add(desk, page, A)
    add(desk, page, B)
    expect(rows(page).get_by_role("note")).to_have_text(["∩ 100", "∩ 100"])
    press(page, "New page")
    tab(page, "Page 2").dblclick()
    page.keyboard.type("T cells")
    page.keyboard.press("Enter")
    add(desk, page, C)

    # One tab on another, and the same by keyboard alone.
    tab(page, "T cells").drag_to(tab(page, "Page 1"))
    press(page, "In both")
    expect(tab(page, "T cells ∩ Page 1")).to_have_attribute("aria-selected", "true")
    tab(page, "T cells ∩ Page 1").press("Home")
    expect(tab(page, "Page 1")).to_be_focused()
    choose(page, "More for page Page 1", "Combine with")
    box = page.get_by_role("combobox", name="Combine “Page 1” with")
    expect(box).to_be_focused()
    box.select_option(label="T cells")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(tab(page, "Page 1 ∪ T cells")).to_have_attribute("aria-selected", "true")
    tab(page, "Page 1 ∪ T cells").press("ArrowRight")
    choose(page, "More for page Page 1", "New page of all other cells")
    expect(tab(page, "Rest of Page 1")).to_have_attribute("aria-selected", "true")
    assert stored(desk.session()) == {
        "Page 1": [A, B],
        "T cells": [C],
        "T cells ∩ Page 1": [(A | B) & C],
        "Page 1 ∪ T cells": [A | B | C],
        "Rest of Page 1": [ALL - A - B],
    }
    expect(page.get_by_text(f"{5000 - len(A | B):,} of {5000 - len(A | B):,} hi")).to_be_visible()

    # A name by F2, a colour, a group moved with the mouse and another copied by keyboard.
    tab(page, "Rest of Page 1").press("F2")
    page.keyboard.type("Others")
    page.keyboard.press("Enter")
    expect(tab(page, "Others")).to_be_focused()
    page.get_by_label("Colour of page Others").fill("#00ff00")
    tab(page, "Page 1").click()
    rows(page).first.get_by_text("From Python").drag_to(tab(page, "Others"))
    expect(rows(page)).to_have_count(1)
    choose(page, "More for From Python", "Move or copy")
    page.get_by_role("combobox", name="Put “From Python").select_option(label="T cells")
    press(page, "Copy")
    tab(page, "Page 1 ∪ T cells").click()
    choose(page, "More for page Page 1 ∪ T cells", "Delete page")
    expect(tab(page, "Page 1 ∪ T cells")).to_have_count(0)
    bundle = desk.session()
    assert [(p.name, p.color) for p in bundle.pages][-1] == ("Others", "#00ff00")
    assert stored(bundle) == {
        "Page 1": [B],
        "T cells": [C, B],
        "T cells ∩ Page 1": [(A | B) & C],
        "Others": [ALL - A - B, A],
    }
    ids = [group.id for group in bundle.groups]
    assert len(set(ids)) == len(ids)

    # All of it undone, and done again: deleted, copied, moved, gone to, coloured, renamed, …
    for _ in range(30):
        page.keyboard.press("Control+z")
    expect(page.get_by_role("tab")).to_have_count(1)
    expect(page.get_by_text("Empty")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("tab")).to_have_count(4)
    again = desk.session()
    assert [group.id for group in again.groups] == ids
    assert stored(again) == stored(bundle)


def test_groups_are_edited_cleared_and_shown(desk: Desk, page: Page) -> None:
    desk.show(page)
    add(desk, page, A)
    first = page.get_by_role("checkbox", name="Show From Python")
    choose(page, "More for From Python", "Edit cells")
    expect(page.get_by_text("being edited")).to_be_visible()
    press(page, "Cancel")
    expect(page.get_by_text("being edited")).to_have_count(0)
    rows(page).first.get_by_text("From Python").dblclick()
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")

    # Edited by a lasso, and confirmed from another page: it stays where and what it was.
    choose(page, "More for Mine", "Edit cells")
    press(page, "New page")
    expect(tab(page, "Page 2")).to_have_attribute("aria-selected", "true")
    box = stage(page).bounding_box()
    assert box is not None
    shape = [(0.05, 0.1), (0.4, 0.1), (0.4, 0.9), (0.05, 0.9)]
    path = np.array([(box["width"] * x, box["height"] * y) for x, y in shape]).round()
    page.keyboard.down("Alt")
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + path[0, 0], box["y"] + path[0, 1])
    page.mouse.down()
    for x, y in path[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.keyboard.up("Alt")
    press(page, "Confirm to Page 1")
    expect(page.get_by_text("“Mine” is on page “Page 1”")).to_be_visible()
    bundle = desk.session()
    (group,) = bundle.pages[0].groups
    state = bundle.decode_chunk("core/state")
    size, camera = state["viewport"], state["views"][0]["cameras"]["2"]
    points = normalised(np.asarray(dataset().obsm["X_umap"], dtype=np.float64))
    taken = inside_polygon(on_screen(points, camera, size["width"], size["height"]), path)
    assert 100 < taken.sum() < 4000
    assert (group.id, group.label) == ("highlight_1", "Mine")
    assert set(group.cells.tolist()) == A | set(np.flatnonzero(taken).tolist())

    # Off and on, cleared by a key, and all of its cells out of sight.
    tab(page, "Page 1").click()
    count = len(group.cells)
    first = page.get_by_role("checkbox", name="Show Mine")
    first.uncheck()
    expect(tab(page, "Page 1")).to_contain_text("0")
    first.check()
    page.keyboard.press("x")
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(rows(page)).to_have_count(1)
    desk.run(f"viewer.set_visibility({group.cells.tolist()}, False)")
    expect(page.get_by_text(f"0 of {count:,} highlighted cells visible")).to_be_visible()
    press(page, "Show them")
    expect(page.get_by_text(f"{count:,} of {count:,} highlighted cells visible")).to_be_visible()

    # However many pages there are, the tab of the one that is shown is in sight.
    for _ in range(16):
        press(page, "New page")
    for name in ("Page 18", "Page 1"):
        place = tab(page, name).bounding_box()
        around = page.get_by_role("tablist").bounding_box()
        assert place is not None
        assert around is not None
        assert around["y"] <= place["y"]
        assert place["y"] + place["height"] <= around["y"] + around["height"]
        tab(page, name).press("ArrowRight")


def label(cell: int, pages: dict[str, set[int]], rule: str) -> str | None:
    """What a cell is called by the words of the rule."""
    inside = [name for name, cells in pages.items() if cell in cells]
    if len(inside) < 2:
        return inside[0] if inside else None
    return {
        "go to the first": inside[0],
        "go to the last": inside[-1],
        "get a label of their own": "both",
        "one category a combination": " & ".join(inside),
    }[rule]


def test_pages_become_categories(desk: Desk, page: Page) -> None:
    desk.show(page)
    pages = {"Page 1": A, "Page 2": B, "Page 3": C}
    for name, cells in pages.items():
        if name != "Page 1":
            press(page, "New page")
        add(desk, page, cells)
    press(page, "New page")
    for cells in (A, B):
        add(desk, page, cells)

    rules = {
        "first": ("go to the first", None),
        "last": ("go to the last", "rest"),
        "apart": ("get a label of their own", None),
        "each": ("one category a combination", "rest"),
    }
    for name, (rule, rest) in rules.items():
        press(page, "Build categories…")
        sheet = page.get_by_role("dialog", name="Build categories")
        sheet.get_by_role("checkbox", name="Page 4").uncheck()
        sheet.get_by_label("Cells in several").select_option(label=rule)
        if rule == "get a label of their own":
            sheet.get_by_label("Label of cells in several").fill("both")
        if rest is not None:
            sheet.get_by_label("Cells in none").select_option(label="get a label")
            sheet.get_by_label("Label of cells in none").fill(rest)
        sheet.get_by_label("Name").fill("cell_type")
        expect(sheet.get_by_role("button", name="Create field")).to_be_disabled()
        sheet.get_by_label("Name").fill(name)
        counts = pd.Series([label(cell, pages, rule) or rest or "No value" for cell in ALL])
        preview = sheet.get_by_role("list", name="What it will be").get_by_role("listitem")
        told = dict(text.split("\n") for text in preview.all_inner_texts())
        expected = counts.value_counts().to_dict()
        assert {key: n for key, n in told.items() if n != "0"} == {
            key: f"{n:,}" for key, n in expected.items()
        }
        page.keyboard.press("Enter")
        expect(sheet).to_be_hidden()
        ready(page)
        expect(page.get_by_role("region", name="Legend")).to_contain_text(name)

    press(page, "Build categories…")
    page.get_by_role("combobox", name="From", exact=True).select_option(label="Groups of “Page 4”")
    page.get_by_role("textbox", name="Name").fill("groups")
    press(page, "Create field")
    ready(page)

    # With the mouse a category is hidden, as of any other field.
    page.get_by_role("checkbox", name="From Python (500 cells)", exact=True).uncheck()
    expect(page.get_by_test_id("showing")).to_have_text("Showing 4,500 of 5,000 cells")

    bundle = desk.session()
    colors = {p.name: p.color for p in bundle.pages}
    assert len(set(colors.values())) == 4
    obs = bundle.apply_to_anndata(dataset(), inplace=False)
    for name, (rule, rest) in rules.items():
        want = pd.Series([label(cell, pages, rule) or rest for cell in range(5000)], dtype=object)
        column = obs.obs[name]
        got = column.astype(object).where(column.notna(), None)
        assert got.tolist() == want.tolist()
        drawn = dict(zip(column.cat.categories, obs.uns[f"{name}_colors"], strict=True))
        assert {key: drawn[key] for key in pages} == {key: colors[key] for key in pages}
    joint = {" & ".join(names) for n in (2, 3) for names in combinations(pages, n)}
    assert set(obs.obs["each"].cat.categories) & joint == {"Page 1 & Page 2", "Page 2 & Page 3"}
    groups = obs.obs["groups"]
    first, second = groups.cat.categories
    assert set(np.flatnonzero(groups == first)) == A
    assert set(np.flatnonzero(groups == second)) == B - A
