"""Pages that go, stay silent, fail, or send events that can't be taken."""

from __future__ import annotations

import gzip
import json

from cellucid_ext.check.browser import Page
from cellucid_ext.protocol import MAX_EVENTS_BYTES, NAMESPACE

from .family import Family, require
from .http import head
from .place import Place
from .sessions import session

FAMILY = Family("pages")
BODY = session(100_000)


@FAMILY.fault("no browser opens a page", "SessionTimeout: no page of this viewer was ready within")
async def no_page(place: Place) -> str:
    return await place.outcome(place.capture(timeout=0.5))


@FAMILY.fault("the page is closed before it is asked", "PageGone: the viewer's page is no longer")
async def closed_before(place: Place) -> str:
    page = await place.page()
    await place.wait_for(lambda: _counts(place, 1), "the page to be counted")
    await page.close()
    await place.wait_for(lambda: _counts(place, 0), "the page to be gone")
    return await place.outcome(place.capture())


@FAMILY.fault(
    "the page is closed once it was asked", "PageGone: the viewer's page was closed before it"
)
async def closed_when_asked(place: Place) -> str:
    page = await place.page()
    capture, _ = await place.captured_by_upload(page)
    await page.close()
    return await place.outcome(capture)


@FAMILY.fault(
    "the page is closed in the middle of its upload",
    "PageGone: the viewer's page was closed before it handed over its session: run `viewer` in a",
)
async def closed_in_between(place: Place) -> str:
    page = await place.page()
    capture, request_id = await place.captured_by_upload(page)
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:50_000])
    await place.reach(request_id, "receiving", 50_000)
    connection.cut()
    await place.asked(page)
    await page.close()
    return await place.outcome(capture)


@FAMILY.fault("the page is loaded anew after it was asked", "a bundle")
async def loaded_anew(place: Place) -> str:
    page = await place.page()
    capture, first = await place.captured_by_upload(page)
    await page.close()
    second = await place.asked(await place.page())
    require(second == first, "another request was made")
    await place.upload(place.target(second), BODY)
    return await place.outcome(capture)


@FAMILY.fault("two pages: the one not asked uploads too", "409 already-claimed: ")
async def two_pages(place: Place) -> str:
    other, used = await place.page(), await place.page()
    await used.emit({"type": "selection", "cells": [1]})
    await place.wait_for(lambda: _heard(place, "selection"), "the selection to be heard")
    capture, request_id = await place.captured_by_upload(used)
    answer = await place.upload(place.target(request_id), BODY)
    require(answer.status == 200, answer.seen)
    saw = await place.outcome(capture)
    require(saw == "a bundle", saw)
    # What the other page hears first after all that is this, so it was never asked.
    place.viewer.send_message({"type": "after"})
    heard = await _first_command(other)
    require(heard == "after", f"the other page was asked too: {heard!r}")
    return (await place.upload(place.target(request_id), BODY)).seen


@FAMILY.fault(
    "the page answers that it failed",
    "PageFailed: the viewer's page could not hand over its session: out of memory",
)
async def command_error(place: Place) -> str:
    page = await place.page()
    capture, request_id = await place.captured_by_upload(page)
    failed = {"type": "command_error", "command": "requestSessionBundle"}
    await page.emit({**failed, "requestId": request_id, "message": "out of memory"})
    return await place.outcome(capture)


@FAMILY.fault(
    "the page never answers", "SessionTimeout: no session within 1 s: a page is connected and was"
)
async def silent(place: Place) -> str:
    page = await place.page()
    capture = place.capture(timeout=1)
    await place.asked(page)
    return await place.outcome(capture)


@FAMILY.fault("an event for a viewer that is not there", "404 no-such-viewer: there is no viewer")
async def no_viewer(place: Place) -> str:
    return (await place.upload("events", b'{"viewerId": "nobody", "type": "click"}')).seen


@FAMILY.fault("events that are no JSON", "400 bad-request: the body is not JSON: ")
async def no_json(place: Place) -> str:
    return (await place.upload("events", b"\x00\x01")).seen


@FAMILY.fault("events nested too deep", "400 bad-request: the body is nested too deeply")
async def nested(place: Place) -> str:
    return (await place.upload("events", b"[" * 100_000)).seen


@FAMILY.fault("more events at once than are taken", "400 bad-request: 1,001 events at once")
async def too_many(place: Place) -> str:
    event = {"viewerId": place.viewer.viewer_id, "type": "click"}
    return (await place.upload("events", json.dumps([event] * 1001).encode())).seen


@FAMILY.fault("an events body over the cap, refused before it came", "413 too-large: the body has")
async def too_large(place: Place) -> str:
    connection = await place.connect()
    length = {"Content-Length": str(MAX_EVENTS_BYTES + 1)}
    await connection.write(
        head(place.server.port, "POST", f"/{NAMESPACE}/events", {**place.browser.headers, **length})
    )
    return (await connection.answer()).seen


@FAMILY.fault("a gzip bomb as events", "413 too-large: the unpacked body has more than 67,108,864")
async def bomb(place: Place) -> str:
    body = gzip.compress(bytes(MAX_EVENTS_BYTES + 1), 1)
    return (await place.upload("events", body, {"Content-Encoding": "gzip"})).seen


async def _counts(place: Place, pages: int) -> bool:
    return place.viewer.state.pages == pages and place.viewer.state.ready == bool(pages)


async def _heard(place: Place, kind: str) -> bool:
    return kind in place.viewer.state.events


async def _first_command(page: Page) -> str:
    while True:
        frame = await page._read()
        if frame["type"] not in ("ack", "kernel_connected"):
            return str(frame["type"])
