"""A session in parts: what proxies with small limits let through, whatever they cut."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cellucid_ext.protocol import RESUME_SECONDS
from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer, kernel_line, session
from .sending import begin_upload, expect, reach

Files = Callable[[], Awaitable[list[str]]]
SIZE = 300_000
BODY = session(1_000_000)
PARTS = [BODY[start : start + SIZE] for start in range(0, len(BODY), SIZE)]


@pytest.fixture
def extension_config() -> dict[str, Any]:
    return {"part_bytes": SIZE, "max_upload_bytes": 1_200_000}


async def send(
    person: Peer, target: str, number: int, body: bytes | None = None, of: int = len(PARTS)
) -> tuple[int, dict[str, Any]]:
    """Send one part; returns the status and the JSON answered."""
    body = PARTS[number - 1] if body is None else body
    answer = await person.fetch("POST", f"{target}&part={number}&parts={of}", body)
    return answer.code, json.loads(answer.body)


def taken(number: int) -> tuple[int, dict[str, Any]]:
    """What is answered to a part that is not the last."""
    return 200, {"status": "receiving", "bytes": sum(map(len, PARTS[:number]))}


WHOLE = (200, {"status": "ok", "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()})


async def fetched(kernel: KernelPeer, viewer_id: str) -> bytes:
    answer = await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
    assert answer.code == 200
    return answer.body


async def test_one_after_the_other(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    assert len(PARTS) == 4
    assert (await person.json("GET", "info"))["partBytes"] == SIZE
    target = await expect(kernel, viewer_id)
    async with kernel_line(kernel) as line:
        for number in (1, 2, 3):
            assert await send(person, target, number) == taken(number)
            state = await kernel.json("GET", f"viewers/{viewer_id}/requests/r1")
            about = {"bytes": number * SIZE, "expected": len(PARTS) * SIZE}
            assert state == {"state": "receiving", **about}
        assert await send(person, target, 4) == WHOLE
        told = await line.expect("session_bundle")
        assert (told["status"], told["bytes"]) == ("ok", len(BODY))
    assert await fetched(kernel, viewer_id) == BODY
    assert await files() == []


async def test_only_one_part(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    target, body = await expect(kernel, viewer_id), session(100)
    status, answer = await send(person, target, 1, body, of=1)
    assert (status, answer["status"], answer["bytes"]) == (200, "ok", len(body))
    assert await send(person, target, 1, body, of=1) == (status, answer)
    assert await fetched(kernel, viewer_id) == body


async def test_repeated_parts_are_written_once(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    """Whoever did not get an answer sends again, also the last one, also after it was fetched."""
    target = await expect(kernel, viewer_id)
    for number in (1, 2, 3):
        for _ in range(3):
            assert await send(person, target, number) == taken(number)
    assert await send(person, target, 4) == WHOLE
    assert await send(person, target, 4) == WHOLE
    assert await fetched(kernel, viewer_id) == BODY
    assert await send(person, target, 4) == WHOLE


@pytest.mark.parametrize(("done", "number"), [(0, 2), (0, 4), (1, 3), (3, 2)])
async def test_out_of_order(
    kernel: KernelPeer, person: Peer, viewer_id: str, done: int, number: int
) -> None:
    target = await expect(kernel, viewer_id)
    for before in range(1, done + 1):
        await send(person, target, before)
    status, refused = await send(person, target, number)
    assert (status, refused["code"], refused["expectedPart"]) == (409, "out-of-order", done + 1)
    assert refused["message"] == (f"part {number} of 4 came, but part {done + 1} is to come next")
    for after in range(done + 1, 4):
        assert await send(person, target, after) == taken(after)
    assert await send(person, target, 4) == WHOLE
    assert await fetched(kernel, viewer_id) == BODY


@pytest.mark.parametrize("done", [1, 2, 3])
@pytest.mark.parametrize("of", [2, 4])
async def test_begun_anew(
    kernel: KernelPeer, person: Peer, viewer_id: str, done: int, of: int
) -> None:
    """The first part again, of something else: nothing stays of what was there."""
    target = await expect(kernel, viewer_id)
    for number in range(1, done + 1):
        await send(person, target, number)
    body = session(1_100_000 if of == 4 else 400_000)
    for number in range(1, of + 1):
        part = body[(number - 1) * SIZE : number * SIZE]
        status, answer = await send(person, target, number, part, of)
        assert (status, answer["bytes"]) == (200, min(number * SIZE, len(body)))
    assert answer["sha256"] == hashlib.sha256(body).hexdigest()
    assert await fetched(kernel, viewer_id) == body


@pytest.mark.parametrize("number", [1, 2, 4])
async def test_cut_in_the_middle_of_a_part(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files, number: int
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    for before in range(1, number):
        await send(person, target, before)
    start = (number - 1) * SIZE
    for cut in (1, 60_000):
        part = f"{target}&part={number}&parts=4"
        stream = await begin_upload(person, part, len(PARTS[number - 1]))
        await stream.write(PARTS[number - 1][:cut])
        await reach(kernel, request, "receiving", start + cut)
        stream.close()
        await falls_back(kernel, request, start)
    for after in range(number, 4):
        assert await send(person, target, after) == taken(after)
    assert await send(person, target, 4) == WHOLE
    assert await fetched(kernel, viewer_id) == BODY
    assert await files() == []


async def falls_back(kernel: KernelPeer, request: str, size: int) -> None:
    """Wait, at most 10 s, until a part that was cut no longer counts."""
    for _ in range(500):
        told = await kernel.json("GET", request)
        assert told["state"] == "receiving"
        if told["bytes"] == size:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"still {told}")


async def test_sent_again_while_the_server_still_waits(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    """A proxy may keep up a connection whose other end is long gone: the newer one counts."""
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    stale = await begin_upload(person, f"{target}&part=1&parts=4", SIZE)
    await stale.write(PARTS[0][:50_000])
    await reach(kernel, request, "receiving", 50_000)
    assert await send(person, target, 1) == taken(1)
    await stale.write(bytes(SIZE - 50_000))
    assert b" 409 " in await stale.read_until(b"\r\n")
    stale.close()
    for number in (2, 3):
        assert await send(person, target, number) == taken(number)
    assert await send(person, target, 4) == WHOLE
    assert await fetched(kernel, viewer_id) == BODY


async def test_wrong_beginning(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target = await expect(kernel, viewer_id)
    async with kernel_line(kernel) as line:
        status, refused = await send(person, target, 1, b"x" * 1000)
        assert (status, refused["code"]) == (415, "not-a-session")
        assert (await line.expect("session_bundle"))["error"]["code"] == "not-a-session"
    assert await send(person, target, 1) == (415, refused)
    assert await send(person, target, 2) == (415, refused)
    assert await files() == []


async def test_damaged_whole(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target = await expect(kernel, viewer_id)
    for number in (1, 2, 3):
        await send(person, target, number)
    status, refused = await send(person, target, 4, PARTS[3][:-1])
    assert (status, refused["code"]) == (422, "not-a-session")
    assert await send(person, target, 4) == (422, refused)
    assert (await kernel.json("GET", f"viewers/{viewer_id}/requests/r1"))["state"] == "failed"
    assert await files() == []


async def test_too_large_a_part(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    await send(person, target, 1)
    stream = await begin_upload(person, f"{target}&part=2&parts=4", SIZE + 1)
    answer = await stream.read_until_close()
    assert answer.startswith(b"HTTP/1.1 413")
    assert (await kernel.json("GET", request))["error"]["code"] == "too-large"
    assert await files() == []


async def test_too_large_together(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target = await expect(kernel, viewer_id)
    await send(person, target, 1, of=5)
    for number in (2, 3, 4):
        status, answer = await send(person, target, number, bytes(SIZE), of=5)
        assert (status, answer["bytes"]) == (200, number * SIZE)
    status, refused = await send(person, target, 5, b"x", of=5)
    assert (status, refused["code"]) == (413, "too-large")
    assert refused["message"] == "the parts have 1,200,001 bytes; at most 1,200,000 are taken"
    assert await files() == []


async def test_another_number_of_parts(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    target = await expect(kernel, viewer_id)
    await send(person, target, 1)
    status, refused = await send(person, target, 2, of=5)
    assert (status, refused["code"]) == (400, "bad-request")
    assert refused["message"] == "'parts' is 5, but the session was begun in 4"
    assert await send(person, target, 2) == taken(2)


@pytest.mark.parametrize(
    "query", ["part=1", "parts=2", "part=0&parts=2", "part=3&parts=2", "part=x&parts=2",
              "part=1&parts=10001", "part=-1&parts=1", "part=&parts="]
)  # fmt: skip
async def test_no_parts(kernel: KernelPeer, person: Peer, viewer_id: str, query: str) -> None:
    target = await expect(kernel, viewer_id)
    answer = await person.fetch("POST", f"{target}&{query}", b"x")
    assert (answer.code, json.loads(answer.body)["code"]) == (400, "bad-request")
    assert (await kernel.json("GET", f"viewers/{viewer_id}/requests/r1"))["state"] == "pending"


async def test_whole_session_in_between(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    target = await expect(kernel, viewer_id)
    await send(person, target, 1)
    answer = await person.fetch("POST", target, session())
    assert (answer.code, json.loads(answer.body)["code"]) == (409, "already-claimed")
    assert await send(person, target, 2) == taken(2)


async def test_cancelled_between_parts(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    await send(person, target, 1)
    await kernel.json("DELETE", request, status=204)
    assert await files() == []
    status, refused = await send(person, target, 2)
    assert (status, refused["code"]) == (410, "expired")


async def test_viewer_closed_between_parts(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target = await expect(kernel, viewer_id)
    await send(person, target, 1)
    await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
    assert await files() == []
    assert (await send(person, target, 2))[0] == 410


async def test_page_that_stays_away(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files, extension: CellucidExtension
) -> None:
    """The kernel hears of it, the place is free, and nothing stays on disk."""
    clock = extension.uploads.clock
    target = await expect(kernel, viewer_id)
    async with kernel_line(kernel) as line:
        await send(person, target, 1)
        extension.uploads.clock = lambda: clock() + RESUME_SECONDS - 5
        extension.uploads.sweep()
        assert (await kernel.json("GET", f"viewers/{viewer_id}/requests/r1"))["bytes"] == SIZE
        extension.uploads.clock = lambda: clock() + RESUME_SECONDS
        extension.uploads.sweep()
        told = await line.expect("session_bundle")
    assert told["error"] == {
        "code": "cut-short",
        "message": "no part came in 60 s, after 1 of 4",
    }
    assert await files() == []
    status, refused = await send(person, target, 2)
    assert (status, refused["code"]) == (422, "cut-short")


async def test_parts_hold_one_place(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    for request_id in ("a", "b"):
        await send(person, await expect(kernel, viewer_id, request_id), 1)
    status, refused = await send(person, await expect(kernel, viewer_id, "c"), 1)
    assert (status, refused["code"]) == (429, "too-many")


async def test_disk_full_in_the_middle(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = await expect(kernel, viewer_id)
    await send(person, target, 1)
    monkeypatch.setattr("cellucid_ext.server.upload.RESERVE_BYTES", 2**62)
    status, refused = await send(person, target, 2)
    assert (status, refused["code"]) == (507, "disk-full")
    assert await send(person, target, 2) == (507, refused)
    assert await files() == []
