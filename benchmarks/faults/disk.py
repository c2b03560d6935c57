"""A spool on a small disk that fills, that nobody may write to, or that somebody removes."""

from __future__ import annotations

import shutil

from .family import Family, require
from .http import Answer
from .place import Place
from .sessions import session
from .smalldisk import filled, read_only

FAMILY = Family("disk", own_server=True, small_disk=True, quick=False)
BODY = session(6_000_000)


async def _refused(place: Place) -> Answer:
    """Send a session in answer to a capture; Python must be told the same as the page."""
    capture, request_id = await place.captured_by_upload(await place.page())
    answer = await place.upload(place.target(request_id), BODY)
    await _told(str(answer.document.get("message")), await place.outcome(capture))
    return answer


async def _told(message: str, python: str) -> None:
    require(python.startswith("PageFailed: ") and message in python, f"{message} but {python}")


@FAMILY.fault("full before the upload", "507 disk-full: the server's disk has ")
async def full_before(place: Place) -> str:
    with filled(place.server.spool, leave=2_000_000):
        return (await _refused(place)).seen


@FAMILY.fault("fills in the middle of the upload", "507 disk-full: the server's disk became full")
async def fills_meanwhile(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:100_000])
    await place.reach(request_id, "receiving", 100_000)
    with filled(place.server.spool, leave=0):
        await connection.write(BODY[100_000:])
        answer = await connection.answer()
    await _told(str(answer.document.get("message")), await place.outcome(capture))
    return answer.seen


@FAMILY.fault("nobody may write there", "507 disk-failed: the server can't keep the session: ")
async def unwritable(place: Place) -> str:
    with read_only(place.server.spool):
        return (await _refused(place)).seen


@FAMILY.fault("the spool is removed in the middle", "507 disk-failed: the server can't keep the")
async def removed_meanwhile(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:100_000])
    await place.reach(request_id, "receiving", 100_000)
    _remove(place)
    await connection.write(BODY[100_000:])
    answer = await connection.answer()
    await _told(str(answer.document.get("message")), await place.outcome(capture))
    return answer.seen


@FAMILY.fault("the spool is removed before the upload", "a bundle")
async def removed_before(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    _remove(place)
    answer = await place.upload(place.target(request_id), BODY)
    require(answer.status == 200, answer.seen)
    return await place.outcome(capture)


@FAMILY.fault("the spool is removed before the kernel fetched from it", "410 expired: it was read")
async def removed_after(place: Place) -> str:
    answer = await place.upload(await place.expect(), BODY)
    require(answer.status == 200, answer.seen)
    _remove(place)
    path = f"viewers/{place.viewer.viewer_id}/requests/r1"
    answer = await place.ask("GET", f"{path}/bundle")
    await place.ask("DELETE", path)
    return answer.seen


def _remove(place: Place) -> None:
    for folder in place.server.spool.iterdir():
        shutil.rmtree(folder)
