"""Frames that no honest page or kernel sends, and those that are only just honest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cellucid_ext.protocol import MAX_FRAME_BYTES

from .peers import DATASET, KernelPeer, Line, Peer, kernel_line, page_line

HALF_AN_EMOJI = "\ud83d"


async def command(kernel: KernelPeer, viewer_id: str, status: int = 202, **command: Any) -> Any:
    path = f"viewers/{viewer_id}/commands"
    return await kernel.json("POST", path, {"type": "ping", **command}, status=status)


async def test_half_an_emoji_ends_no_conversation(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    """JavaScript makes one where it cuts a text; UTF-8 can't hold it."""
    page, to_kernel = page_line(person, viewer_id), kernel_line(kernel)
    await to_kernel.open()
    await page.open()
    await to_kernel.expect("viewer_connected")
    await page.send({"type": "selection", "name": HALF_AN_EMOJI})
    event = await to_kernel.expect("event", acknowledge=False)
    assert event["event"]["name"] == HALF_AN_EMOJI
    await command(kernel, viewer_id, type="mine", name=HALF_AN_EMOJI)
    assert (await page.expect("mine", acknowledge=False))["name"] == HALF_AN_EMOJI
    for line in (page, to_kernel):
        # It was not acknowledged, so it is sent again.
        line.drop()
        line.numbered.received -= 1
        assert (await line.open())["resumed"] is True
    assert (await page.expect("mine"))["name"] == HALF_AN_EMOJI
    assert (await to_kernel.expect("event"))["event"]["name"] == HALF_AN_EMOJI


async def test_what_is_no_json_is_not_passed_on(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as page:
        await to_kernel.expect("viewer_connected")
        await page.send({"type": "hover", "cell": float("nan")})
        refused = await command(kernel, viewer_id, status=400, value=float("nan"))
        assert "JSON" in refused["message"]
        await page.send({"type": "hover", "cell": 3})
        assert (await to_kernel.expect("event"))["event"] == {"type": "hover", "cell": 3}
        await command(kernel, viewer_id)
        await page.expect("ping")


async def test_a_page_that_leaves_after_its_viewer_was_registered_again(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with kernel_line(kernel) as to_kernel:
        async with page_line(person, viewer_id):
            await to_kernel.expect("viewer_connected")
            again = {**DATASET, "viewerId": viewer_id, "title": "new"}
            await kernel.json("POST", "viewers", again, status=201)
        assert (await to_kernel.expect("viewer_disconnected"))["pages"] == 0


@pytest.mark.parametrize("depth", [900, 100_000])
async def test_deep_nesting(kernel: KernelPeer, person: Peer, viewer_id: str, depth: int) -> None:
    """What may be passed on is, and the rest does no harm."""
    async with kernel_line(kernel) as to_kernel, page_line(person, viewer_id) as page:
        await to_kernel.expect("viewer_connected")
        body = f'{{"type": "deep", "seq": 1, "x": {"[" * depth}{"]" * depth}}}'
        assert page._socket is not None
        await page._socket.write_message(body)
        if depth < 1000:
            assert (await to_kernel.expect("event"))["event"]["type"] == "deep"
        else:
            assert await page.hung_up() is not None


async def test_silly_numbers_do_no_harm(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    socket = await person.connect(f"viewers/{viewer_id}/channel")
    hello = {"type": "hello", "protocol": 1, "channelId": "c", "received": "x"}
    for frame in (hello, {"type": "ack", "ack": None}, {"type": "a", "seq": "1"}, {"type": "b"}):
        await socket.write_message(json.dumps(frame))
    kinds = [json.loads(str(await socket.read_message()))["type"] for _ in range(3)]
    assert kinds == ["welcome", "ack", "ack"]
    assert (await command(kernel, viewer_id))["delivered"] == 1
    assert json.loads(str(await socket.read_message())) == {"type": "ping", "seq": 1}
    socket.close()


async def test_too_large_frame(person: Peer, viewer_id: str) -> None:
    page: Line = page_line(person, viewer_id)
    await page.open()
    await page.send({"type": "selection", "text": "x" * (MAX_FRAME_BYTES + 1)})
    assert await page.hung_up() in (1006, 1009)
