"""Uploads that are cut off, at every stage."""

from __future__ import annotations

from .family import Family, require
from .http import head
from .place import Place
from .sessions import session

FAMILY = Family("uploads that are cut off")
BODY = session(3_000_000)
LOST = "UploadLost: the viewer's page sent its session, but its connection was cut (the upload was"


@FAMILY.fault("cut in the request's head; the page tries again", "a bundle")
async def in_the_head(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.connect()
    whole = head(
        place.server.port, "POST", f"/_cellucid/{place.target(request_id)}", place.browser.headers
    )
    await connection.write(whole[: len(whole) // 2])
    connection.cut()
    answer = await place.upload(place.target(request_id), BODY)
    require(answer.status == 200, answer.seen)
    return await place.outcome(capture)


async def _cut_after(place: Place, size: int) -> str:
    """Cut an upload, and the one that the page is asked for then."""
    page = await place.page()
    capture = place.capture()
    for _ in range(2):
        request_id = await place.asked(page)
        connection = await place.begin_upload(place.target(request_id), len(BODY))
        await connection.write(BODY[:size])
        await place.reach(request_id, "receiving", size)
        connection.cut()
    saw = await place.outcome(capture)
    answer = await place.upload(place.target(request_id), BODY)
    require(answer.status in (409, 410), f"taken after it was cut: {answer.seen}")
    return saw


@FAMILY.fault("cut once; the page is asked again by itself", "a bundle")
async def once(place: Place) -> str:
    page = await place.page()
    capture, request_id = await place.captured_by_upload(page)
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:1_000_000])
    await place.reach(request_id, "receiving", 1_000_000)
    connection.cut()
    answer = await place.upload(place.target(await place.asked(page)), BODY)
    require(answer.status == 200, answer.seen)
    return await place.outcome(capture)


@FAMILY.fault("cut before the body's first byte", f"{LOST} cut off after 0 of ")
async def before_the_first_byte(place: Place) -> str:
    return await _cut_after(place, 0)


@FAMILY.fault("cut after the first byte", f"{LOST} cut off after 1 of ")
async def after_the_first_byte(place: Place) -> str:
    return await _cut_after(place, 1)


@FAMILY.fault("cut within the magic bytes", f"{LOST} cut off after 9 of ")
async def within_the_magic(place: Place) -> str:
    return await _cut_after(place, 9)


@FAMILY.fault("cut in the middle", f"{LOST} cut off after 1,500,000 of ")
async def in_the_middle(place: Place) -> str:
    return await _cut_after(place, 1_500_000)


@FAMILY.fault("cut before the last byte", f"{LOST} cut off after {len(BODY) - 1:,} of ")
async def before_the_last_byte(place: Place) -> str:
    return await _cut_after(place, len(BODY) - 1)


@FAMILY.fault("cut after the last byte, before the answer", "a bundle")
async def before_the_answer(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:-1])
    await place.reach(request_id, "receiving", len(BODY) - 1)
    await connection.write(BODY[-1:])
    connection.hang_up()
    return await place.outcome(capture)


@FAMILY.fault("announced longer than it is; the page then says it is done", f"{LOST} cut off after")
async def announced_longer(place: Place) -> str:
    page = await place.page()
    capture = place.capture()
    for _ in range(2):
        request_id = await place.asked(page)
        connection = await place.begin_upload(place.target(request_id), len(BODY) + 1000)
        await connection.write(BODY)
        connection.end()
    return await place.outcome(capture)
