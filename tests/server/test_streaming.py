"""How bodies come in: who is refused before, and who is answered only after, on real sockets."""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.request
from datetime import datetime
from typing import Any
from urllib.error import HTTPError

import pytest
from tornado.iostream import IOStream
from tornado.tcpclient import TCPClient

from cellucid_ext.protocol import MAX_FRAME_BYTES, PART_BYTES
from cellucid_ext.server.app import CellucidExtension

from .peers import DATASET, KernelPeer, Peer, kernel_line, session
from .sending import begin_upload, expect, reach
from .test_who_may import Denying, Forger, wrong

SECONDS = 30
LARGE = 50_000_000
TAKES_BODIES = [
    ("POST", "session_bundle?viewerId={v}&requestId=r1"),
    ("POST", "session_bundle?viewerId={v}&requestId=r1&part=1&parts=50"),
    ("PUT", "autosaves/pbmc/one"),
    ("POST", "events"),
    ("PUT", "replies/p1"),
    ("POST", "viewers"),
]
bodies = pytest.mark.parametrize(("method", "path"), TAKES_BODIES)


async def answer_before_the_body(peer: Peer, method: str, path: str) -> tuple[int, str]:
    """Announce 50 MB, send none of them, and read the answer to its end."""
    stream = await begin(peer, method, path, {"Content-Length": str(LARGE)})
    told = await asyncio.wait_for(stream.read_until_close(), SECONDS)
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"]


async def begin(peer: Peer, method: str, path: str, headers: dict[str, str]) -> IOStream:
    """Send the head of a request over a connection of its own."""
    port, target = peer.client.get_http_port(), peer.base + path
    stream = await TCPClient().connect("127.0.0.1", port)
    # The login cookie is of this port.
    headers = {"Host": f"127.0.0.1:{port}", **peer.signed(method, target, None, {}), **headers}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
    await stream.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    return stream


class TestStrangers:
    """Where the server asks no handler for a login by itself, which is Jupyter's default."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["allow_unauthenticated_access"] = True
        return jp_server_config

    @bodies
    async def test_not_one_byte_is_taken(self, stranger: Peer, method: str, path: str) -> None:
        """Nor of one who made up an XSRF cookie, and shows it as our own pages do."""
        made_up = {"Cookie": "_xsrf=mine", "X-XSRFToken": "mine"}
        for headers in ({}, made_up):
            peer = Peer(stranger.client, stranger.base, headers)
            answer = await answer_before_the_body(peer, method, path.format(v="v"))
            assert answer == (403, "not-authenticated")

    async def test_who_asks_first_is_not_told_to_go_on(self, stranger: Peer) -> None:
        asking = {"Expect": "100-continue", "Content-Length": str(LARGE)}
        stream = await begin(stranger, "POST", "session_bundle", asking)
        told = await asyncio.wait_for(stream.read_until_close(), SECONDS)
        assert told.startswith(b"HTTP/1.1 403 ")


class TestDenied:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["authorizer_class"] = Denying
        return jp_server_config

    @bodies
    async def test_not_one_byte_is_taken(self, person: Peer, method: str, path: str) -> None:
        answer = await answer_before_the_body(person, method, path.format(v="v"))
        assert answer == (403, "forbidden")


@bodies
async def test_nor_without_xsrf(cookie_person: Peer, method: str, path: str) -> None:
    answer = await answer_before_the_body(cookie_person, method, path.format(v="v"))
    assert answer == (403, "forbidden")


async def test_nor_with_a_wrong_proof(kernel: KernelPeer) -> None:
    answer = await answer_before_the_body(Forger(kernel, wrong), "PUT", "replies/p1")
    assert answer == (403, "bad-proof")


def with_http_client(port: int, target: str, headers: dict[str, str], body: bytes) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("POST", target, body, headers)
    answer = connection.getresponse()
    told = answer.status, json.loads(answer.read())["code"]
    connection.close()
    return told


def with_urllib(port: int, target: str, headers: dict[str, str], body: bytes) -> Any:
    address = f"http://127.0.0.1:{port}{target}"
    request = urllib.request.Request(address, body, headers, method="POST")
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(request, timeout=SECONDS)
    with refused.value as answer:
        return answer.code, json.loads(answer.read())["code"]


@pytest.mark.parametrize("client", [with_http_client, with_urllib])
@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ("nobody asked", (404, "no-pending-request")),
        ("already sent", (409, "already-claimed")),
        ("cancelled", (410, "expired")),
        ("no session", (415, "not-a-session")),
        ("no such part", (400, "bad-request")),
    ],
)
async def test_who_is_known_reads_why(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    client: Any,
    case: str,
    answer: tuple[int, str],
) -> None:
    """Clients that send all before they read would see a reset instead."""
    target = await expect(kernel, viewer_id)
    if case == "nobody asked":
        target = target.replace("r1", "r2")
    elif case == "already sent":
        assert (await person.fetch("POST", target, session())).code == 200
    elif case == "cancelled":
        await kernel.json("DELETE", f"viewers/{viewer_id}/requests/r1", status=204)
    elif case == "no such part":
        target += "&part=3&parts=2"
    body = bytes(PART_BYTES if case == "no such part" else LARGE)
    sent = person.client.get_http_port(), person.base + target, person.headers, body
    assert await asyncio.to_thread(client, *sent) == answer


async def test_too_large_a_part_of_nothing(person: Peer) -> None:
    """What is over the cap is refused before it comes, whatever else is wrong with it."""
    target = "session_bundle?viewerId=v&requestId=r&part=3&parts=2"
    assert await answer_before_the_body(person, "POST", target) == (413, "too-large")


class TestServerTakesMore:
    """This one takes 100 MB; what the extension takes is for itself to say."""

    @pytest.fixture
    def extension_config(self) -> dict[str, Any]:
        return {"max_upload_bytes": 1_000_000}

    async def test_announced(self, kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
        target = await expect(kernel, viewer_id)
        answer = await answer_before_the_body(person, "POST", target)
        assert answer == (413, "too-large")

    @pytest.mark.parametrize(("padding", "taken"), [(1000, True), (2 * MAX_FRAME_BYTES, False)])
    async def test_not_announced(
        self, person: Peer, extension: CellucidExtension, padding: int, taken: bool
    ) -> None:
        """A body in chunks does not say how long it will be, and is cut where it is too long."""
        headers = {"X-Cellucid-Kernel": "remote", "Transfer-Encoding": "chunked"}
        body = json.dumps(DATASET).encode() + b" " * padding
        stream = await begin(person, "POST", "viewers", headers)
        await stream.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        head = await asyncio.wait_for(stream.read_until(b"\r\n"), SECONDS)
        assert head.startswith(b"HTTP/1.1 201 " if taken else b"HTTP/1.1 400 ")
        assert len(extension.registry.of_kernel(None)) == taken
        stream.close()


async def test_what_stops_coming_is_given_up(
    kernel: KernelPeer, person: Peer, viewer_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tornado alone would wait for the rest for ever."""
    target, body = await expect(kernel, viewer_id), session(1000)
    monkeypatch.setattr("cellucid_ext.server.handlers.base._PEER_SECONDS", 0.5)
    stream = await begin(person, "POST", target, {"Content-Length": str(len(body))})
    await stream.write(body[:100])
    assert await asyncio.wait_for(stream.read_until_close(), SECONDS) == b""
    state = await reach(kernel, f"viewers/{viewer_id}/requests/r1", "failed")
    assert state["error"]["code"] == "cut-short"


async def test_each_end_is_told_once(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    """However many of Tornado's callbacks run at the end of an upload."""
    body = session(1000)
    async with kernel_line(kernel) as line:
        target = await expect(kernel, viewer_id, "whole")
        assert (await person.fetch("POST", target, body)).code == 200
        target = await expect(kernel, viewer_id, "wrong")
        assert (await person.fetch("POST", target, bytes(1000))).code == 415
        target = await expect(kernel, viewer_id, "large") + "&part=1&parts=1"
        assert await answer_before_the_body(person, "POST", target) == (413, "too-large")
        cut = await begin_upload(person, await expect(kernel, viewer_id, "cut"), len(body))
        await cut.write(body[:100])
        await reach(kernel, f"viewers/{viewer_id}/requests/cut", "receiving", 100)
        cut.close()
        await reach(kernel, f"viewers/{viewer_id}/requests/cut", "failed")
        target = await expect(kernel, viewer_id, "last")
        assert (await person.fetch("POST", target, body)).code == 200
        told = [await line.expect("session_bundle") for _ in range(5)]
    assert [(t["requestId"], t.get("error", {}).get("code")) for t in told] == [
        ("whole", None),
        ("wrong", "not-a-session"),
        ("large", "too-large"),
        ("cut", "cut-short"),
        ("last", None),
    ]


async def test_what_a_hub_reads_moves_while_a_body_comes(
    person: Peer, viewer_id: str, jp_base_url: str
) -> None:
    async def used() -> datetime:
        answer = await person.client.fetch(f"{jp_base_url}api/status", headers=person.headers)
        return datetime.fromisoformat(json.loads(answer.body)["last_activity"])

    stream = await begin_upload(person, f"session_bundle?viewerId={viewer_id}&requestId=x", 1000)
    seen = await used()
    for _ in range(3):
        await stream.write(b"x" * 100)
        for _ in range(500):
            if (now := await used()) > seen:
                break
            await asyncio.sleep(0.02)
        assert now > seen, "no activity in 10 s"
        seen = now
    stream.close()
