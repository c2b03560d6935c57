"""Requests for a session: wrong ones, claimed twice, too late, cancelled, read twice."""

from __future__ import annotations

import asyncio

from cellucid_ext.protocol import NAMESPACE

from .family import Family, require
from .http import SECONDS, head
from .place import Place
from .server import MIN_TTL_SECONDS
from .sessions import session

FAMILY = Family("requests for a session")
BODY = session(100_000)


@FAMILY.fault("upload by a stranger", "403 not-authenticated: log in to this Jupyter server first")
async def stranger(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.connect()
    path = f"/{NAMESPACE}/{place.target(request_id)}"
    xsrf = {"Cookie": "_xsrf=mine", "X-XSRFToken": "mine", "Content-Length": str(len(BODY))}
    await connection.write(head(place.server.port, "POST", path, xsrf) + BODY)
    answer = await connection.answer()
    require((await place.upload(place.target(request_id), BODY)).status == 200, "not taken")
    require(await place.outcome(capture) == "a bundle", "the capture failed")
    return answer.seen


@FAMILY.fault("upload without the XSRF header", "403 forbidden: ")
async def no_xsrf(place: Place) -> str:
    target = await place.expect()
    answer = await place.upload(target, BODY, {"X-XSRFToken": ""})
    require((await place.state("r1"))["state"] == "pending", "it was claimed")
    await place.ask("DELETE", f"viewers/{place.viewer.viewer_id}/requests/r1")
    return answer.seen


@FAMILY.fault("another viewer's id", "404 no-pending-request: No pending session bundle request")
async def wrong_viewer(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    wrong = f"session_bundle?viewerId=nobody&requestId={request_id}"
    answer = await place.upload(wrong, BODY)
    require((await place.upload(place.target(request_id), BODY)).status == 200, "not taken")
    require(await place.outcome(capture) == "a bundle", "the capture failed")
    return answer.seen


@FAMILY.fault("a made-up request id", "404 no-pending-request: No pending session bundle request")
async def wrong_request(place: Place) -> str:
    return (await place.upload(place.target("nobody"), BODY)).seen


@FAMILY.fault("claimed twice at once", "409 already-claimed: ")
async def claimed_twice(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    answers = await asyncio.gather(
        *(place.upload(place.target(request_id), BODY) for _ in range(2))
    )
    one, other = sorted(answers, key=lambda answer: answer.status)
    require(one.status == 200, f"none was taken: {one.seen}")
    require(await place.outcome(capture) == "a bundle", "the capture failed")
    return other.seen


@FAMILY.fault("sent again after it was taken", "409 already-claimed: ")
async def sent_again(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    await place.upload(place.target(request_id), BODY)
    require(await place.outcome(capture) == "a bundle", "the capture failed")
    return (await place.upload(place.target(request_id), BODY)).seen


@FAMILY.fault("after its time", "410 expired: the request has ended: no session came in time")
async def too_late(place: Place) -> str:
    target = await place.expect(seconds=MIN_TTL_SECONDS)
    await place.reach("r1", "expired")
    return (await place.upload(target, BODY)).seen


@FAMILY.fault("its time ends while a quick upload is under way", "200 ok")
async def late_but_quick(place: Place) -> str:
    target = await place.expect(seconds=1)
    connection = await place.begin_upload(target, len(BODY))
    await connection.write(BODY[:-1])
    await place.reach("r1", "receiving", len(BODY) - 1)
    await place.expect("watch", seconds=1)
    await place.reach("watch", "expired")
    await connection.write(BODY[-1:])
    answer = await connection.answer()
    path = f"viewers/{place.viewer.viewer_id}/requests/r1/bundle"
    require((await place.ask("GET", path)).body == BODY, "another file came")
    return answer.seen


@FAMILY.fault("capture cancelled in the middle of the upload", "410 expired: the request has ended")
async def cancelled(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:50_000])
    await place.reach(request_id, "receiving", 50_000)
    capture.cancel()
    require(await place.outcome(capture) == "CancelledError", "the capture went on")
    await place.reach(request_id, "expired")
    await connection.write(BODY[50_000:])
    return (await connection.answer()).seen


@FAMILY.fault("Python's time ends in the middle of the upload", "SessionTimeout: no session within")
async def python_too_late(place: Place) -> str:
    page = await place.page()
    capture = place.capture(timeout=1)
    request_id = await place.asked(page)
    connection = await place.begin_upload(place.target(request_id), len(BODY))
    await connection.write(BODY[:50_000])
    await place.reach(request_id, "receiving", 50_000)
    return await place.outcome(capture)


@FAMILY.fault("two captures of one viewer at once", "a bundle, a bundle")
async def two_captures(place: Place) -> str:
    page = await place.page()
    captures = [place.capture(), place.capture()]
    for _ in captures:
        answer = await place.upload(place.target(await place.asked(page)), BODY)
        require(answer.status == 200, answer.seen)
    return ", ".join([await place.outcome(capture) for capture in captures])


@FAMILY.fault("a request id used twice", "409 already-claimed: request 'r1' was made before")
async def used_twice(place: Place) -> str:
    await place.expect()
    path = f"viewers/{place.viewer.viewer_id}/requests"
    answer = await place.ask("POST", path, {"requestId": "r1", "ttlSeconds": 30})
    await place.ask("DELETE", f"{path}/r1")
    return answer.seen


@FAMILY.fault("a time out of range", "400 bad-request: 'ttlSeconds' is 1000000000; it must be")
async def out_of_range(place: Place) -> str:
    path = f"viewers/{place.viewer.viewer_id}/requests"
    for wrong in ("soon", None, True, 0, -1, float("nan")):
        answer = await place.ask("POST", path, {"requestId": "r1", "ttlSeconds": wrong})
        require(answer.status == 400, f"{wrong!r}: {answer.seen}")
    return (await place.ask("POST", path, {"requestId": "r1", "ttlSeconds": 10**9})).seen


@FAMILY.fault("fetched half and dropped, then fetched again", "the whole session, then 410 expired")
async def fetched_half(place: Place) -> str:
    body = session(12_000_000)
    require((await place.upload(await place.expect(), body)).status == 200, "not taken")
    path = f"viewers/{place.viewer.viewer_id}/requests/r1/bundle"
    token = {"Authorization": f"token {place.server.token}"}
    connection = await place.connect()
    await connection.write(head(place.server.port, "GET", f"/{NAMESPACE}/{path}", token))
    read = 0
    async with asyncio.timeout(SECONDS):
        while read < 1_000_000:
            read += len(await connection.read(2**16))
    connection.cut()
    whole = await place.ask("GET", path)
    require(whole.body == body, f"another file came: {whole.seen}, {len(whole.body):,} bytes")
    again = await place.ask("GET", path)
    return f"the whole session, then {again.seen}"
