"""Make the pictures of the documentation from the real thing: ``python docs/screenshots.py``.

Starts JupyterLab on the demo, works in it with a mouse, and writes PNG files beside this script.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.browser import chromium  # noqa: E402
from tests.browser.lab import LabNotebook, draw_lasso, jupyterlab, write_notebook  # noqa: E402

SHOW = """from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset

adata = make_dataset()
viewer = show_anndata(adata, dataset_name="Demo")"""
CAPTURE = """bundle = viewer.get_session_bundle(timeout=60)
adata = bundle.apply_to_anndata(adata)
adata.obs["cellucid_highlight__highlight_1"].value_counts()"""

LASSO = [(0.52, 0.2), (0.75, 0.15), (0.9, 0.4), (0.8, 0.6), (0.6, 0.5)]


def take(browser: Browser, theme: str, name: str, width: int, height: int) -> None:
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
        viewer.get_by_role("combobox", name="Colour by").select_option(label="cell_type")
        if narrow:
            page.screenshot(path=HERE / f"{name}-panel.png")
            viewer.get_by_role("button", name="Hide panel").first.click()
        viewer.get_by_role("button", name="Lasso").click()
        draw_lasso(page, viewer, LASSO)
        viewer.get_by_role("button", name="Confirm").click()
        lab.frame_element(0).scroll_into_view_if_needed()
        page.mouse.move(2, 2)
        page.screenshot(path=HERE / f"{name}.png")
        page.close()


def main() -> None:
    """Take all pictures."""
    with chromium.launch() as browser:
        take(browser, "JupyterLab Light", "viewer-light", 1200, 900)
        take(browser, "JupyterLab Dark", "viewer-dark", 1200, 900)
        take(browser, "JupyterLab Light", "viewer-narrow", 480, 900)


if __name__ == "__main__":
    main()
