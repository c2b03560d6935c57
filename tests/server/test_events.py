"""Events over HTTP: one or many, packed or not, small ones to the kernel, large ones kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cellucid_ext.protocol import MAX_EVENTS_BYTES, MAX_FRAME_BYTES
from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer, kernel_line, page_line


async def test_small_events(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    events = [{"viewerId": viewer_id, "type": "click", "cell": i} for i in range(3)]
    async with kernel_line(kernel) as line:
        assert await person.json("POST", "events", events[0]) == {"delivered": 1}
        assert await person.json("POST", "events", events[1:]) == {"delivered": 2}
        for cell in range(3):
            told = await line.expect("event")
            assert told["event"] == {"type": "click", "cell": cell}
            assert told["viewerId"] == viewer_id


async def test_large_event_is_kept_for_the_kernel(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Callable[[], Awaitable[list[str]]]
) -> None:
    event = {"type": "selection", "cells": "é" * (5 * 2**20)}
    body = gzip.compress(json.dumps({"viewerId": viewer_id, **event}).encode())
    async with kernel_line(kernel) as line:
        answer = await person.fetch("POST", "events", body, headers={"Content-Encoding": "gzip"})
        assert json.loads(answer.body) == {"delivered": 1}
        told = await line.expect("event_stored")
        assert told["viewerId"] == viewer_id
        path = f"viewers/{viewer_id}/events/{told['eventId']}"
        assert await kernel.json("GET", path) == event
        assert (await kernel.json("GET", path, status=404))["code"] == "no-such-event"
    assert await files() == []


@pytest.mark.parametrize("less", [0, 100, 400, 600])
async def test_at_the_limit_of_a_frame(
    kernel: KernelPeer, person: Peer, viewer_id: str, less: int
) -> None:
    """Whether it goes as a frame or is kept, it arrives; over the page's websocket too."""
    event = {"type": "t", "seq": 1, "text": ""}
    event["text"] = "x" * (MAX_FRAME_BYTES - less - len(json.dumps(event)))
    del event["seq"]
    async with kernel_line(kernel) as line, page_line(person, viewer_id) as page:
        await line.expect("viewer_connected")
        await page.send(event)
        await page.acknowledged()
        await person.json("POST", "events", {"viewerId": viewer_id, **event}) if less else None
        for _ in range(2 if less else 1):
            told = await line.raw()
            assert told is not None
            if told["type"] == "event_stored":
                path = f"viewers/{viewer_id}/events/{told['eventId']}"
                told["event"] = await kernel.json("GET", path)
            assert told["event"] == event


async def test_a_file_that_somebody_else_removed(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    event = {"viewerId": viewer_id, "type": "t", "text": "x" * (2 * MAX_FRAME_BYTES)}
    async with kernel_line(kernel) as line:
        await person.json("POST", "events", event)
        told = await line.expect("event_stored")
        for kept in extension.spool.folder.glob("*.json"):
            kept.unlink()
        path = f"viewers/{viewer_id}/events/{told['eventId']}"
        assert (await kernel.json("GET", path, status=410))["code"] == "expired"


async def test_closed_viewer_drops_its_events(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Callable[[], Awaitable[list[str]]]
) -> None:
    event = {"viewerId": viewer_id, "type": "t", "text": "x" * (2 * MAX_FRAME_BYTES)}
    assert await person.json("POST", "events", event) == {"delivered": 1}
    await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
    assert await files() == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{v}", 400, "bad-request"),
        ("[1]", 400, "bad-request"),
        ('{"type": "t"}', 400, "bad-request"),
        ('{"viewerId": "{v}"}', 400, "bad-request"),
        ('{"viewerId": "{v}", "type": "t", "x": NaN}', 400, "bad-request"),
        ('{"viewerId": "{v}", "type": "t", "x": "\\ud800"}', 400, "bad-request"),
        ('{"viewerId": "nobody", "type": "t"}', 404, "no-such-viewer"),
        ("[" * 100_000, 400, "bad-request"),
        # What the parser takes, but nobody who writes it again, further down in a program.
        *(
            (f'{{"viewerId": "{{v}}", "type": "t", "x": {"[" * n}{"]" * n}}}', 400, "bad-request")
            for n in (250, 900, 950, 975)
        ),
    ],
)
async def test_bad_events(
    kernel: KernelPeer, person: Peer, viewer_id: str, body: str, status: int, code: str
) -> None:
    """One bad event in a list, and none of the list is passed on."""
    good = f'{{"viewerId": "{viewer_id}", "type": "good"}}'
    async with kernel_line(kernel) as line:
        for text in (body, f"[{good}, {body}]"):
            answer = await person.fetch("POST", "events", text.replace("{v}", viewer_id).encode())
            assert (answer.code, json.loads(answer.body)["code"]) == (status, code)
        await person.fetch("POST", "events", good.replace("good", "last").encode())
        assert (await line.expect("event"))["event"] == {"type": "last"}


async def test_events_that_would_fill_the_server(person: Peer, viewer_id: str) -> None:
    """A few kilobytes, of which the parser would make gigabytes while everybody else waits."""
    text = f'{{"viewerId": "{viewer_id}", "type": "t", "x": [{"[]," * 20_000_000}0]}}'
    body = gzip.compress(text.encode(), 1)
    answer = await person.fetch("POST", "events", body, headers={"Content-Encoding": "gzip"})
    told = json.loads(answer.body)
    assert (answer.code, told["code"]) == (400, "bad-request")
    assert told["message"] == "the body has more than 2,000,000 values"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not gzip", 400),
        (gzip.compress(b"{}" * 1000)[:-12], 400),
        (gzip.compress(bytes(MAX_EVENTS_BYTES + 1)), 413),
    ],
    ids=["not-gzip", "cut", "bomb"],
)
async def test_bad_gzip(person: Peer, body: bytes, status: int) -> None:
    answer = await person.fetch("POST", "events", body, headers={"Content-Encoding": "gzip"})
    assert answer.code == status
    assert json.loads(answer.body)["code"] in ("bad-request", "too-large")


async def test_places_are_given_back(person: Peer, viewer_id: str) -> None:
    """More large bodies than are held at a time, one after another, good and bad."""
    for text in ("x" * (MAX_FRAME_BYTES + 1), "") * 3:
        event: dict[str, Any] = {"viewerId": viewer_id, "type": "t", "text": text}
        assert (await person.fetch("POST", "events", json.dumps(event).encode())).code == 200
        bad = b"[" * (MAX_FRAME_BYTES + 1)
        assert (await person.fetch("POST", "events", bad)).code == 400
