"""How many there may be at once, tried at the bound with real requests."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from .peers import DATASET, KernelPeer, Peer, session
from .sending import begin_upload, expect, reach

Files = Callable[[], Awaitable[list[str]]]


@pytest.fixture
def extension_config() -> dict[str, Any]:
    return {"max_uploads_at_once": 3, "max_uploads_per_viewer": 2, "max_pending_requests": 4}


async def another(kernel: KernelPeer) -> str:
    answer = await kernel.json("POST", "viewers", DATASET, status=201)
    name: str = answer["viewerId"]
    return name


async def test_uploads_of_a_viewer(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    streams = []
    for request_id in ("a", "b"):
        target = await expect(kernel, viewer_id, request_id)
        streams.append(await begin_upload(person, target, 1000))
        await reach(kernel, f"viewers/{viewer_id}/requests/{request_id}", "receiving")
    target = await expect(kernel, viewer_id, "more")
    answer = await person.fetch("POST", target, session())
    refused = json.loads(answer.body)
    assert (answer.code, refused["code"]) == (429, "too-many")
    assert refused["message"].startswith("2 uploads of this viewer are under way")

    # It is refused, not lost: it can be sent when one of the others has ended.
    assert (await kernel.json("GET", f"viewers/{viewer_id}/requests/more"))["state"] == "pending"
    streams[0].close()
    await reach(kernel, f"viewers/{viewer_id}/requests/a", "failed")
    assert (await person.fetch("POST", target, session())).code == 200
    streams[1].close()
    await reach(kernel, f"viewers/{viewer_id}/requests/b", "failed")
    await kernel.json("DELETE", f"viewers/{viewer_id}/requests/more", status=204)
    assert await files() == []


async def test_uploads_of_a_server(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    second = await another(kernel)
    streams = []
    for viewer, request_id in ((viewer_id, "a"), (viewer_id, "b"), (second, "a")):
        target = await expect(kernel, viewer, request_id)
        streams.append(await begin_upload(person, target, 1000))
        await reach(kernel, f"viewers/{viewer}/requests/{request_id}", "receiving")
    target = await expect(kernel, second, "more")
    answer = await person.fetch("POST", target, session())
    refused = json.loads(answer.body)
    assert (answer.code, refused["code"]) == (429, "too-many")
    assert refused["message"] == "3 uploads are under way; try again in a moment"
    for stream in streams:
        stream.close()
    await reach(kernel, f"viewers/{second}/requests/a", "failed")
    assert (await person.fetch("POST", target, session())).code == 200


async def test_pending_requests(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    targets = [await expect(kernel, viewer_id, f"r{number}") for number in range(4)]
    path, asked = f"viewers/{viewer_id}/requests", {"requestId": "more", "ttlSeconds": 60}
    refused = await kernel.json("POST", path, asked, status=429)
    assert refused["code"] == "too-many"
    assert refused["message"].startswith("4 sessions are expected already")
    assert (await person.fetch("POST", targets[0], session())).code == 200
    await kernel.json("POST", path, asked, status=201)
