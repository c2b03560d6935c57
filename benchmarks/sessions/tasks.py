"""What a page's thread does, task by task, as Chromium traces it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from playwright.async_api import Browser, Page

T = TypeVar("T")

_CATEGORIES: Final = ["toplevel", "blink.user_timing"]
_MARK: Final = "benchmark"
_PATIENCE_SECONDS: Final = 60


@dataclass(frozen=True)
class Longest:
    """The ms of the longest task: processor time of its own, and on the clock."""

    own: float
    clock: float


async def longest_task(
    browser: Browser, page: Page, work: Callable[[], Awaitable[T]]
) -> tuple[T, Longest]:
    """Do something, and find the longest task that the page's thread had meanwhile."""
    session = await browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    complete = asyncio.Event()
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda _: complete.set())
    config = {"includedCategories": _CATEGORIES}
    await session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
    await page.evaluate(f"performance.mark('{_MARK}')")
    result = await work()
    await session.send("Tracing.end")
    await asyncio.wait_for(complete.wait(), _PATIENCE_SECONDS)
    await session.detach()

    def thread(event: dict[str, Any]) -> tuple[int, int]:
        return event["pid"], event["tid"]

    mine = next(thread(event) for event in events if event["name"] == _MARK)
    tasks = [e for e in events if thread(e) == mine and e["name"].endswith("RunTask")]
    # One that took no time at all has none.
    own, clock = (max(task.get(of, 0) for task in tasks) / 1000 for of in ("tdur", "dur"))
    return result, Longest(own, clock)
