"""Pages that draw the same points otherwise: bare WebGL, and the engines of two other viewers.

The engines come from npm into a cache of the benchmark, where the vite that builds the viewer's own
page bundles them; a server of files on loopback has the pages and the points.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from ..peers import CACHE

PAGES: Final = Path(__file__).parent / "pages"
BARE: Final = "bare"
ENGINES: Final = {"regl-scatterplot": "1.16.0", "embedding-atlas": "0.26.0"}
"""Packages of npm: the first draws in jupyter-scatter."""

_VITE = Path(__file__).parents[2] / "labextension/node_modules/vite/bin/vite.js"
_HTML = """<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<body></body>
<script type="module" src="{name}.js"></script>
"""


def _run(command: list[str], folder: Path) -> None:
    bin_folder = Path(sys.executable).parent
    path = os.pathsep.join([str(bin_folder), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed: {done.stderr[-2000:]}")


def _installed(cache: Path) -> Path:
    """Give a folder whose `node_modules` has the engines."""
    wanted = json.dumps({"private": True, "dependencies": ENGINES})
    folder = cache / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    package, done = folder / "package.json", folder / "installed"
    with FileLock(cache / "engines.lock"):
        if not done.exists() or done.read_text() != wanted:
            package.write_text(wanted)
            # The peers of embedding-atlas are for parts of it that nothing here uses.
            options = ["--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"]
            _run(["npm", "install", *options], folder)
            done.write_text(wanted)
    return folder


def _built(folder: Path, names: Sequence[str]) -> Path:
    """Bundle pages in a folder; returns the one to be served."""
    for source in PAGES.iterdir():
        shutil.copy(source, folder)
    (folder / "pages.json").write_text(json.dumps(names))
    if set(names) & set(ENGINES):
        (folder / "node_modules").symlink_to(_installed(CACHE) / "node_modules")
    _run(["node", str(_VITE), "build"], folder)
    for name in names:
        (folder / "dist" / f"{name}.html").write_text(_HTML.format(name=name))
    return folder / "dist"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing of each request."""


class Engines:
    """The pages, on a server of their own.

    Parameters
    ----------
    folder
        What is served.
    port
        Where.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port

    def put(self, n: int, points: bytes, codes: bytes) -> None:
        """Lay out the points of so many cells: two float32 each, and a category of a byte."""
        (self._folder / f"{n}.points").write_bytes(points)
        (self._folder / f"{n}.codes").write_bytes(codes)

    def address(self, name: str, n: int, width: int, height: int, size: float) -> str:
        """Give the page that draws them in a canvas of this size, as points of this diameter."""
        asked = f"n={n}&width={width}&height={height}&size={size}"
        return f"http://127.0.0.1:{self._port}/{name}.html?{asked}"


@contextlib.contextmanager
def engines(*names: str) -> Iterator[Engines]:
    """Build the pages of these names and serve them for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="cellucid-engines-") as name:
        folder = _built(Path(name), names)
        handler = functools.partial(_Quiet, directory=str(folder))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield Engines(folder, server.server_port)
            finally:
                server.shutdown()
                thread.join()
