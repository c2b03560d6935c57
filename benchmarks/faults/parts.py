"""Uploads in parts that come as they should not."""

from __future__ import annotations

from .family import Family, require
from .http import Answer
from .place import Place
from .server import MIN_TTL_SECONDS
from .sessions import session

FAMILY = Family("uploads in parts")
SIZE = 40_000
BODY = session(3 * SIZE)
PARTS = [BODY[start : start + SIZE] for start in range(0, len(BODY), SIZE)]
OF = len(PARTS)


async def _send(place: Place, target: str, number: int, of: int = OF) -> Answer:
    return await place.upload(f"{target}&part={number}&parts={of}", PARTS[number - 1])


async def _send_from(place: Place, target: str, first: int) -> None:
    for number in range(first, OF + 1):
        answer = await _send(place, target, number)
        require(answer.status == 200, f"part {number}: {answer.seen}")


async def _captured_although(place: Place, number: int, of: int = OF) -> str:
    """Send a wrong part after the first one, and then all that is right."""
    capture, request_id = await place.captured_by_upload(await place.page())
    target = place.target(request_id)
    await _send(place, target, 1)
    answer = await _send(place, target, number, of)
    await _send_from(place, target, 2)
    saw = await place.outcome(capture)
    require(saw == "a bundle", saw)
    return answer.seen


@FAMILY.fault("out of order", f"409 out-of-order: part 3 of {OF} came, but part 2 is to come next")
async def out_of_order(place: Place) -> str:
    return await _captured_although(place, 3)


@FAMILY.fault("the same part twice", "200 receiving")
async def repeated(place: Place) -> str:
    return await _captured_although(place, 1)


@FAMILY.fault("a part of another count", "400 bad-request: 'parts' is 9, but the session was begun")
async def another_count(place: Place) -> str:
    return await _captured_although(place, 2, of=9)


@FAMILY.fault("a part that is no number", "400 bad-request: 'part' is 'x' and 'parts' is '4'")
async def no_number(place: Place) -> str:
    target = await place.expect()
    answer = await place.upload(f"{target}&part=x&parts={OF}", BODY)
    await place.ask("DELETE", f"viewers/{place.viewer.viewer_id}/requests/r1")
    return answer.seen


@FAMILY.fault("a part cut in its middle, then sent again", "a bundle")
async def cut_and_again(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    target = place.target(request_id)
    await _send(place, target, 1)
    connection = await place.begin_upload(f"{target}&part=2&parts={OF}", SIZE)
    await connection.write(PARTS[1][:1000])
    await place.reach(request_id, "receiving", SIZE + 1000)
    connection.cut()
    await _send_from(place, target, 2)
    return await place.outcome(capture)


@FAMILY.fault("two connections send the same part; the newer counts", "409 already-claimed: ")
async def both_send(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    target = place.target(request_id)
    stale = await place.begin_upload(f"{target}&part=1&parts={OF}", SIZE)
    await stale.write(PARTS[0][:1000])
    await place.reach(request_id, "receiving", 1000)
    await _send_from(place, target, 1)
    await stale.write(PARTS[0][1000:])
    saw = await place.outcome(capture)
    require(saw == "a bundle", saw)
    return (await stale.answer()).seen


@FAMILY.fault("a whole session between two parts", "409 already-claimed: ")
async def whole_between(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    target = place.target(request_id)
    await _send(place, target, 1)
    answer = await place.upload(target, BODY)
    await _send_from(place, target, 2)
    saw = await place.outcome(capture)
    require(saw == "a bundle", saw)
    return answer.seen


@FAMILY.fault("the second part is missing, then silence", "failed cut-short: ")
async def silence(place: Place) -> str:
    target = await place.expect(seconds=MIN_TTL_SECONDS)
    answer = await _send(place, target, 1)
    require(answer.status == 200, answer.seen)
    state = await place.reach("r1", "failed")
    error = state["error"]
    return f"failed {error['code']}: {error['message']}"


@FAMILY.fault("parts that are damaged together", "422 not-a-session: this session file is damaged")
async def damaged(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    target = place.target(request_id)
    await _send(place, target, 1, of=2)
    answer = await place.upload(f"{target}&part=2&parts=2", PARTS[2])
    python = await place.outcome(capture)
    require(str(answer.document["message"]) in python, python)
    return answer.seen
