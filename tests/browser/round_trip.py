"""What a page shows and what it saves, to be held against another page, or the same one later."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import FrameLocator, Locator, Page, expect

from cellucid_ext import CellucidSessionBundle

from .desk import Desk, ready, stage

# What a person can read and set, wherever it stands: a folded part has neither.
_TOLD = """roots => roots.flatMap(root => [
  ...root.innerText.split('\\n'),
  ...[...root.querySelectorAll('input, select, [role=slider], [role=tab], button')].map(one =>
    [one.ariaLabel ?? one.innerText, one.value, one.checked, one.disabled, one.ariaValueNow,
      one.ariaSelected, one.ariaPressed, one.ariaExpanded].join(' | ')),
])"""
_PLACES = """windows => windows.map(one => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.ariaLabel, x, y, width, height].join(' | ');
})"""
_NEXT = re.compile(rb'"nextView":\d+')
# What was done last, and when, is another story than what is shown.
_PASSING = ".cx-messages, .cx-loading, .cx-toolbar"
_RESTORE = """
viewer.load_session({path!r})
event = viewer.wait_for_event("session_restored", timeout=60)
assert event["skipped"] == [], event
"""


@dataclass(frozen=True)
class Seen:
    """A page as it is: what it saves, what it tells, and its picture."""

    file: Path
    chunks: dict[str, bytes]
    """Of what it saves, as they are before they are compressed."""
    told: list[str]
    picture: np.ndarray

    def chunk(self, name: str) -> Any:
        """What a chunk holds."""
        return CellucidSessionBundle(self.file).decode_chunk(name)


def show(desk: Desk, page: Page, arguments: str = "adata, latent='X_pca'") -> None:
    """Show the data anew; what is said of it is dismissed wherever it is in the way."""
    desk.show(page, arguments)
    said = page.get_by_role("log").get_by_role("button", name="Dismiss")
    # There may be more of them, which need not be waited for.
    page.add_locator_handler(said.first, lambda button: button.click(), no_wait_after=True)


def see(desk: Desk, page: Page) -> Seen:
    """Look at a page once it is at rest, with the pointer where it points at nothing."""
    page.mouse.move(2, 2)
    ready(page)
    bundle = desk.session()
    assert bundle.path is not None
    chunks = {name: bundle.read_payload(name) for name in bundle.list_chunk_ids()}
    return Seen(bundle.path, chunks, told(page), picture(page))


def told(page: Page) -> list[str]:
    """What stands in the panel, beside the views, in windows and in the status line."""
    parts = page.locator(".cx-panel, .cx-views, .cx-windows, .cx-selecting, .cx-status > [role]")
    pressed = page.locator(".cx-toolbar [aria-pressed]")
    return [
        *parts.evaluate_all(_TOLD),
        *pressed.evaluate_all("all => all.map(one => `${one.ariaLabel} ${one.ariaPressed}`)"),
        *page.locator(".cx-window").evaluate_all(_PLACES),
    ]


def picture(page: FrameLocator | Page) -> np.ndarray:
    """The cells with all that lies over them, but for what comes and goes."""
    passing = page.locator(_PASSING)
    passing.evaluate_all("all => all.forEach(one => { one.style.visibility = 'hidden'; })")
    png = stage(page).screenshot(animations="disabled")
    passing.evaluate_all("all => all.forEach(one => { one.style.visibility = ''; })")
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def load(desk: Desk, page: Page, seen: Seen) -> None:
    """Have Python give the page a file, and wait until it is there in whole."""
    desk.run(_RESTORE.format(path=str(seen.file)))
    ready(page)


def assert_same(now: Seen, then: Seen, *, undone: bool = False) -> None:
    """Compare two looks, first by what explains a difference best."""
    differs = _differences(list(then.chunks), list(now.chunks))
    assert differs == [], "\n".join(differs)
    for name, payload in then.chunks.items():
        found = now.chunks[name]
        if undone:
            # The number of the view that is kept next only rises, whatever is undone.
            found, payload = (_NEXT.sub(b"", one) for one in (found, payload))
        differs = _differences(_lines(payload), _lines(found))
        assert found == payload, "\n".join([name, *differs])
    differs = _differences(then.told, now.told)
    assert differs == [], "\n".join(differs)
    # One program draws the same numbers in the same way, in software. What the browser lays over
    # it, half transparent and with smoothed edges, may come out some levels of 255 apart; a cell
    # in another place, or of another colour, is farther.
    np.testing.assert_allclose(now.picture.astype(int), then.picture, rtol=0, atol=8)


def _lines(payload: bytes) -> list[str]:
    """Whatever it holds, as lines to compare."""
    return payload.decode(errors="replace").replace(",", ",\n").split("\n")


def _differences(then: list[str], now: list[str]) -> list[str]:
    return list(unified_diff(then, now, "then", "now", lineterm="", n=0))


def lasso(page: Page, shape: list[tuple[float, float]], *keys: str) -> None:
    """Drag a closed path over the picture, given in fractions, with keys held."""
    box = stage(page).bounding_box()
    assert box is not None
    path = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in shape]
    for key in keys:
        page.keyboard.down(key)
    drag(page, path)
    for key in keys:
        page.keyboard.up(key)


def drag(page: Page, path: list[tuple[float, float]]) -> None:
    """Press at the first place, let go at the last."""
    page.mouse.move(*path[0])
    page.mouse.down()
    for place in path[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def middle(locator: Locator) -> tuple[float, float]:
    """Where the middle of something is on the page."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def move(page: Page, locator: Locator, across: float, down: float) -> None:
    """Drag something by its middle."""
    x, y = middle(locator)
    drag(page, [(x, y), (x + across, y + down)])


def handle(page: Page, end: str) -> Locator:
    """Of the range of numbers, the end that is dragged."""
    return page.get_by_role("slider", name=f"{end} value shown")


def find_gene(page: Page, name: str) -> None:
    """Colour by a gene."""
    box = page.get_by_role("combobox", name="Gene")
    box.fill(name)
    box.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def choose(page: Page, menu: str, item: str) -> None:
    """Open a menu, and take what it offers."""
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item).or_(
        page.get_by_role("menuitemcheckbox", name=item)
    ).click()


def rename(page: Page, what: Locator, name: str) -> None:
    """Give something another name, where it stands."""
    what.dblclick()
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def tab(page: Page, name: str) -> Locator:
    """The tab of a page, whatever it holds."""
    return page.get_by_role("tab", name=re.compile(rf"^{re.escape(name)}, "))
