"""Sessions of a viewer of a million cells: built, uploaded, restored, and on the way to Python.

The page is opened anew for each round, and restores what it built itself. The floor, in the same
browser in turn, are the same bytes and nothing of a viewer: fetched, inflated and gzipped by two
workers, posted. The longest task of the page's thread is the one that took most of a processor by
Chromium's own trace: pictures are drawn in software meanwhile, by threads that want the same cores.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from playwright.async_api import Browser

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import NAMESPACE

from ..apply import N_FIELDS, N_GROUPS, write_session
from ..chromium import chromium
from ..shown import Kernel, kernel_of
from ..table import Table
from .floor import Floor, floor_page
from .page import Built, Restored, opened

T = TypeVar("T")

_BUILD, _EAGER, _WHOLE, _BLOCK, _CALL = 1.0, 300.0, 2.0, 50.0, 2.5
"""Targets: s, ms, s, ms, s."""


@dataclass(frozen=True)
class _Rounds:
    """What was found in each round, and how much came back otherwise."""

    built: Sequence[Built]
    restored: Sequence[Restored]
    floors: Sequence[Floor]
    size: int
    names: int
    wrong: int


async def _address(server: OwnServer, kernel: Kernel, n: int) -> str:
    await kernel.show(f"show_anndata(synthetic.table({n}, 2), dataset_id='benchmark')")
    viewer_id = await kernel.ask("print(json.dumps(viewer.viewer_id))")
    return f"{server.url}{NAMESPACE}/viewers/{viewer_id}/page?token={server.token}"


def _wrong(given: CellucidSessionBundle, found: CellucidSessionBundle) -> int:
    """Count the groups and fields whose cells are not those that were given."""
    groups = [[g for page in bundle.pages for g in page.groups] for bundle in (given, found)]
    fields = [bundle.fields for bundle in (given, found)]
    return sum(not np.array_equal(a.cells, b.cells) for a, b in zip(*groups, strict=True)) + sum(
        not np.array_equal(a.codes, b.codes) for a, b in zip(*fields, strict=True)
    )


async def _rounds(
    browser: Browser, kernel: Kernel, address: str, n: int, count: int, folder: Path
) -> _Rounds:
    seed, file, again = (folder / f"{name}.cellucid-session" for name in ("seed", "file", "again"))
    write_session(seed, n, genes=0)
    page = await opened(browser, kernel, address, n)
    await page.restore(seed)
    # So that its codes are among what is restored first.
    await page.colour("field 0")
    await page.build(file)
    await page.close()
    built: list[Built] = []
    restored: list[Restored] = []
    floors: list[Floor] = []
    async with floor_page(browser, file) as floor:
        for _ in range(count):
            floors.append(await floor.measure())
            page = await opened(browser, kernel, address, n)
            restored.append(await page.restore(file))
            built.append(await page.build(again))
            await page.close()
    names = next(
        chunk["storedBytes"]
        for chunk in CellucidSessionBundle(again).manifest["chunks"]
        if chunk["id"] == "identity/obs-names"
    )
    wrong = _wrong(CellucidSessionBundle(seed), CellucidSessionBundle(again))
    return _Rounds(built, restored, floors, again.stat().st_size, names, wrong)


def _median(of: Sequence[T], what: Callable[[T], float]) -> float:
    return statistics.median(map(what, of))


def _tell(table: Table, found: _Rounds, *, judged: bool) -> None:
    """Note the figures; the targets are those of a million cells."""

    def target(value: float) -> float | None:
        return value if judged else None

    built, restored, floors = found.built, found.restored, found.floors
    build, zipped = _median(built, lambda b: b.build), _median(floors, lambda f: f.zipped)
    table.add("built", build / 1000, "s", target(_BUILD))
    table.add("the same bytes gzipped by two workers (floor)", zipped / 1000, "s")
    table.add("built, of that", build / zipped, "×")
    longest = max(b.longest.own for b in built)
    table.add("longest task of the page meanwhile, of a processor", longest, "ms")
    table.add("the file", found.size / 1e6, "MB")
    table.add("… of which the cells’ names", found.names / 1e6, "MB")
    table.add("uploaded", _median(built, lambda b: b.upload) / 1000, "s")
    table.add("the same bytes posted (floor)", _median(floors, lambda f: f.posted) / 1000, "s")
    call = _median(built, lambda b: b.call)
    table.add("get_session_bundle(), until Python has it", call / 1000, "s", target(_CALL))
    eager, whole = _median(restored, lambda r: r.eager), _median(restored, lambda r: r.whole)
    inflated = _median(floors, lambda f: f.inflated)
    table.add("restored: groups listed, coloured anew", eager, "ms", target(_EAGER))
    table.add("restored: all of it", whole / 1000, "s", target(_WHOLE))
    table.add("the same bytes inflated by two workers (floor)", inflated / 1000, "s")
    table.add("restored, of that", whole / inflated, "×")
    table.add("the same bytes fetched (not in it)", _median(floors, lambda f: f.fetched), "ms")
    longest = max(r.longest.own for r in restored)
    clock = max(r.longest.clock for r in restored)
    table.add("longest task of the page meanwhile, of a processor", longest, "ms", target(_BLOCK))
    table.add("… on the clock, while pictures are drawn", clock, "ms")
    table.add("groups and fields that came back otherwise", found.wrong, "of 25", 0)


async def _measure(server: OwnServer, n: int, count: int, folder: Path) -> _Rounds:
    async with kernel_of(server) as kernel, chromium() as browser:
        address = await _address(server, kernel, n)
        return await _rounds(browser, kernel, address, n, count, folder)


def run(*, quick: bool = False) -> Table:
    """Build and restore sessions of 1,000,000 cells (5,000 when quick); return the table."""
    n, count = (5_000, 1) if quick else (1_000_000, 5)
    what = f"{N_GROUPS} groups of {n // 10:,} and {N_FIELDS} fields of {n:,} cells"
    table = Table(f"Sessions of {what}, in headless Chromium that draws in software")
    with tempfile.TemporaryDirectory() as name, OwnServer() as server:
        found = asyncio.run(_measure(server, n, count, Path(name)))
    _tell(table, found, judged=not quick)
    return table
