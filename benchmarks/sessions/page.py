"""The viewer's page, which restores and builds sessions, and is timed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from ..shown import LOAD, Kernel
from ..viewer.watched import Watched, watched
from .floor import PAGES
from .tasks import Longest, longest_task

_MARKS: Final = (PAGES / "marks.js").read_text()
_BUILD = """
began = time.perf_counter()
bundle = viewer.get_session_bundle(timeout=120)
took = time.perf_counter() - began
bundle.save({path!r})
print(json.dumps(took))
"""


@dataclass(frozen=True)
class Restored:
    """The ms since the file was there, until its groups were listed, and until all was."""

    eager: float
    whole: float
    longest: Longest
    """Of the tasks of the page's thread, until all was drawn."""


@dataclass(frozen=True)
class Built:
    """The ms to build a session, to upload it, and from Python's call until it has the object."""

    build: float
    upload: float
    call: float
    longest: Longest


class SessionsPage:
    """A viewer's page that was opened anew, as by a person who then loads a session."""

    def __init__(self, browser: Browser, viewer: Watched, kernel: Kernel) -> None:
        self._browser, self._viewer, self._kernel = browser, viewer, kernel

    async def restore(self, file: Path) -> Restored:
        """Have it restore a session that Python sends."""
        viewer = self._viewer
        await viewer.forget()
        since = await viewer.count()

        async def restore() -> None:
            await self._kernel.run(LOAD.format(path=str(file)))
            # What follows of itself is waited for, too.
            await viewer.marked(since)

        _, longest = await longest_task(self._browser, viewer.page, restore)
        listed, whole = await viewer.mark("listed"), await viewer.mark("restored")
        sent = float(await viewer.page.evaluate("sent()"))
        return Restored(listed - sent, whole - sent, longest)

    async def colour(self, field: str) -> None:
        """Colour by a field."""
        box = self._viewer.page.get_by_role("combobox", name="Colour by")
        await box.fill(field)
        await box.press("Enter")
        await self._viewer.page.locator('html[data-state="ready"]').wait_for()

    async def build(self, file: Path) -> Built:
        """Have it build a session, and keep that."""
        viewer = self._viewer
        await viewer.forget()
        code = _BUILD.format(path=str(file))
        call, longest = await longest_task(
            self._browser, viewer.page, lambda: self._kernel.ask(code)
        )
        asked, built = await viewer.mark("asked"), await viewer.mark("built")
        uploaded = await viewer.mark("uploaded")
        return Built(built - asked, uploaded - built, 1000 * call, longest)

    async def close(self) -> None:
        """Close it."""
        await self._viewer.page.close()


async def opened(browser: Browser, kernel: Kernel, address: str, n: int) -> SessionsPage:
    """Open the viewer's page anew, and wait until all cells are drawn."""
    viewer = await watched(browser, n)
    await viewer.page.add_init_script(_MARKS)
    await viewer.open(address)
    await viewer.settled(0)
    return SessionsPage(browser, viewer, kernel)
