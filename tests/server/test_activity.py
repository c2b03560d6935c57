"""A server that sends or receives something is in use, and says so: else a Hub stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer, kernel_line, session
from .sending import begin_upload, expect, reach

Noted = Callable[[datetime | None], Any]


@pytest.fixture
def noted(jp_serverapp: Any) -> Noted:
    """Wait, at most 10 s, until the server was used after a time; returns when it was."""
    web_app = jp_serverapp.web_app

    async def later(than: datetime | None) -> datetime:
        for _ in range(500):
            found: datetime | None = web_app.settings["last_activity_times"].get("cellucid_ext")
            if found is not None and (than is None or found > than):
                assert web_app.last_activity() >= found
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"no activity after {than}")

    return later


async def test_during_an_upload(
    kernel: KernelPeer, person: Peer, viewer_id: str, noted: Noted
) -> None:
    body = session(1000)
    target = await expect(kernel, viewer_id)
    stream = await begin_upload(person, target, len(body))
    await stream.write(body[:100])
    first = await noted(None)
    await stream.write(body[100:200])
    await noted(first)
    stream.close()
    await reach(kernel, f"viewers/{viewer_id}/requests/r1", "failed")


async def test_while_a_body_is_read_away(person: Peer, viewer_id: str, noted: Noted) -> None:
    stream = await begin_upload(person, f"session_bundle?viewerId={viewer_id}&requestId=x", 1000)
    await stream.write(b"x" * 100)
    await noted(None)
    stream.close()


async def test_during_a_large_event(person: Peer, viewer_id: str, noted: Noted) -> None:
    stream = await begin_upload(person, "events", 2_000_000)
    await stream.write(b"x" * 100)
    first = await noted(None)
    await stream.write(b"x" * 100)
    await noted(first)
    stream.close()


async def test_during_an_answer_of_the_kernel(
    kernel: KernelPeer, person: Peer, viewer_id: str, noted: Noted
) -> None:
    async with kernel_line(kernel) as line:
        path = f"viewers/{viewer_id}/data/points.bin"
        getting = asyncio.ensure_future(person.fetch("GET", path))
        asked = await line.expect("read")
        stream = await begin_upload(person, f"replies/{asked['replyId']}", 1000, "PUT")
        await stream.write(b"x" * 500)
        first = await noted(None)
        await stream.write(b"x" * 500)
        await noted(first)
        assert (await getting).body == b"x" * 1000
        stream.close()


async def test_while_the_kernel_fetches(
    kernel: KernelPeer, person: Peer, viewer_id: str, noted: Noted, extension: CellucidExtension
) -> None:
    await person.fetch("POST", await expect(kernel, viewer_id), session())
    uploaded = await noted(None)
    await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
    await noted(uploaded)


async def test_strangers_keep_no_server_alive(stranger: Peer, jp_serverapp: Any) -> None:
    settings = jp_serverapp.web_app.settings
    before = settings.get("api_last_activity")
    for method, path in (("POST", "session_bundle"), ("POST", "events"), ("PUT", "replies/x")):
        assert (await stranger.fetch(method, path, b"x" * 5000)).code == 403
    assert "cellucid_ext" not in settings["last_activity_times"]
    assert settings.get("api_last_activity") == before
