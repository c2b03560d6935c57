"""The whole job without a mouse, and what `axe` says of every part of the page."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from .desk import Desk, dataset, press, ready


@pytest.fixture
def keyboard_only(page: Page) -> Page:
    """A page on which a mouse does nothing."""
    page.add_init_script(
        """for (const name of ["click", "pointerdown", "mousedown", "wheel"])
          addEventListener(name, event => event.isTrusted && event.detail && (
            event.preventDefault(), event.stopImmediatePropagation()), true);"""
    )
    return page


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    wanted.wait_for()
    for _ in range(150):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of Tabs leads to {wanted}")


def serious(page: Page, where: str) -> list[str]:
    """The serious faults that `axe` finds, each with the place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{where}: {fault['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def test_the_whole_job_by_keyboard_alone(desk: Desk, keyboard_only: Page) -> None:
    page = desk.show(keyboard_only)
    keys = page.keyboard

    # Choose a field.
    tab_to(page, page.get_by_role("combobox", name="Colour by"))
    keys.press("Control+A")
    keys.type("batch")
    keys.press("Enter")
    ready(page)
    expect(page.get_by_role("heading", name="batch")).to_be_visible()

    # Hide a category.
    tab_to(page, page.get_by_role("checkbox", name="b2", exact=True))
    keys.press("Space")
    obs = dataset().obs
    shown = (obs["batch"] != "b2").to_numpy()
    expect(page.get_by_test_id("showing")).to_have_text(f"Showing {shown.sum():,} of 5,000 cells")

    # Select by a condition.
    tab_to(page, page.get_by_role("button", name="By name"))
    keys.press("Enter")
    form = page.get_by_role("form", name="By name")
    tab_to(page, form.get_by_role("radio", name="Condition"))
    keys.press("Enter")
    tab_to(page, form.get_by_role("textbox", name="Condition"))
    keys.type("pseudotime > 0.75 & (batch == b1 | batch == b2)")
    keys.press("Enter")
    high = ((obs["pseudotime"] > np.float32(0.75)) & (obs["batch"] == "b1")).to_numpy()
    expect(page.get_by_test_id("candidate")).to_contain_text(f"{high.sum():,} cells")
    keys.press("Escape")
    tab_to(page, page.get_by_role("button", name="Confirm"))
    keys.press("Enter")

    # Build a category of the page, and bring it to Python.
    tab_to(page, page.get_by_role("button", name=re.compile("^Build categories")))
    keys.press("Enter")
    name = page.get_by_role("dialog").get_by_label(re.compile("^Name"))
    tab_to(page, name)
    keys.press("Control+A")
    keys.type("late")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Create"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="late")).to_be_visible()

    out = desk.session().apply_to_anndata(dataset())
    np.testing.assert_array_equal(out.obs["cellucid_highlight__highlight_1"], high)
    expected = pd.Series(np.where(high, "Page 1", None), index=obs.index, dtype=object)
    np.testing.assert_array_equal(out.obs["late"].astype(object).fillna(""), expected.fillna(""))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(desk: Desk, page: Page, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    desk.show(page)
    faults = serious(page, "at first")
    # With all that can be open at a time.
    press(page, "Summary")
    press(page, "Keep view")
    press(page, "Analysis windows")
    faults += serious(page, "a menu")
    page.get_by_role("menuitem", name="Composition").click()
    press(page, "Annotation")
    faults += serious(page, "a tool and a window")
    press(page, "By name")
    faults += serious(page, "by name")
    page.get_by_role("combobox", name="Gene").fill("H")
    faults += serious(page, "genes")
    page.get_by_role("combobox", name="Gene").press("Enter")
    ready(page)
    faults += serious(page, "numbers")
    for opener in ("Keyboard shortcuts", "About this dataset", "Build categories…"):
        press(page, opener)
        faults += serious(page, opener)
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 400, "height": 700})
    ready(page)
    faults += serious(page, "narrow")
    assert faults == []
