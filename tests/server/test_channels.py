"""The websockets: what is said arrives once, in order, over lost connections too."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cellucid_ext.protocol import MAX_FRAME_BYTES, RESUME_SECONDS
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.handlers import channels

from .peers import DATASET, KernelPeer, Peer, kernel_line, page_line


async def command(kernel: KernelPeer, viewer_id: str, **command: Any) -> int:
    path = f"viewers/{viewer_id}/commands"
    answer = await kernel.json("POST", path, {"type": "ping", **command}, status=202)
    delivered: int = answer["delivered"]
    return delivered


async def test_a_conversation(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as to_page:
        assert to_kernel.welcome == {
            "type": "welcome",
            "protocol": 1,
            "resumed": False,
            "received": 0,
        }
        assert to_page.welcome["kernelConnected"] is True
        assert to_page.welcome["kernelId"] == kernel.kernel_id
        told = await to_kernel.expect("viewer_connected")
        assert told == {"type": "viewer_connected", "viewerId": viewer_id, "pages": 1}

        await to_page.send({"type": "selection", "cells": [1, 2]})
        told = await to_kernel.expect("event")
        assert told["viewerId"] == viewer_id
        assert told["event"] == {"type": "selection", "cells": [1, 2]}

        assert await command(kernel, viewer_id, type="highlight", cells=[3], seq=99) == 1
        assert await to_page.expect("highlight") == {"type": "highlight", "cells": [3]}

        (viewer,) = (await kernel.json("GET", "viewers"))["viewers"]
        assert viewer["pages"] == 1
        assert viewer["kernelConnected"] is True
        assert viewer["lastEvent"] == "selection"
        assert viewer["dataset"] == DATASET["dataset"]
        assert await person.json("GET", f"viewers/{viewer_id}") == viewer

        to_page.drop()
        assert (await to_kernel.expect("viewer_disconnected"))["pages"] == 0


async def test_no_browser(kernel: KernelPeer, viewer_id: str) -> None:
    path = f"viewers/{viewer_id}/commands"
    refused = await kernel.json("POST", path, {"type": "ping"}, status=409)
    assert refused["code"] == "no-browser"


@pytest.mark.parametrize("body", [{}, {"type": 1}, {"type": ""}, {"type": "x" * 65}, []])
async def test_bad_command(kernel: KernelPeer, viewer_id: str, body: Any) -> None:
    refused = await kernel.json("POST", f"viewers/{viewer_id}/commands", body, status=400)
    assert refused["code"] == "bad-request"


async def test_too_large_command(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    path = f"viewers/{viewer_id}/commands"
    async with page_line(person, viewer_id) as page:
        # Escaped it fits as a body; as a frame with its number it does not.
        large = {"type": "ping", "text": "x" * (MAX_FRAME_BYTES - 40)}
        assert (await kernel.json("POST", path, large, status=413))["code"] == "too-large"
        large = {"type": "ping", "text": "x" * MAX_FRAME_BYTES}
        assert (await kernel.json("POST", path, large, status=413))["code"] == "too-large"
        await command(kernel, viewer_id, type="pong")
        await page.expect("pong")


async def test_session_is_asked_of_the_page_used_last(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with page_line(person, viewer_id) as first, page_line(person, viewer_id) as second:
        assert await command(kernel, viewer_id) == 2
        await first.expect("ping")
        await second.expect("ping")
        await first.send({"type": "click"})
        await first.acknowledged()
        assert await command(kernel, viewer_id, type="requestSessionBundle", requestId="r") == 1
        assert (await first.expect("requestSessionBundle"))["requestId"] == "r"
        await command(kernel, viewer_id, type="pong")
        await second.expect("pong")


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_page_resumes(kernel: KernelPeer, person: Peer, viewer_id: str, lost: str) -> None:
    """Commands and events on the way when the connection broke arrive, once, in order."""
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as page:
        await to_kernel.expect("viewer_connected")
        await command(kernel, viewer_id, number=1)
        await page.expect("ping", acknowledge=lost == "after")
        await command(kernel, viewer_id, number=2)
        await page.send({"type": "click", "number": 1})
        await to_kernel.expect("event")
        await page.send({"type": "click", "number": 2}, lose=True)
        page.drop()
        await to_kernel.expect("viewer_disconnected")

        welcome = await page.open()
        assert welcome["resumed"] is True
        assert welcome["received"] == 1
        await to_kernel.expect("viewer_connected")
        assert (await page.expect("ping"))["number"] == 2
        told = await to_kernel.expect("event")
        assert told["event"]["number"] == 2
        await command(kernel, viewer_id, number=3)
        assert (await page.expect("ping"))["number"] == 3


async def test_command_while_one_page_is_away(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    here, away = page_line(person, viewer_id), page_line(person, viewer_id)
    async with kernel_line(kernel) as to_kernel, here, away:
        await to_kernel.expect("viewer_connected")
        await to_kernel.expect("viewer_connected")
        away.drop()
        assert (await to_kernel.expect("viewer_disconnected"))["pages"] == 1
        assert await command(kernel, viewer_id) == 1
        await here.expect("ping")
        await away.open()
        await away.expect("ping")


async def test_kernel_resumes(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with page_line(person, viewer_id) as page, kernel_line(kernel) as to_kernel:
        await page.expect("kernel_connected")
        await to_kernel.expect("viewer_connected", acknowledge=False)
        to_kernel.drop()
        assert await page.expect("kernel_gone") == {
            "type": "kernel_gone",
            "reason": "disconnected",
        }
        await page.send({"type": "click", "number": 1})
        await page.send({"type": "click", "number": 2})
        await page.acknowledged()
        assert (await to_kernel.open())["resumed"] is True
        await page.expect("kernel_connected")
        for number in (1, 2):
            assert (await to_kernel.expect("event"))["event"]["number"] == number


async def test_events_wait_for_a_kernel_that_just_registered(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with page_line(person, viewer_id) as page:
        await page.send({"type": "ready"})
        await page.acknowledged()
        async with kernel_line(kernel) as to_kernel:
            assert to_kernel.welcome["resumed"] is False
            await to_kernel.expect("viewer_connected")
            assert (await to_kernel.expect("event"))["event"] == {"type": "ready"}


async def test_forgotten_after_a_while(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension, clock: Any
) -> None:
    async with page_line(person, viewer_id) as page, kernel_line(kernel) as to_kernel:
        await page.expect("kernel_connected")
        await to_kernel.expect("viewer_connected")
        page.drop()
        await to_kernel.expect("viewer_disconnected")
        to_kernel.drop()
        for _ in range(500):
            if not extension.relay.connections.kernel_connected(kernel.kernel_id):
                break
            await asyncio.sleep(0.01)
        clock.now += RESUME_SECONDS + 1
        extension.relay.sweep()
        await page.send({"type": "click"}, lose=True)
        assert (await page.open())["resumed"] is False
        welcome = await to_kernel.open()
        assert welcome["resumed"] is False
        assert (await to_kernel.expect("viewer_connected"))["pages"] == 1
        # The kernel was not there for it, and the page knows that its event was taken.
        await page.expect("kernel_connected")
        await page.acknowledged()


class Clock:
    """A clock that a test can put forward."""

    def __init__(self, real: Any) -> None:
        self._real, self.now = real, 0.0

    def __call__(self) -> float:
        return float(self._real()) + self.now


@pytest.fixture
def clock(extension: CellucidExtension) -> Clock:
    clock = Clock(extension.relay.connections.clock)
    extension.relay.connections.clock = clock
    return clock


async def test_second_connection_replaces_the_first(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    page = page_line(person, viewer_id)
    await page.open()
    first, page._socket = page._socket, None
    assert first is not None
    assert (await page.open())["resumed"] is True
    assert await first.read_message() is None
    assert first.close_code == 4409
    assert await command(kernel, viewer_id) == 1
    await page.expect("ping")
    page.drop()


async def test_another_connection_of_a_kernel_replaces_the_first(kernel: KernelPeer) -> None:
    async with kernel_line(kernel) as first, kernel_line(kernel) as second:
        assert await first.hung_up() == 4409
        assert second.welcome["resumed"] is False


async def test_closed_viewer(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as page:
        await to_kernel.expect("viewer_connected")
        await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
        assert (await page.expect("kernel_gone"))["reason"] == "closed"
        assert await page.hung_up() == 4404
        told = await to_kernel.expect("viewer_closed")
        assert told == {"type": "viewer_closed", "viewerId": viewer_id, "reason": "closed"}
        assert await kernel.json("GET", "viewers") == {"viewers": []}
        late = await person.connect(f"viewers/{viewer_id}/channel")
        assert await late.read_message() is None
        assert late.close_code == 4404


@pytest.mark.parametrize(("action", "reason"), [("restart", "restarted"), ("shutdown", "shutdown")])
async def test_end_of_the_kernel(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    jp_serverapp: Any,
    action: str,
    reason: str,
) -> None:
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as page:
        await to_kernel.expect("viewer_connected")
        manager = jp_serverapp.kernel_manager
        await manager.interrupt_kernel(kernel.kernel_id)
        assert await command(kernel, viewer_id) == 1
        await page.expect("ping")
        await getattr(manager, f"{action}_kernel")(kernel.kernel_id, now=True)
        assert (await page.expect("kernel_gone"))["reason"] == reason
        assert await page.hung_up() == 4404
        assert await to_kernel.hung_up() == 4409
    assert await person.json("GET", "viewers") == {"viewers": []}


async def test_kernel_dies(
    kernel: KernelPeer, person: Peer, viewer_id: str, jp_serverapp: Any
) -> None:
    managed = jp_serverapp.kernel_manager.get_kernel(kernel.kernel_id)
    first = managed.ready
    async with page_line(person, viewer_id) as page:
        await managed.provisioner.kill()
        assert (await page.expect("kernel_gone"))["reason"] == "died"
    # Jupyter starts it again; only then can it be shut down.
    for _ in range(1000):
        if managed.ready is not first and managed.ready.done():
            break
        await asyncio.sleep(0.02)


async def test_registered_again(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    """A kernel takes up its viewer after the server forgot it; open pages stay."""
    again = {**DATASET, "viewerId": viewer_id, "title": "new"}
    async with page_line(person, viewer_id) as page:
        first = await kernel.json("POST", "viewers", again, status=201)
        assert first["viewerId"] == viewer_id
        await page.send({"type": "click"})
        await page.acknowledged()
        (viewer,) = (await kernel.json("GET", "viewers"))["viewers"]
        assert (viewer["title"], viewer["pages"], viewer["lastEvent"]) == ("new", 1, "click")
    await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
    second = await kernel.json("POST", "viewers", again, status=201)
    assert second["viewerId"] == viewer_id
    assert second["viewerToken"] != first["viewerToken"]


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "hello", "protocol": 2, "channelId": "c", "received": 0},
        {"type": "hello", "channelId": "c"},
        {"type": "click", "seq": 1},
        {"type": "hello", "protocol": 1, "channelId": "", "received": 0},
        {"type": "hello", "protocol": 1, "channelId": ["c"], "received": 0},
        [],
    ],
)
async def test_bad_hello(person: Peer, viewer_id: str, hello: Any) -> None:
    socket = await person.connect(f"viewers/{viewer_id}/channel")
    await socket.write_message(json.dumps(hello))
    assert await socket.read_message() is None
    assert socket.close_code == 4426


async def test_no_hello(person: Peer, viewer_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "HELLO_SECONDS", 0.05)
    socket = await person.connect(f"viewers/{viewer_id}/channel")
    assert await socket.read_message() is None
    assert socket.close_code == 4401
