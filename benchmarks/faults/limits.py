"""More than there may be at once."""

from __future__ import annotations

import asyncio

from cellucid_ext.protocol import (
    MAX_PENDING_REQUESTS,
    MAX_UPLOADS_AT_ONCE,
    MAX_UPLOADS_PER_VIEWER,
    MAX_VIEWERS_PER_KERNEL,
)

from .family import Family, require
from .place import Place, told
from .sessions import session

FAMILY = Family("more than there may be at once")
BODY = session(100_000)


async def _expect_many(place: Place, count: int) -> None:
    for start in range(0, count, 16):
        names = range(start, min(start + 16, count))
        await asyncio.gather(*(place.expect(f"r{number}") for number in names))


async def _end_all(place: Place) -> None:
    await place.ask("DELETE", f"viewers/{place.viewer.viewer_id}")


@FAMILY.fault("200 pending requests, and a capture besides", "a bundle")
async def many_pending(place: Place) -> str:
    await _expect_many(place, 200)
    capture, request_id = await place.captured_by_upload(await place.page())
    await place.upload(place.target(request_id), BODY)
    saw = await place.outcome(capture)
    await _end_all(place)
    return saw


@FAMILY.fault(
    f"request {MAX_PENDING_REQUESTS + 1}",
    "ServerRefused: the Jupyter server refused: 256 sessions are expected already; wait until",
)
async def too_many_pending(place: Place) -> str:
    await _expect_many(place, MAX_PENDING_REQUESTS)
    await place.page()
    saw = await place.outcome(place.capture())
    await _end_all(place)
    return saw


@FAMILY.fault(
    f"viewer {MAX_VIEWERS_PER_KERNEL + 1} of a kernel",
    "ServerRefused: the Jupyter server refused: this kernel has 64 viewers; stop() one that is",
)
async def too_many_viewers(place: Place) -> str:
    viewers = []
    try:
        for _ in range(MAX_VIEWERS_PER_KERNEL + 1):
            viewers.append(await place.new_viewer())  # noqa: PERF401 - those before are stopped
        return f"{len(viewers)} viewers"
    except Exception as error:
        return told(error)
    finally:
        for viewer in viewers:
            viewer.stop()


@FAMILY.fault(
    "too many uploads of one viewer; the refused one is sent again", "429 too-many: 2 uploads of"
)
async def too_many_of_a_viewer(place: Place) -> str:
    targets = [await place.expect(f"r{number}") for number in range(MAX_UPLOADS_PER_VIEWER + 1)]
    connections = [await place.begin_upload(target, len(BODY)) for target in targets[:-1]]
    for number, connection in enumerate(connections):
        await connection.write(BODY[:-1])
        await place.reach(f"r{number}", "receiving", len(BODY) - 1)
    refused = await place.upload(targets[-1], BODY)
    for connection in connections:
        await connection.write(BODY[-1:])
        answer = await connection.answer()
        require(answer.status == 200, answer.seen)
    again = await place.upload(targets[-1], BODY)
    require(again.status == 200, f"sent again: {again.seen}")
    await _end_all(place)
    return refused.seen


@FAMILY.fault("more uploads at once than the server takes", "429 too-many: 4 uploads are under way")
async def too_many_uploads(place: Place) -> str:
    mine, others, connections = place.viewer, [], []
    try:
        for number in range(MAX_UPLOADS_AT_ONCE):
            if number % MAX_UPLOADS_PER_VIEWER == 0:
                place.viewer = await place.new_viewer()
                others.append(place.viewer)
            target = await place.expect(f"r{number}")
            connections.append(await place.begin_upload(target, len(BODY)))
            await place.reach(f"r{number}", "receiving")
        place.viewer = mine
        target = await place.expect()
        refused = await place.upload(target, BODY)
        connections[0].cut()
        await place.wait_for(lambda: _taken(place, target), "a place to be free")
        return refused.seen
    finally:
        place.viewer = mine
        for viewer in [*others, mine]:
            viewer.stop()


async def _taken(place: Place, target: str) -> bool:
    return (await place.upload(target, BODY)).status == 200


@FAMILY.fault(
    "a command over 1 MiB", "ValueError: the command 'own' has 2,000,024 bytes, and 1,048,512 are"
)
async def too_large_a_command(place: Place) -> str:
    await place.page()
    await asyncio.to_thread(place.viewer.wait_for_ready, 20)
    try:
        await asyncio.to_thread(place.viewer.send_message, {"type": "own", "text": "x" * 2_000_000})
    except Exception as error:
        return told(error)
    return "nothing"
