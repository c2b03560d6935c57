"""A real JupyterLab for a module, and a browser's page for a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

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


class OpenNotebook:
    """A notebook of cells with outputs that were made elsewhere: Jupyter does not trust it."""

    def __init__(self, page: Page, server: OwnServer, outputs: list[Output]) -> None:
        self.page = page
        write_outputs(server.root / "shared.ipynb", outputs)
        page.goto(f"{server.url}lab/tree/shared.ipynb?token={server.token}&reset")
        self.notebook = page.locator(".jp-Notebook")
        self.cells = self.notebook.locator(".jp-Notebook-cell")
        self.outputs = self.notebook.locator(".cellucid-Viewer")
        expect(self.cells.first).to_be_visible(timeout=60_000)
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        # A server that is stopped while it starts a kernel hangs for a minute.
        expect(page.locator("[data-status=idle]").first).to_be_attached(timeout=60_000)

    def run(self, command: str, arguments: dict[str, Any] | None = None) -> None:
        """Run one of JupyterLab's commands."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [command, arguments or {}],
        )


@pytest.fixture
def open_notebook(page: Page, server: OwnServer) -> Callable[..., OpenNotebook]:
    return lambda *outputs: OpenNotebook(page, server, list(outputs))
