"""A real JupyterLab for a module, and a browser's page for a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cellucid_ext.check.server import OwnServer

from ..browser.fixtures import browser, jp_asyncio_loop, jp_server_cleanup, page
from ..browser.lab import QUIET
from .outputs import Output, write_outputs

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "page"]


def lab_server(folder: Path, *arguments: str) -> OwnServer:
    """A JupyterLab as it is installed, with nobody's configuration, that asks for no news."""
    for name, values in QUIET.items():
        path = folder / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    return OwnServer(
        ["--LabApp.expose_app_in_browser=True", *arguments],
        app="jupyterlab",
        environment={
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        },
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with lab_server(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture(scope="module")
def _lab_page(browser: Browser, server: OwnServer) -> Iterator[Page]:
    with opened_lab(browser, server) as page:
        yield page


@pytest.fixture
def lab_page(_lab_page: Page) -> Iterator[Page]:
    """JupyterLab with nothing open, the same for a whole module: it takes long to load."""
    yield _lab_page
    _lab_page.unroute_all()
    _lab_page.evaluate("""() => {
      const { shell } = window.jupyterapp;
      for (const area of ['main', 'down']) {
        [...shell.widgets(area)].forEach(widget => widget.dispose());
      }
    }""")


@contextmanager
def opened_lab(browser: Browser, server: OwnServer) -> Iterator[Page]:
    """Open JupyterLab in a browser's page."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{server.url}lab?token={server.token}&reset")
    page.wait_for_function("window.jupyterapp", timeout=60_000)
    page.evaluate("window.jupyterapp.restored.then(() => null)")
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)
    yield page
    context.close()


class OpenNotebook:
    """A notebook of cells with outputs that were made elsewhere: Jupyter does not trust it.

    It has no kernel, which none of it needs.
    """

    def __init__(self, page: Page, server: OwnServer, outputs: list[Output]) -> None:
        self.page = page
        write_outputs(server.root / "shared.ipynb", outputs)
        no_kernel = {"shouldStart": False, "autoStartDefault": False}
        self.run("docmanager:open", {"path": "shared.ipynb", "kernelPreference": no_kernel})
        self.notebook = page.locator(".jp-Notebook")
        self.cells = self.notebook.locator(".jp-Notebook-cell")
        self.outputs = self.notebook.locator(".cellucid-Viewer")
        expect(self.cells.first).to_be_visible()

    def run(self, command: str, arguments: dict[str, Any] | None = None) -> None:
        """Run one of JupyterLab's commands."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [command, arguments or {}],
        )


@pytest.fixture
def open_notebook(lab_page: Page, server: OwnServer) -> Callable[..., OpenNotebook]:
    return lambda *outputs: OpenNotebook(lab_page, server, list(outputs))
