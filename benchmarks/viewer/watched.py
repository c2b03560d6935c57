"""A page in Chromium whose frames are timed by `probe.js`, and that is driven with a real mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playwright.async_api import Browser, Page

from .engines import PAGES

PATIENCE_MS: Final = 120_000
_PROBE = (PAGES / "probe.js").read_text()
_DRAG_PIXELS = 6
_CANVAS = """() => {
  const stage = document.querySelector('[data-testid="stage"]') ?? document.body;
  const canvas = stage.matches('canvas') ? stage : stage.querySelector('canvas');
  const { x, y, width, height } = canvas.getBoundingClientRect();
  return { x, y, width, height, columns: canvas.width, rows: canvas.height };
}"""


class NotDrawnError(Exception):
    """A page draws nothing; says why, in its own words."""


@dataclass(frozen=True)
class Frame:
    """One frame, in ms since the page was opened; `asked` is what its script alone took."""

    begin: float
    end: float
    took: float
    asked: float
    vertices: int


@dataclass(frozen=True)
class Move:
    """One move of a drag, in ms, until it is drawn; `script` is that without the drawing."""

    took: float
    script: float


class Watched:
    """A page of its own; `open` comes first.

    Parameters
    ----------
    page
        An empty page.
    n
        How many cells it will draw.
    """

    def __init__(self, page: Page, n: int) -> None:
        self.page, self.n = page, n
        self.canvas: dict[str, float] = {}
        self.point_size: float | None = None

    async def open(self, address: str) -> None:
        """Open an address and wait until all cells are drawn.

        Raises
        ------
        NotDrawnError
            If something failed there, and nothing is drawn.
        """
        await self.page.goto(address)
        await self._until(f"probe.failed() || probe.settled(0, {self.n})")
        if await self.page.evaluate("probe.failed()"):
            raise NotDrawnError(await self.page.evaluate("probe.errors[0]"))
        self.canvas = await self.page.evaluate(_CANVAS)
        self.point_size = await self.page.evaluate("probe.pointSize()")

    async def frames(self, since: int = 0) -> list[Frame]:
        """Give the frames drawn until now, but for the first ones."""
        known = "({ begin, end, took, asked, vertices }) => ({ begin, end, took, asked, vertices })"
        found = await self.page.evaluate(f"probe.frames.slice({since}).map({known})")
        return [Frame(**frame) for frame in found]

    async def settled(self, since: int) -> list[Frame]:
        """Wait until all cells are drawn and nothing moves; gives the frames since so many."""
        await self._until(f"probe.settled({since}, {self.n})")
        return await self.frames(since)

    async def marked(self, since: int) -> list[Frame]:
        """Wait until what is marked is drawn, over cells as they are; gives the frames since."""
        await self._until(f"probe.settled({since})")
        await self.page.locator('html[data-state="ready"]').wait_for()
        return await self.frames(since)

    async def count(self) -> int:
        """Say how many frames were drawn."""
        return int(await self.page.evaluate("probe.frames.length"))

    async def mark(self, name: str) -> float:
        """Wait until something was noted; gives when."""
        await self._until(f"probe.marks.{name} !== undefined")
        return float(await self.page.evaluate(f"probe.marks.{name}"))

    async def forget(self) -> None:
        """Forget what was noted."""
        await self.page.evaluate("probe.forget()")

    async def moves(self) -> list[Move]:
        """Give what each move of a drag took until now."""
        return [Move(**move) for move in await self.page.evaluate("probe.moves")]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give a place on the page by its shares of the picture's width and height."""
        box = self.canvas
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    async def dragged(self, steps: int = 1) -> list[Frame]:
        """Drag the picture to and fro; gives the frames until all cells are drawn again."""
        await self.page.bring_to_front()
        x, y = self.at(0.5, 0.5)
        await self.page.mouse.move(x, y)
        await self.settled(0)
        since = await self.count()
        await self.page.mouse.down()
        for step in range(1, steps + 1):
            before = await self.count()
            await self.page.mouse.move(x + _DRAG_PIXELS * (step % 2), y)
            await self._until(f"probe.frames.length > {before}")
        await self.page.mouse.up()
        return await self.settled(since)

    async def _until(self, condition: str) -> None:
        await self.page.wait_for_function(condition, timeout=PATIENCE_MS, polling="raf")


async def watched(browser: Browser, n: int) -> Watched:
    """Give an empty page that is watched, for so many cells."""
    # The viewer's policy would forbid Playwright to wait for a condition, too.
    page = await browser.new_page(viewport={"width": 1200, "height": 900}, bypass_csp=True)
    page.set_default_timeout(PATIENCE_MS)
    await page.add_init_script(_PROBE)
    return Watched(page, n)
