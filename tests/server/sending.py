"""How tests send sessions: whole, in pieces, and over connections that they can cut."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.iostream import IOStream
from tornado.tcpclient import TCPClient

from .peers import KernelPeer, Peer


async def expect(kernel: KernelPeer, viewer_id: str, request_id: str = "r1") -> str:
    """Let the kernel expect a session; returns where to send it."""
    path, asked = f"viewers/{viewer_id}/requests", {"requestId": request_id, "ttlSeconds": 60}
    answer = await kernel.json("POST", path, asked, status=201)
    assert answer == {"requestId": request_id, "state": "pending"}
    return f"session_bundle?viewerId={viewer_id}&requestId={request_id}"


async def begin_upload(
    person: Peer, target: str, length: int | str, method: str = "POST"
) -> IOStream:
    """Send the head of an upload over a connection of its own."""
    stream = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
    head = [
        f"{method} {person.base}{target} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {length}",
    ]
    head += [f"{name}: {value}" for name, value in person.headers.items()]
    await stream.write(("\r\n".join(head) + "\r\n\r\n").encode())
    return stream


async def reach(kernel: KernelPeer, request: str, state: str, size: int = 0) -> dict[str, Any]:
    """Wait, at most 10 s, until a request is in a state."""
    for _ in range(500):
        told: dict[str, Any] = await kernel.json("GET", request)
        if told["state"] == state and told["bytes"] >= size:
            return told
        await asyncio.sleep(0.02)
    raise AssertionError(f"still {told}")
