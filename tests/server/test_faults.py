"""What the fault table (`python -m benchmarks faults`) found to be wrong, one test each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable

import pytest

from cellucid_ext.protocol import MAX_FRAME_BYTES
from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer, kernel_line, page_line, session
from .sending import begin_upload, expect, reach

Files = Callable[[], Awaitable[list[str]]]
BODY = session(4_000_000)


async def test_whole_upload_whose_sender_left(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    """Nobody hears the answer, and the session is there all the same."""
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    stream = await begin_upload(person, target, len(BODY))
    await stream.write(BODY)
    stream.close()
    assert (await kernel.json("GET", f"{request}?wait=20"))["state"] == "ready"
    assert (await kernel.fetch("GET", f"{request}/bundle")).body == BODY


async def test_stale_connection_after_the_session_came(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    target, body = f"{target}&part=1&parts=1", session()
    stale = await begin_upload(person, target, len(body))
    await stale.write(body[:50])
    await reach(kernel, request, "receiving", 50)
    assert (await person.fetch("POST", target, body)).code == 200
    await stale.write(body[50:])
    answer = await stale.read_until(b"}")
    assert b" 409 " in answer
    assert b"a session was already sent for this request" in answer
    stale.close()


async def test_spool_that_was_cleaned_away(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    """Temporary folders are cleaned by others: it is made anew, with its lock."""
    shutil.rmtree(extension.spool.folder)
    target = await expect(kernel, viewer_id)
    assert (await person.fetch("POST", target, BODY)).code == 200
    assert extension.spool.folder.stat().st_mode & 0o777 == 0o700
    assert extension.spool.sweep_leftovers() == 0
    assert (extension.spool.folder / ".lock").exists()
    answer = await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
    assert answer.body == BODY


async def test_spool_that_is_cleaned_away_in_the_middle(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    """The kernel hears of it, and the place is free again."""
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    async with kernel_line(kernel) as line:
        stream = await begin_upload(person, target, len(BODY))
        await stream.write(BODY[:50])
        await reach(kernel, request, "receiving", 50)
        shutil.rmtree(extension.spool.folder)
        await stream.write(BODY[50:])
        assert b" 507 " in await stream.read_until(b"\r\n")
        stream.close()
        assert (await line.expect("session_bundle"))["error"]["code"] == "disk-failed"
    now = (await person.json("GET", "health"))["now"]
    assert now == {"pendingRequests": 0, "uploads": 0}
    again = await expect(kernel, viewer_id, "r2")
    assert (await person.fetch("POST", again, BODY)).code == 200


async def test_slow_upload_does_not_hold_its_place_for_ever(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files, extension: CellucidExtension
) -> None:
    """One that is quick enough may outlast its request's time; one that hardly moves may not."""
    clock = extension.uploads.clock
    slow, quick = await expect(kernel, viewer_id, "slow"), await expect(kernel, viewer_id, "quick")
    streams = [await begin_upload(person, target, len(BODY)) for target in (slow, quick)]
    for stream, name, size in zip(streams, ("slow", "quick"), (50, len(BODY) - 1), strict=True):
        await stream.write(BODY[:size])
        await reach(kernel, f"viewers/{viewer_id}/requests/{name}", "receiving", size)
    extension.uploads.clock = lambda: clock() + 50
    extension.uploads.sweep()
    assert (await person.json("GET", "health"))["now"]["uploads"] == 2
    extension.uploads.clock = lambda: clock() + 60
    extension.uploads.sweep()
    failed = await kernel.json("GET", f"viewers/{viewer_id}/requests/slow")
    assert (failed["state"], failed["error"]["code"]) == ("failed", "cut-short")
    assert "only 50 bytes came in 60 s" in failed["error"]["message"]
    await streams[0].write(BODY[50:])
    await streams[1].write(BODY[-1:])
    answers = [await stream.read_until(b"}") for stream in streams]
    assert b" 410 " in answers[0]
    assert json.loads(answers[1].split(b"\r\n\r\n")[1])["status"] == "ok"
    for stream in streams:
        stream.close()
    assert (await kernel.fetch("GET", f"viewers/{viewer_id}/requests/quick/bundle")).body == BODY
    assert await files() == []


async def test_large_event_that_cannot_be_kept(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    """The one that came over HTTP is refused; a page that sent one is not hung up on."""
    spool, event = extension.spool.folder, {"type": "selection", "cells": "x" * MAX_FRAME_BYTES}
    almost = "x" * (MAX_FRAME_BYTES - 50)  # a frame from the page, and too large for the kernel's
    async with kernel_line(kernel) as line, page_line(person, viewer_id) as page:
        await line.expect("viewer_connected")
        shutil.rmtree(spool)
        spool.write_text("somebody else's")
        try:
            refused = await person.json(
                "POST", "events", {"viewerId": viewer_id, **event}, status=507
            )
            assert refused["code"] == "disk-failed"
            assert refused["message"].startswith("the server can't keep the event: ")
            await page.send({"type": "t", "text": almost})
            # Events are handled one after the other: when this has come, that is over.
            await page.send({"type": "click"})
            assert (await line.expect("event"))["event"] == {"type": "click"}
        finally:
            spool.unlink()
        await person.json("POST", "events", {"viewerId": viewer_id, **event})
        told = await line.expect("event_stored")
        assert await kernel.json("GET", f"viewers/{viewer_id}/events/{told['eventId']}") == event


async def test_files_that_were_cleaned_away_before_the_kernel_came(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    event = {"viewerId": viewer_id, "type": "selection", "cells": "x" * MAX_FRAME_BYTES}
    async with kernel_line(kernel) as line:
        await person.fetch("POST", target, BODY)
        await line.expect("session_bundle")
        await person.json("POST", "events", event)
        event_id = (await line.expect("event_stored"))["eventId"]
    shutil.rmtree(extension.spool.folder)
    for _ in range(2):
        refused = await kernel.json("GET", f"{request}/bundle", status=410)
        assert refused["code"] == "expired"
        assert refused["message"] == "its file was removed from the server's spool folder"
    state = await kernel.json("GET", request)
    assert (state["state"], state["error"]["message"]) == ("expired", refused["message"])
    refused = await kernel.json("GET", f"viewers/{viewer_id}/events/{event_id}", status=410)
    assert refused["message"] == "its file is not there any more: it was read, or removed"


@pytest.mark.parametrize("digits", [19, 400, 5000])
async def test_length_that_cannot_be(
    kernel: KernelPeer, person: Peer, stranger: Peer, viewer_id: str, digits: int
) -> None:
    target, length = await expect(kernel, viewer_id), "9" * digits
    told = []
    for peer, path in (person, target), (stranger, target), (stranger, "events"):
        stream = await begin_upload(peer, path, length)
        told.append((await stream.read_until_close()).split(b"\r\n")[0].split()[1])
    assert told == [b"411", b"403", b"403"]
    # Of what is no upload, Tornado refuses the body itself.
    stream = await begin_upload(person, "viewers", length)
    assert (await stream.read_until_close()).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("digits", [19, 5000])
async def test_number_of_a_part_that_cannot_be(
    kernel: KernelPeer, person: Peer, viewer_id: str, digits: int
) -> None:
    part = f"{await expect(kernel, viewer_id)}&part={'1' * digits}&parts=2"
    answer = await person.fetch("POST", part, b"x")
    refused = json.loads(answer.body)
    assert (answer.code, refused["code"]) == (400, "bad-request")
    assert len(refused["message"]) < 200
