"""The viewer's page, used as a person uses it, and timed."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from ..apply import N_FIELDS, N_GROUPS, write_session
from ..serving import percentile
from ..shown import LOAD, Kernel
from .watched import Frame, Watched

_CORNERS = 24
_POINTS_CAME = """() => {
  const files = performance.getEntriesByType('resource');
  return Math.max(...files.filter(({ name }) => name.includes('/points_')).map(f => f.responseEnd));
}"""
_BUILD = """
bundle = viewer.get_session_bundle(timeout=120)
groups = [group for page in bundle.pages for group in page.groups]
print(json.dumps([[group.cell_count for group in groups], len(bundle.fields)]))
"""


async def first_pixels(viewer: Watched, address: str, rounds: int) -> list[float]:
    """Open the page some times; gives the ms from its points' arrival to its first frame's end."""
    found = []
    for _ in range(rounds):
        await viewer.open(address)
        first = next(frame for frame in await viewer.frames() if frame.vertices >= viewer.n)
        found.append(first.end - await viewer.page.evaluate(_POINTS_CAME))
    return found


async def recoloured(viewer: Watched, rounds: int) -> list[float]:
    """Colour by one and the other of two loaded fields; gives the ms until each is drawn."""
    found = []
    box = viewer.page.get_by_role("combobox", name="Colour by")
    for turn in range(2 + rounds):
        await viewer.forget()
        since = await viewer.count()
        await box.fill(("depth", "cell_type")[turn % 2])
        await box.press("Enter")
        frames = await viewer.settled(since)
        await viewer.page.locator('html[data-state="ready"]').wait_for()
        found.append(frames[-1].end - await viewer.mark("keydown"))
    # Until both were shown, their values had to come.
    return found[2:]


@dataclass(frozen=True)
class Selected:
    """A lasso's times in ms: a move of it, its end, Confirm, and the frame after both."""

    move: float
    script: float
    released: float
    confirmed: float
    frame: float


async def selected(viewer: Watched, rounds: int) -> Selected:
    """Draw a lasso around the middle and confirm it, some times."""
    page, before = viewer.page, len(await viewer.moves())
    released: list[float] = []
    confirmed: list[float] = []
    frames: list[Frame] = []
    await page.get_by_role("button", name="Lasso", exact=True).click()
    await page.evaluate("""probe.watch('[data-testid="candidate"]', 'selection')""")
    for _ in range(rounds):
        await viewer.forget()
        await page.mouse.move(*viewer.at(0.5 + 0.12, 0.5))
        await page.mouse.down()
        for corner in range(1, _CORNERS):
            angle = 2 * math.pi * corner / _CORNERS
            place = viewer.at(0.5 + 0.12 * math.cos(angle), 0.5 + 0.12 * math.sin(angle))
            await page.mouse.move(*place)
        since = await viewer.count()
        await page.mouse.up()
        frames += (await viewer.marked(since))[-1:]
        # What a move showed already need not change at the end.
        told = max(await viewer.mark("selection"), await viewer.mark("released"))
        released.append(told - await viewer.mark("pointerup"))
        since = await viewer.count()
        await page.get_by_role("button", name="Confirm", exact=True).click()
        frames += (await viewer.marked(since))[-1:]
        confirmed.append(await viewer.mark("selection") - await viewer.mark("click"))
    moves = (await viewer.moves())[before:]
    return Selected(
        percentile([move.took for move in moves], 95),
        percentile([move.script for move in moves], 95),
        statistics.median(released),
        statistics.median(confirmed),
        statistics.median(frame.took for frame in frames),
    )


@dataclass(frozen=True)
class Built:
    """The ms that building a session took, and how many fields of `N_FIELDS` are in it."""

    took: float
    fields: int


async def built(viewer: Watched, kernel: Kernel, folder: Path, rounds: int) -> Built:
    """Have the page restore a session of groups and fields, and build one of it, some times."""
    file, took, fields = folder / "given.cellucid-session", [], 0
    write_session(file, viewer.n, genes=0)
    await kernel.run(LOAD.format(path=str(file)))
    await viewer.marked(0)
    for _ in range(rounds):
        await viewer.forget()
        cells, fields = await kernel.ask(_BUILD)
        if cells != N_GROUPS * [viewer.n // 10]:
            raise RuntimeError(f"the session has groups of {cells} cells")
        took.append(await viewer.mark("built") - await viewer.mark("asked"))
    return Built(statistics.median(took), min(fields, N_FIELDS))
