"""Websockets that speak garbage, from the page's side and from the kernel's."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from cellucid_ext.auth import KERNEL_HEADER
from cellucid_ext.protocol import MAX_FRAME_BYTES, NAMESPACE, PROTOCOL

from .family import Family, require
from .http import SECONDS
from .place import Place

FAMILY = Family("garbage on the websockets")


async def _connect(place: Place, path: str, headers: dict[str, str]) -> WebSocketClientConnection:
    url = f"ws://127.0.0.1:{place.server.port}/{NAMESPACE}/{path}"
    return await websocket_connect(HTTPRequest(url, headers=headers, connect_timeout=SECONDS))


async def _page(place: Place, viewer_id: str | None = None) -> WebSocketClientConnection:
    viewer_id = viewer_id or place.viewer.viewer_id
    return await _connect(place, f"viewers/{viewer_id}/channel", place.browser.headers)


async def _kernel(place: Place) -> WebSocketClientConnection:
    token = {"Authorization": f"token {place.server.token}", KERNEL_HEADER: "garbage"}
    return await _connect(place, "kernel", token)


def _hello(**other: Any) -> str:
    hello = {"type": "hello", "protocol": PROTOCOL, "channelId": secrets.token_urlsafe(16)}
    return json.dumps(hello | {"received": 0} | other)


async def _closed(socket: WebSocketClientConnection) -> str:
    """Read until the server hangs up; returns its code and reason."""
    try:
        async with asyncio.timeout(SECONDS):
            while await socket.read_message() is not None:
                pass
    except TimeoutError:
        return f"the server did not hang up in {SECONDS:g} s"
    return f"{socket.close_code} {socket.close_reason}"


async def _greeted(socket: WebSocketClientConnection, **other: Any) -> None:
    await socket.write_message(_hello(**other))
    welcome = json.loads(await socket.read_message() or "{}")
    require(welcome.get("type") == "welcome", f"no welcome: {welcome}")


@FAMILY.fault("a page of another protocol version", "4426 this server speaks version 1")
async def other_version(place: Place) -> str:
    socket = await _page(place)
    await socket.write_message(_hello(protocol=2))
    return await _closed(socket)


@FAMILY.fault("a page of a viewer that is not there", "4404 there is no viewer 'nobody'")
async def no_viewer(place: Place) -> str:
    return await _closed(await _page(place, "nobody"))


@FAMILY.fault("a page with no hello first", "4426 this server speaks version 1 of the protocol")
async def no_hello(place: Place) -> str:
    socket = await _page(place)
    await socket.write_message('{"type": "selection", "seq": 1, "cells": [1]}')
    return await _closed(socket)


@FAMILY.fault("a page that sends a binary frame", "4426 frames are text, this one is binary")
async def binary(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message(secrets.token_bytes(1000), binary=True)
    return await _closed(socket)


@FAMILY.fault("a page that sends no JSON", "4426 a frame is not JSON: ")
async def no_json(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message("garbage")
    return await _closed(socket)


@FAMILY.fault("a page that sends JSON of another shape", "4426 a frame must be a JSON object with")
async def other_shape(place: Place) -> str:
    seen = ""
    shapes: list[Any] = [[], 1, None, {}, {"type": 1}, {"type": ""}, {"type": "x" * 65}]
    for wrong in shapes:
        socket = await _page(place)
        await _greeted(socket)
        await socket.write_message(json.dumps(wrong))
        seen = await _closed(socket)
        require(seen.startswith("4426 "), f"{wrong!r}: {seen}")
    return seen


@FAMILY.fault("a page whose numbers are no numbers: nothing of it is heard", "nothing was heard")
async def wrong_numbers(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket, received="x")
    numbers: list[Any] = ["x", None, -1, 1.5, [], {}]
    for wrong in numbers:
        await socket.write_message(json.dumps({"type": "garbage", "seq": wrong}))
        await socket.write_message(json.dumps({"type": "ack", "ack": wrong}))
    await socket.write_message('{"type": "garbage", "seq": 1e400}')
    await socket.write_message('{"type": "right", "seq": 1}')
    await place.wait_for(lambda: _heard(place, "right"), "the right event to be heard")
    return "WRONG" if "garbage" in place.viewer.state.events else "nothing was heard"


@FAMILY.fault("a page that sends a frame over 1 MiB", "1009 ")
async def too_large(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message(json.dumps({"type": "x", "text": "x" * (MAX_FRAME_BYTES + 1)}))
    return await _closed(socket)


@FAMILY.fault("a page that sends JSON nested too deep", "4426 a frame is not JSON: ")
async def nested(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message('{"type": "x", "seq": 1, "x": ' + "[" * 100_000)
    return await _closed(socket)


@FAMILY.fault("a page that nests just as deep as it may", "the event after them came")
async def nested_just_so(place: Place) -> str:
    # What the server can still read, the kernel must be able to read too, or its link is stuck.
    for depth in range(880, 1000, 8):
        socket = await _page(place)
        await _greeted(socket)
        text = "[" * depth + "]" * depth
        await socket.write_message('{"type": "deep", "seq": 1, "x": ' + text + "}")
        socket.close()
    return await _goes_on(place)


@FAMILY.fault("a page whose text is half a character", "the event after them came")
async def half_a_character(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message('{"type": "half", "seq": 1, "text": "\\ud800"}')
    return await _goes_on(place)


@FAMILY.fault("a page that sends NaN and Infinity", "the event after them came")
async def no_number(place: Place) -> str:
    socket = await _page(place)
    await _greeted(socket)
    await socket.write_message('{"type": "nan", "seq": 1, "x": NaN}')
    return await _goes_on(place)


async def _goes_on(place: Place) -> str:
    page = await place.page()
    await page.emit({"type": "after", "x": 1})
    await place.wait_for(lambda: _heard(place, "after"), "the event after them")
    require(place.viewer.state.connected, "the kernel's link is down")
    return "the event after them came"


@FAMILY.fault("a kernel that sends a binary frame", "4426 frames are text, this one is binary")
async def kernel_binary(place: Place) -> str:
    socket = await _kernel(place)
    await _greeted(socket, kernelId="garbage")
    await socket.write_message(secrets.token_bytes(1000), binary=True)
    return await _closed(socket)


@FAMILY.fault("a kernel that sends no JSON", "4426 a frame is not JSON: ")
async def kernel_no_json(place: Place) -> str:
    socket = await _kernel(place)
    await _greeted(socket, kernelId="garbage")
    await socket.write_message("}{")
    return await _closed(socket)


@FAMILY.fault("a kernel of another protocol version", "4426 this server speaks version 1")
async def kernel_other_version(place: Place) -> str:
    socket = await _kernel(place)
    await socket.write_message(_hello(protocol="1", kernelId="garbage"))
    return await _closed(socket)


@FAMILY.fault("a kernel that greets under another's name", "4401 hello names another kernel than")
async def kernel_other_name(place: Place) -> str:
    socket = await _kernel(place)
    await socket.write_message(_hello(kernelId="somebody"))
    return await _closed(socket)


async def _heard(place: Place, kind: str) -> bool:
    return kind in place.viewer.state.events
