"""Peers that send a little from time to time, to hold what others need."""

from __future__ import annotations

from cellucid_ext.protocol import MAX_UPLOADS_PER_VIEWER, NAMESPACE

from .family import Family, require
from .http import head
from .place import Place
from .server import MIN_TTL_SECONDS
from .sessions import session

FAMILY = Family("slow peers", quick=False)
BODY = session(10_000_000)
MANY = 100


@FAMILY.fault(f"{MANY} connections whose head comes bit by bit", "a bundle")
async def slow_heads(place: Place) -> str:
    whole = head(
        place.server.port, "POST", f"/{NAMESPACE}/{place.target('x')}", place.browser.headers
    )
    connections = [await place.connect() for _ in range(MANY)]
    for size in range(0, 60, 20):
        for connection in connections:
            await connection.write(whole[size : size + 20])
    capture, request_id = await place.captured_by_upload(await place.page())
    answer = await place.upload(place.target(request_id), BODY)
    require(answer.status == 200, answer.seen)
    return await place.outcome(capture)


@FAMILY.fault("bodies that come bit by bit, longer than they are waited for", "410 expired: ")
async def slow_bodies(place: Place) -> str:
    connections = []
    for number in range(MAX_UPLOADS_PER_VIEWER):
        target = await place.expect(f"r{number}", seconds=MIN_TTL_SECONDS)
        connections.append(await place.begin_upload(target, len(BODY)))
    sent = 0

    async def no_place_is_held() -> bool:
        nonlocal sent
        for connection in connections:
            await connection.write(BODY[sent : sent + 1])
        sent += 1
        states = [await place.state(f"r{number}") for number in range(len(connections))]
        return all(state["state"] == "failed" for state in states)

    await place.wait_for(no_place_is_held, "no place to be held")
    for connection in connections:
        await connection.write(BODY[sent:])
    answers = [await connection.answer() for connection in connections]
    require(len({answer.status for answer in answers}) == 1, "they were told different things")
    return answers[0].seen
