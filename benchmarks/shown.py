"""A dataset shown by a real kernel of a real server, and read as its page reads it.

On Linux only, where a process's peak of memory can be set back.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import time
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cellucid_ext.check.browser import Browser
from cellucid_ext.check.notebook import Notebook
from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE

from .serving import PIECE

OPENING = (
    *("dataset_identity.json", "obs_manifest.json", "var_manifest.json"),
    *("points_2d.bin", "obs/cell_type.codes.u8"),
)
"""What a page asks for until the cells of `synthetic` are drawn, coloured by a category."""

_PATIENCE_SECONDS = 1800

MEMORY = """
import ctypes, gc
def _memory(what):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(what))
def mark():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _memory("VmRSS")
def peak():
    return _memory("VmHWM")
"""
"""`mark` sets the peak back to what is held now and gives that; `peak` gives what it rose to."""

LOAD = """
import queue
heard = queue.Queue()
viewer.register_hook("session_restored", heard.put)
viewer.register_hook("command_error", heard.put)
viewer.load_session({path!r})
told = heard.get(timeout=120)
assert told["type"] == "session_restored" and not told["skipped"], told
"""
"""Has a viewer show a session, all of it."""

_BEGIN = f"""
import json, sys, threading, time
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from benchmarks import synthetic
from cellucid_ext import show, show_anndata
{MEMORY}
def wait_until_built():
    for thread in threading.enumerate():
        if thread.name == "cellucid-genes":
            thread.join({_PATIENCE_SECONDS})
"""


@dataclass(frozen=True)
class Answer:
    """A file as it came."""

    content: bytes
    wire_bytes: int
    seconds: float


class Page:
    """Asks for the files of a viewer's dataset, gzipped where the server likes, on one connection.

    Parameters
    ----------
    server
        The Jupyter server.
    viewer_id
        The viewer.
    began
        When it began to be shown, in seconds since the epoch.
    """

    def __init__(self, server: OwnServer, viewer_id: str, began: float) -> None:
        parts = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(
            parts.netloc, timeout=_PATIENCE_SECONDS, blocksize=PIECE
        )
        self._path = f"{parts.path}{NAMESPACE}/viewers/{viewer_id}/data/"
        self._headers = {"Authorization": f"token {server.token}", "Accept-Encoding": "gzip"}
        self.began = began

    def read(self, path: str) -> Answer:
        """Read one file."""
        begin = time.perf_counter()
        self._connection.request("GET", self._path + quote(path), headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status} {body[:300]!r}")
        zipped = answer.getheader("Content-Encoding") == "gzip"
        content = zlib.decompress(body, wbits=31) if zipped else body
        return Answer(content, len(body), time.perf_counter() - begin)

    def gene(self, number: int) -> Answer:
        """Read one gene of `synthetic`."""
        return self.read(f"var/gene{number}.values.f32")

    def genes(self, numbers: Iterable[int]) -> list[float]:
        """Read genes one after the other; returns the seconds each took."""
        return [self.gene(number).seconds for number in numbers]

    def open(self) -> tuple[dict[str, Answer], float]:
        """Read what is needed to draw; gives the files, and the seconds since it was shown."""
        files = {path: self.read(path) for path in OPENING}
        return files, time.time() - self.began


class Kernel:
    """A kernel in which `synthetic`, `show_anndata`, `show`, `mark` and `peak` are there."""

    def __init__(self, server: OwnServer, notebook: Notebook) -> None:
        self._server, self._notebook = server, notebook

    async def run(self, code: str) -> str:
        """Run a cell; returns what it printed."""
        output = await self._notebook.run(code)
        if output.error:
            raise RuntimeError(f"the kernel's cell failed: {output.error}")
        return output.text

    async def ask(self, code: str) -> Any:
        """Run a cell; returns the JSON that is the last line it printed."""
        return json.loads((await self.run(code)).splitlines()[-1])

    async def show(self, what: str) -> Page:
        """Show what an expression gives as ``viewer``, instead of what was shown before."""
        viewer_id, began = await self.ask(
            "if 'viewer' in globals(): viewer.stop(); del viewer\n"
            "before, began = mark(), time.time()\n"
            f"viewer = {what}\nprint(json.dumps([viewer.viewer_id, began]))"
        )
        return Page(self._server, viewer_id, began)

    async def extra_bytes(self) -> int:
        """Say how much more the kernel held at a time than before what is shown was shown."""
        extra: int = await self.ask("print(peak() - before)")
        return extra

    async def built(self) -> float:
        """Wait until the genes of what is shown are in order, as far as there is room for that.

        Returns
        -------
        float
            The seconds that took.
        """
        seconds: float = await self.ask(
            "began = time.time(); wait_until_built(); print(time.time() - began)"
        )
        return seconds


@contextlib.asynccontextmanager
async def kernel_of(server: OwnServer, before: str = "") -> AsyncIterator[Kernel]:
    """Start a kernel, in which everything was used once, and end it with the block.

    Parameters
    ----------
    server
        The Jupyter server it belongs to.
    before
        What it runs before anything is loaded.
    """
    browser = Browser(server.url)
    await browser.log_in(server.token)
    notebook = Notebook(browser, timeout=_PATIENCE_SECONDS)
    await notebook.start()
    try:
        kernel = Kernel(server, notebook)
        await kernel.run(before + _BEGIN)
        page = await kernel.show("show_anndata(synthetic.in_memory(1000, 100))")
        await asyncio.to_thread(page.open)
        await asyncio.to_thread(page.gene, 1)
        yield kernel
    finally:
        await notebook.stop()
