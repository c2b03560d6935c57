"""A server that ends while a session is on its way, and is started again on the same port."""

from __future__ import annotations

import asyncio
import signal

from cellucid_ext.check.browser import Page

from .family import Family, require
from .place import Place
from .sessions import session

FAMILY = Family("servers that end", own_server=True, quick=False)
BODY = session(1_000_000)


async def _ended(place: Place, how: int) -> str:
    """End the server with an upload under way; returns what Python says of the capture."""
    page = await place.page()
    capture, request_id = await place.captured_by_upload(page)
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:500_000])
    await place.reach(request_id, "receiving", 500_000)
    await asyncio.to_thread(place.server.end, how)
    files = len(place.server.files())
    require(how == signal.SIGKILL or files == 0, f"{files} files are left by its end")
    await asyncio.to_thread(place.server.start)
    await place.wait_for(lambda: _known_again(place), "the viewer to be known again")
    again = await place.page()
    answering = asyncio.create_task(_answer(place, again))
    try:
        return await place.outcome(capture)
    finally:
        answering.cancel()


async def _answer(place: Place, page: Page) -> None:
    await place.upload(place.target(await place.asked(page)), BODY)


async def _known_again(place: Place) -> bool:
    answer = await place.ask("GET", f"viewers/{place.viewer.viewer_id}")
    return answer.document.get("kernelConnected") is True


@FAMILY.fault("killed in the middle of an upload", "a bundle")
async def killed(place: Place) -> str:
    return await _ended(place, signal.SIGKILL)


@FAMILY.fault("told to stop in the middle of an upload", "a bundle")
async def stopped(place: Place) -> str:
    return await _ended(place, signal.SIGTERM)
