"""Make the pictures of the documentation from the real thing: ``python docs/screenshots.py``.

Starts JupyterLab on the demo, works in it with a mouse, and writes PNG files beside this script.
``python docs/screenshots.py FOLDER`` writes a picture of each panel and tool into a folder instead,
light and dark, wide and narrow, to look through after a change.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.browser import chromium  # noqa: E402
from tests.browser.desk import (  # noqa: E402
    Desk,
    colour_by,
    open_desk,
    press,
    ready,
    stage,
)
from tests.browser.lab import LabNotebook, draw_lasso, jupyterlab, write_notebook  # noqa: E402

SHOW = """from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset

adata = make_dataset()
viewer = show_anndata(adata, dataset_name="Demo")"""
CAPTURE = """bundle = viewer.get_session_bundle(timeout=60)
adata = bundle.apply_to_anndata(adata)
adata.obs["cellucid_highlight__highlight_1"].value_counts()"""

LASSO = [(0.52, 0.2), (0.75, 0.15), (0.9, 0.4), (0.8, 0.6), (0.6, 0.5)]
LEFT = [(0.02, 0.2), (0.35, 0.2), (0.35, 0.7), (0.02, 0.7)]
LOWER = [(0.5, 0.6), (0.8, 0.6), (0.8, 0.95), (0.5, 0.95)]
WIDE, NARROW = (1280, 860), (400, 760)


def in_lab(browser: Browser, theme: str, name: str, width: int, height: int) -> None:
    """Do the main job in one theme and size, and take its picture."""
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder), theme) as server:
        write_notebook(server.root / "demo.ipynb", [SHOW, CAPTURE])
        page = browser.new_page(viewport={"width": width, "height": height})
        lab = LabNotebook(page, server, "demo.ipynb")
        lab.run(0)
        viewer = lab.viewer(0)
        closed = viewer.get_by_role("button", name="Show panel")
        narrow = closed.count() > 0
        if narrow:
            closed.click()
        colour_by(viewer, "cell_type")
        if narrow:
            page.screenshot(path=HERE / f"{name}-panel.png")
            viewer.get_by_role("button", name="Hide panel").first.click()
        viewer.get_by_role("button", name="Lasso").click()
        draw_lasso(page, viewer, LASSO)
        viewer.get_by_role("button", name="Confirm", exact=True).click()
        lab.frame_element(0).scroll_into_view_if_needed()
        page.mouse.move(2, 2)
        page.screenshot(path=HERE / f"{name}.png")
        page.close()


def drag(page: Page, path: list[tuple[float, float]], *, end: bool = True) -> None:
    """Drag over the picture, along places given in fractions of it."""
    box = stage(page).bounding_box()
    assert box is not None
    for i, (x, y) in enumerate(path):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
        if i == 0:
            page.mouse.down()
    if end:
        page.mouse.up()


def gene(page: Page, name: str) -> None:
    """Colour by a gene."""
    box = page.get_by_role("combobox", name="Gene")
    box.fill(name)
    box.press("Enter")
    ready(page)


def numbers(page: Page) -> None:
    """Filter a column of numbers for a range."""
    colour_by(page, "pseudotime")
    ready(page)
    page.get_by_role("slider").first.press("PageUp")
    page.get_by_role("slider").first.press("PageUp")


def filters(page: Page) -> None:
    """Set three filters, one of them off."""
    page.get_by_role("checkbox", name="Erythroblast").uncheck()
    numbers(page)
    gene(page, "HBB")
    page.get_by_role("slider").last.press("PageDown")
    page.get_by_role("region", name="Filters").get_by_role("checkbox").first.uncheck()


def lasso(page: Page) -> None:
    """Draw a lasso, not ended yet."""
    press(page, "Lasso")
    drag(page, LASSO, end=False)


def proximity(page: Page) -> None:
    """Drag a radius, not ended yet."""
    press(page, "Proximity")
    drag(page, [(0.3, 0.42), (0.4, 0.5)], end=False)


def knn(page: Page) -> None:
    """Drag steps along the graph, whose edges are drawn."""
    stage(page).press("e")
    press(page, "KNN")
    drag(page, [(0.3, 0.42), (0.4, 0.42)], end=False)


def annotation(page: Page) -> None:
    """Drag a range around a cell's value."""
    colour_by(page, "pseudotime")
    ready(page)
    press(page, "Annotation")
    drag(page, [(0.3, 0.42), (0.3, 0.35)], end=False)


def by_name(page: Page) -> None:
    """Select by a condition."""
    press(page, "By name")
    page.get_by_role("radio", name="Condition").click()
    page.get_by_role("textbox", name="Condition").fill('HBB > 2 & cell_type == "Erythrocyte"')
    page.get_by_role("textbox", name="Condition").press("Enter")
    page.get_by_test_id("candidate").get_by_text("cells").wait_for()


def groups(page: Page) -> None:
    """Make two pages with groups."""
    for shape in (LASSO, LEFT):
        press(page, "Lasso")
        drag(page, shape)
        press(page, "Confirm")
    press(page, "New page")
    drag(page, LOWER)
    press(page, "Confirm")
    press(page, "Navigate")


def builder(page: Page) -> None:
    """Begin to make categories of pages."""
    groups(page)
    press(page, "Build categories…")
    page.get_by_role("dialog").wait_for()


def views(page: Page) -> None:
    """Keep three views beside the live one."""
    press(page, "Keep view")
    gene(page, "HBB")
    press(page, "Keep view")
    stage(page).press("3")
    colour_by(page, "cell_type")
    press(page, "Keep view")
    colour_by(page, "pseudotime")
    ready(page)


def windows(page: Page) -> None:
    """Open all three analysis windows."""
    groups(page)
    places = {"Composition": (0, 0), "Distribution": (390, -24), "Scatter": (160, 300)}
    for kind, (dx, dy) in places.items():
        press(page, "Analysis windows")
        page.get_by_role("menuitem", name=kind).click()
        window = page.get_by_role("region", name=kind, exact=True)
        axes = {"Distribution": ["Field"], "Scatter": ["Horizontal", "Vertical"]}.get(kind, [])
        for axis, name in zip(axes, ["pseudotime", "HBB"], strict=False):
            window.get_by_label(axis).fill(name)
            window.get_by_label(axis).press("Enter")
        title = window.get_by_role("button", name=f"Move {kind}").bounding_box()
        assert title is not None
        at = (title["x"] + 60, title["y"] + 12)
        page.mouse.move(*at)
        page.mouse.down()
        page.mouse.move(at[0] + dx, at[1] + dy, steps=3)
        page.mouse.up()


def summary(page: Page) -> None:
    """Have it told what the page's cells are."""
    groups(page)
    press(page, "Summary")
    page.get_by_text("Largest differences").wait_for()


def shortcuts(page: Page) -> None:
    """List all keys."""
    stage(page).press("?")
    page.get_by_role("dialog").wait_for()


def panel(page: Page) -> None:
    """Open the side panel, where it is closed at first."""
    if page.get_by_role("button", name="Show panel").count():
        press(page, "Show panel")


def save(page: Page) -> None:
    """Open what saves a session."""
    groups(page)
    press(page, "Session")
    page.get_by_role("menuitem", name="Save").click()
    page.get_by_role("dialog").wait_for()


def share(page: Page) -> None:
    """Open what shares data and session."""
    groups(page)
    press(page, "Session")
    page.get_by_role("menuitem", name="Share").click()
    page.get_by_role("dialog").wait_for()


SCENES: tuple[Callable[[Page], None], ...] = (
    panel,
    numbers,
    filters,
    lasso,
    proximity,
    knn,
    annotation,
    by_name,
    groups,
    builder,
    views,
    windows,
    summary,
    save,
    share,
    shortcuts,
)
BEST = (views, builder, windows, save)
"""Those that the documentation shows."""


def take(
    desk: Desk, browser: Browser, scene: Callable[[Page], None], theme: str, path: Path
) -> None:
    """Set a scene on a fresh page, and take its picture."""
    narrow = path.stem.endswith("narrow")
    size = NARROW if narrow else WIDE
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    desk.show(page)
    if narrow:
        panel(page)
    scene(page)
    page.screenshot(path=path)
    context.close()


def main() -> None:
    """Take the pictures of the documentation, or all into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where all of them go")
    to = parser.parse_args().folder
    with (
        tempfile.TemporaryDirectory() as folder,
        open_desk(Path(folder)) as desk,
        chromium.launch() as browser,
    ):
        desk.begin()
        if to is not None:
            for scene in SCENES:
                for theme in ("light", "dark"):
                    take(desk, browser, scene, theme, to / f"{scene.__name__}-{theme}.png")
                if scene in (panel, numbers, filters, by_name, shortcuts):
                    take(desk, browser, scene, "dark", to / f"{scene.__name__}-narrow.png")
            return
        for scene in BEST:
            take(desk, browser, scene, "light", HERE / f"{scene.__name__}.png")
    with chromium.launch() as browser:
        in_lab(browser, "JupyterLab Light", "viewer-light", 1200, 900)
        in_lab(browser, "JupyterLab Dark", "viewer-dark", 1200, 900)
        in_lab(browser, "JupyterLab Light", "viewer-narrow", 480, 900)


if __name__ == "__main__":
    main()
