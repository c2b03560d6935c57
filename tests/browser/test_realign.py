"""A session on rows that moved: said to be another, and placed by the names of its cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, expect

from cellucid_ext import CellucidSessionBundle

from .desk import Desk, dataset, press, ready
from .test_sessions import load

NAMES = dataset().obs_names
GROUPS = {"thirds": NAMES[::3], "last": NAMES[4000:], "one": NAMES[[7]]}
HIDDEN = NAMES[100:1100]
# A part of the cells in another order, and some of which the session knows nothing.
ROWS = np.random.default_rng(7).permutation(len(NAMES))[:3500]
MOVED = NAMES[ROWS].where(np.arange(len(ROWS)) >= 200, "new " + NAMES[ROWS])

_GROUP = """
viewer.highlight_cells({cells})
"""
_MOVED = """
import numpy as np
names, rows = adata.obs_names, np.random.default_rng(7).permutation(adata.n_obs)[:3500]
moved = adata[rows].copy()
moved.obs_names = names[rows].where(np.arange(len(rows)) >= 200, "new " + names[rows])
strange = moved.copy()
strange.obs_names = "other " + moved.obs_names
"""


def offer(page: Page) -> Locator:
    return page.get_by_role("button", name="Place its cells by their names")


def heading(page: Page, name: str) -> Locator:
    """What folds a part of the panel."""
    return page.get_by_role("region", name=name).get_by_role("button", name=name, exact=True)


def said_of(bundle: CellucidSessionBundle, names: pd.Index[str]) -> dict[str, object]:
    """What a session tells of cells, by their names."""
    groups = [sorted(names[group.cells]) for group in bundle.groups]
    (field,) = bundle.fields
    codes = field.codes.astype(np.int64)
    codes[codes >= len(field.categories)] = -1
    labels = np.array([*field.categories, None], dtype=object)[codes]
    return {"groups": groups, "field": dict(zip(names, labels, strict=True))}


def test_cells_are_found_by_their_names_in_other_rows(desk: Desk, page: Page) -> None:
    desk.show(page, "adata, dataset_id='cells'")
    for cells in GROUPS.values():
        desk.run(_GROUP.format(cells=NAMES.get_indexer(cells).tolist()))
    desk.run(f"viewer.set_visibility({NAMES.get_indexer(HIDDEN).tolist()}, False)")
    expect(page.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(3)
    press(page, "Build categories…")
    page.get_by_role("dialog").get_by_role("combobox").first.select_option(index=1)
    press(page, "Create field")
    ready(page)
    heading(page, "Filters").click()
    saved = desk.session()
    assert saved.path is not None
    then = said_of(saved, NAMES)
    assert then["groups"] == [sorted(cells) for cells in GROUPS.values()]

    desk.run(_MOVED)
    desk.show(page, "moved, dataset_id='cells'")
    load(page, saved.path)
    message = page.get_by_role("log", name="Messages").locator("> *").filter(has=offer(page))
    expect(message).to_contain_text("another number of cells: 5000, here 3500")
    # What is of no dataset is there, and nothing else.
    expect(heading(page, "Filters")).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_text("No groups yet")).to_be_visible()

    offer(page).press("Enter")
    expect(page.get_by_text("3,300 of its 5,000 cells were found by their names")).to_be_visible()
    ready(page)
    now = said_of(desk.session(), MOVED)
    here = set(MOVED)
    assert now["groups"] == [sorted(here & set(cells)) for cells in GROUPS.values()]
    told = then["field"]
    assert isinstance(told, dict)
    assert now["field"] == {name: told.get(name) for name in MOVED}
    hidden = len(here & set(HIDDEN))
    expect(page.get_by_test_id("showing")).to_have_text(f"Showing {3500 - hidden:,} of 3,500 cells")

    press(page, "Undo: restore session")
    expect(page.get_by_text("No groups yet")).to_be_visible()
    expect(page.get_by_test_id("showing")).to_have_text("Showing 3,500 of 3,500 cells")

    # From Python it is offered too, and where no name is common it is not.
    desk.run(f"viewer.load_session({str(saved.path)!r})")
    expect(offer(page)).to_be_visible()
    desk.show(page, "strange")
    load(page, saved.path)
    expect(page.get_by_text("it has no cell of a name that one here has")).to_be_visible()
    expect(offer(page)).to_have_count(0)
