"""The viewer's page in headless Chromium, drawn in software: how long what a person does takes.

The floor, drawn in turn in the same browser, is the same points in the same size on a canvas of
the same size, by one bare `gl.POINTS` call: opaque squares, nothing blended. Beside it the engines
of jupyter-scatter and embedding-atlas draw them too, where they run there. A frame is timed until
a pixel of it can be read. The server, the kernel that has the data, and the mouse are real ones.
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE

from ..apply import N_FIELDS, N_GROUPS
from ..chromium import chromium
from ..shown import Kernel, kernel_of
from ..table import Table
from . import ours
from .engines import BARE, ENGINES, Engines, engines
from .watched import NotDrawnError, Watched, watched

_FRAME, _FIRST, _RECOLOUR, _MOVE, _SELECT, _SESSION, _WIRE = 1.3, 2, 60, 16, 150, 1, 250
"""Targets: × of bare, × of bare, ms beyond a frame, ms, ms, s, kB."""

_LARGE: Final = 2_000_000
"""Above so many cells the viewer draws fewer while it moves."""


@dataclass(frozen=True)
class _Sizes:
    """How many cells are drawn; of `used` the lasso, colours and sessions are measured, too."""

    drawn: tuple[int, ...]
    used: int
    rounds: int


_FULL = _Sizes((100_000, 1_000_000, 5_000_000), 1_000_000, 7)
_QUICK = _Sizes((2000,), 2000, 2)


@dataclass(frozen=True)
class _Place:
    """Where pages come from and are opened."""

    server: OwnServer
    kernel: Kernel
    browser: Browser
    others: Engines

    async def shown(self, n: int) -> str:
        """Show so many cells in the viewer and lay them out for the others; gives its address."""
        made = f"show_anndata(synthetic.table({n}, 2), dataset_id='benchmark')"
        page = await self.kernel.show(made)
        points = await asyncio.to_thread(page.read, "points_2d.bin")
        codes = await asyncio.to_thread(page.read, "obs/cell_type.codes.u8")
        self.others.put(n, points.content, codes.content)
        viewer_id = await self.kernel.ask("print(json.dumps(viewer.viewer_id))")
        path = f"{NAMESPACE}/viewers/{viewer_id}/page?token={self.server.token}"
        return f"{self.server.url}{path}"

    async def other(self, name: str, viewer: Watched) -> Watched:
        """Open a page that draws the same, of the same size, as the viewer did when it opened."""
        if not viewer.point_size:
            raise RuntimeError("the viewer's shader has no uniform that tells the size of a point")
        other = await watched(self.browser, viewer.n)
        columns, rows = int(viewer.canvas["columns"]), int(viewer.canvas["rows"])
        await other.open(self.others.address(name, viewer.n, columns, rows, viewer.point_size))
        return other


async def _draw(table: Table, place: _Place, viewer: Watched, address: str, rounds: int) -> float:
    """Open the viewer and note its frames beside bare ones, drawn in turn; gives its own, in ms."""
    firsts = await ours.first_pixels(viewer, address, min(rounds, 3))
    bare = await place.other(BARE, viewer)
    frames, floor = [], []
    for _ in range(rounds):
        frames.append((await viewer.dragged())[-1].took)
        floor.append((await bare.dragged())[-1].took)
    uploads = [await bare.page.evaluate("first()") for _ in range(rounds)]
    await bare.page.close()
    mine, least = statistics.median(frames), statistics.median(floor)
    first, upload = statistics.median(firsts), statistics.median(uploads)
    name = f"{viewer.n:,} cells"
    table.add(f"{name}: a frame, of a bare one", mine / least, "×", _FRAME)
    table.add(f"{name}: a frame", mine, "ms")
    table.add(f"{name}: a bare frame (floor)", least, "ms")
    if viewer.n > _LARGE:
        moving = [frame.took for frame in (await viewer.dragged(1 + rounds))[:-1]]
        table.add(f"{name}: a frame while moving", statistics.median(moving), "ms")
    table.add(f"{name}: first pixels, of bare ones", first / upload, "×", _FIRST)
    table.add(f"{name}: from the points' arrival to first pixels", first, "ms")
    table.add(f"{name}: bare upload and frame (floor)", upload, "ms")
    return mine


async def _others(table: Table, place: _Place, viewer: Watched, rounds: int) -> None:
    """Note the frames of the other engines, or why there are none."""
    for name in ENGINES:
        what = f"{viewer.n:,} cells: a frame of {name}"
        try:
            other = await place.other(name, viewer)
        except NotDrawnError as error:
            table.add(f"{what} ({error})", None, "ms")
            continue
        frames = [(await other.dragged())[-1].took for _ in range(min(rounds, 3))]
        await other.page.close()
        table.add(what, statistics.median(frames), "ms")


async def _use(table: Table, place: _Place, viewer: Watched, frame: float, rounds: int) -> None:
    """Note how long it takes to colour, to select, and to build a session."""
    name = f"{viewer.n:,} cells"
    colours = statistics.median(await ours.recoloured(viewer, rounds))
    table.add(f"{name}: recoloured, beyond a frame", colours - frame, "ms", _RECOLOUR)
    lasso = await ours.selected(viewer, min(rounds, 3))
    table.add(f"{name}: a move of the lasso, p95", lasso.move, "ms", _MOVE)
    table.add(f"{name}: … of which script", lasso.script, "ms")
    exact = lasso.released + lasso.confirmed
    table.add(f"{name}: the lasso's cells, exactly, and Confirm", exact, "ms", _SELECT)
    table.add(f"{name}: … of which Confirm", lasso.confirmed, "ms")
    table.add(f"{name}: a frame with a selection", lasso.frame, "ms")
    with tempfile.TemporaryDirectory() as folder:
        built = await ours.built(viewer, place.kernel, Path(folder), rounds)
    what = f"{N_GROUPS} groups of {viewer.n // 10:,} and {built.fields} of {N_FIELDS} fields"
    table.add(f"{name}: a session built of {what}", built.took / 1000, "s", _SESSION)


def _wire(table: Table, server: OwnServer) -> None:
    """Note the bytes of the page as a browser asks for it, and how few they could be."""
    sent = zipped = 0
    for file in ("viewer.js", "viewer.css"):
        request = urllib.request.Request(
            f"{server.url}static/cellucid_ext/{file}",
            headers={"Authorization": f"token {server.token}", "Accept-Encoding": "gzip"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            body, encoding = answer.read(), answer.headers["Content-Encoding"]
        sent += len(body)
        zipped += len(gzip.compress(gzip.decompress(body) if encoding == "gzip" else body))
    table.add("viewer.js and viewer.css, on the wire", sent / 1000, "kB", _WIRE)
    table.add("viewer.js and viewer.css, gzipped here", zipped / 1000, "kB")


async def _measure(table: Table, server: OwnServer, sizes: _Sizes) -> None:
    others = ENGINES if sizes is _FULL else ()
    with engines(BARE, *others) as pages:
        async with kernel_of(server) as kernel, chromium() as browser:
            place = _Place(server, kernel, browser, pages)
            for n in sizes.drawn:
                address = await place.shown(n)
                viewer = await watched(browser, n)
                frame = await _draw(table, place, viewer, address, sizes.rounds)
                if n == sizes.used:
                    await _use(table, place, viewer, frame, sizes.rounds)
                await viewer.page.close()
                if sizes is _FULL:
                    await _others(table, place, viewer, sizes.rounds)


def run(*, quick: bool = False) -> Table:
    """Draw up to 5,000,000 cells and use 1,000,000 (2,000 when quick); return the table."""
    sizes = _QUICK if quick else _FULL
    table = Table(f"The viewer in headless Chromium, drawing in software; {sizes.rounds} rounds")
    with OwnServer() as server:
        asyncio.run(_measure(table, server, sizes))
        _wire(table, server)
    return table
