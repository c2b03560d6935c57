"""A notebook in a real JupyterLab, used as a person uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import nbformat
import numpy as np
from playwright.sync_api import FrameLocator, Locator, Page, expect

from cellucid_ext.check.server import OwnServer

QUIET = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


@contextmanager
def jupyterlab(folder: Path, theme: str = "JupyterLab Light") -> Iterator[OwnServer]:
    """Start JupyterLab on a folder; nothing asks for news, the theme is set."""
    settings = folder / "settings"
    themes = {"@jupyterlab/apputils-extension/themes.jupyterlab-settings": {"theme": theme}}
    for name, values in (QUIET | themes).items():
        path = settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    root = folder / "root"
    root.mkdir(exist_ok=True)
    environment = {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    with OwnServer(app="jupyterlab", root=root, environment=environment) as server:
        yield server


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


class Address(Protocol):
    """Where a Jupyter server is, and the token that opens it; a Hub passes that over."""

    @property
    def url(self) -> str: ...
    @property
    def token(self) -> str: ...


class LabNotebook:
    """One notebook, open in JupyterLab in one tab of the browser."""

    def __init__(self, page: Page, server: Address, name: str, *, simple: bool = True) -> None:
        self.page = page
        page.set_default_timeout(30_000)
        mode = "doc" if simple else "lab"
        page.goto(f"{server.url}{mode}/tree/{name}?token={server.token}&reset")
        self.cells = page.locator(".jp-Notebook-cell")
        expect(page.get_by_text(re.compile(r"Python 3.*\| Idle"))).to_be_visible(timeout=60_000)

    def start(self, cell: int) -> None:
        """Start a cell."""
        self.cells.nth(cell).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        prompt = self.cells.nth(cell).locator(".jp-InputPrompt")
        expect(prompt).not_to_have_text("[ ]:")

    def wait(self, cell: int, *, seconds: float = 90) -> None:
        """Wait until a cell that was started has ended."""
        prompt = self.cells.nth(cell).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=seconds * 1000)

    def run(self, cell: int, *, seconds: float = 90) -> str:
        """Run a cell to its end; returns the text it printed."""
        self.start(cell)
        self.wait(cell, seconds=seconds)
        return self.text(cell)

    def text(self, cell: int) -> str:
        """Text in a cell's output area, error tracebacks included."""
        return "\n".join(
            self.cells.nth(cell).locator(".jp-OutputArea-output pre").all_inner_texts()
        )

    def frame_element(self, cell: int) -> Locator:
        """The viewer's iframe in the output of a cell."""
        return self.cells.nth(cell).locator("iframe[srcdoc]")

    def viewer(self, cell: int, *, seconds: float = 60) -> FrameLocator:
        """The viewer's document in the output of a cell, once it has drawn its cells."""
        frame = self.frame_element(cell).content_frame
        expect(frame.locator("html")).to_have_attribute(
            "data-state", "ready", timeout=seconds * 1000
        )
        return frame


def draw_lasso(page: Page, viewer: FrameLocator, shape: list[tuple[float, float]]) -> np.ndarray:
    """Drag a closed path given in fractions of the stage; returns it in the stage's pixels."""
    box = viewer.get_by_test_id("stage").bounding_box()
    assert box is not None
    path = np.array([(box["width"] * x, box["height"] * y) for x, y in shape]).round()
    page.mouse.move(box["x"] + path[0, 0], box["y"] + path[0, 1])
    page.mouse.down()
    for x, y in path[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    return path
