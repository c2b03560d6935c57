"""Bodies that are no session, or that are announced as they may not be."""

from __future__ import annotations

import gzip

from .family import Family, require
from .place import Place
from .server import MAX_UPLOAD_BYTES
from .sessions import session

FAMILY = Family("bodies that are no session")
BODY = session(100_000)
MAGIC = b"CELLUCID_SESSION\n"


async def _refused(place: Place, body: bytes, headers: dict[str, str] | None = None) -> str:
    """Send a body in answer to a capture; Python must be told the same as the page."""
    capture, request_id = await place.captured_by_upload(await place.page())
    answer = await place.upload(place.target(request_id), body, headers)
    python = await place.outcome(capture)
    require(python.startswith("PageFailed: "), python)
    require(str(answer.document["message"]) in python, f"{answer.seen} but {python}")
    return answer.seen


@FAMILY.fault("not the magic bytes", "415 not-a-session: this is no session file")
async def not_the_magic(place: Place) -> str:
    return await _refused(place, b"PK\x03\x04" + bytes(100_000))


@FAMILY.fault("an empty body", "415 not-a-session: this is no session file")
async def empty(place: Place) -> str:
    return await _refused(place, b"")


@FAMILY.fault("gzip around the session", "415 not-a-session: this is no session file")
async def gzipped(place: Place) -> str:
    return await _refused(place, gzip.compress(BODY), {"Content-Encoding": "gzip"})


@FAMILY.fault("the magic bytes alone", "422 not-a-session: this session file is damaged")
async def magic_alone(place: Place) -> str:
    return await _refused(place, MAGIC)


@FAMILY.fault("the magic bytes, then a broken manifest", "422 not-a-session: this session file is")
async def broken_manifest(place: Place) -> str:
    return await _refused(place, MAGIC + (10).to_bytes(4, "little") + b'{"chunks":')


@FAMILY.fault("a manifest of 4 GiB, as announced in it", "422 not-a-session: this session file is")
async def endless_manifest(place: Place) -> str:
    return await _refused(place, MAGIC + b"\xff\xff\xff\xff" + bytes(1000))


@FAMILY.fault("truncated frames inside", "422 not-a-session: this session file is damaged")
async def truncated_frames(place: Place) -> str:
    return await _refused(place, BODY[:-10])


@FAMILY.fault("more bytes after the last frame", "422 not-a-session: this session file is damaged")
async def more_at_the_end(place: Place) -> str:
    return await _refused(place, BODY + b"more")


@FAMILY.fault("no Content-Length", "411 no-length: an upload must say how long it is")
async def no_length(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    chunked = {"Transfer-Encoding": "chunked"}
    connection = await place.begin_upload(place.target(request_id), None, chunked)
    await connection.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))
    answer = await connection.answer()
    python = await place.outcome(capture)
    require("an upload must say how long it is" in python, python)
    return answer.seen


@FAMILY.fault("over the cap, refused before its body", "413 too-large: the body has ")
async def over_the_cap(place: Place) -> str:
    capture, request_id = await place.captured_by_upload(await place.page())
    connection = await place.begin_upload(place.target(request_id), MAX_UPLOAD_BYTES + 1)
    answer = await connection.answer()
    python = await place.outcome(capture)
    require("at most 16,777,216 are taken" in python, python)
    return answer.seen
