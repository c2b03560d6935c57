"""Waiting for a viewer's page and for what it reports; what runs out of time says why."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from .background import Deadline
from .errors import PageGone, ViewerTimeout
from .hooks import Event
from .link import Link
from .shown import Shown

PAGE_GONE_SECONDS: Final = 2.0
"""How long a page may be away, as it is while it reconnects, before it counts as gone."""


RECONNECT_SECONDS: Final = 10.0
"""How long pages may take to come back to a server that was restarted."""


def page_is_gone(shown: Shown, link: Link) -> bool:
    """Whether the viewer had a page and has had none for a while, as far as can be known."""
    away = shown.events.seconds_without_page()
    may_come_back = time.monotonic() - link.restarted_at < RECONNECT_SECONDS
    return link.connected and away is not None and away > PAGE_GONE_SECONDS and not may_come_back


async def wait_for_page(
    shown: Shown, link: Link, deadline: Deadline, error: type[ViewerTimeout]
) -> Event:
    """Wait for a page that is ready; returns its ``ready`` event.

    Raises
    ------
    PageGone
        If there was one and it is gone.
    ViewerTimeout
        Of the kind `error`, if none is ready at the deadline.
    """
    events = shown.events
    found = await events.wait_for(
        lambda: events.page_is_ready or page_is_gone(shown, link), deadline
    )
    if not found:
        cause = why_no_page(shown, link) or "it has come only now; try again"
        raise error(f"no page of this viewer was ready within {deadline.seconds:g} s: {cause}")
    if not events.pages:
        raise PageGone(
            "the viewer's page is no longer open in a browser: run `viewer` in a cell to show it "
            "again, then try again"
        )
    return events.last_ready


async def wait_for_next(
    kind: str, seen: deque[Event], shown: Shown, link: Link, deadline: Deadline
) -> Event:
    """Wait for the next event that a watch collects.

    Raises
    ------
    ViewerTimeout
        If none came until the deadline.
    """
    if not await shown.events.wait_for(lambda: bool(seen), deadline):
        cause = why_no_page(shown, link) or (
            "a page is open and ready, but nobody did in it what would cause one"
        )
        raise ViewerTimeout(f"no {kind!r} event that fits within {deadline.seconds:g} s: {cause}")
    return seen.popleft()


def why_no_page(shown: Shown, link: Link) -> str:
    """Say why there is no page that is ready and what to do; empty where there is one."""
    events = shown.events
    if not link.connected:
        return f"the connection to the Jupyter server is down ({link.problem})"
    if events.page_is_ready:
        return ""
    if events.pages:
        return "a page is connected and still loads the data; try again with a longer timeout"
    if not events.ready_count:
        return (
            "it was shown, but no browser opened it. Is this notebook open in a browser, with "
            f"cellucid-ext where Jupyter runs? {_others(shown, link)}You can also open "
            f"{link.page_url(shown)}"
        )
    if page_is_gone(shown, link):
        return (
            "its page is no longer open in a browser; run `viewer` in a cell to show it again, "
            "then try again"
        )
    return "its page has just lost its connection; try again"


def _others(shown: Shown, link: Link) -> str:
    if any(other.events.pages for other in link.shown if other is not shown):
        return (
            "Another viewer of this kernel is open: if you look at that one, run `viewer` in a "
            "cell to show this one. "
        )
    return (
        "What stands in an output from before the kernel was restarted is another viewer, which "
        "has ended: run `viewer` in a cell. "
    )
