"""The upload of a session: what is right arrives whole, what is wrong leaves nothing behind."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import namedtuple
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer, kernel_line, session
from .sending import begin_upload, expect, reach

Files = Callable[[], Awaitable[list[str]]]


async def test_session_arrives_whole(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files, extension: CellucidExtension
) -> None:
    body = session(5_000_000)
    target = await expect(kernel, viewer_id)
    sha256 = hashlib.sha256(body).hexdigest()
    answer = await person.fetch("POST", target, body)
    assert json.loads(answer.body) == {"status": "ok", "bytes": len(body), "sha256": sha256}

    request = f"viewers/{viewer_id}/requests/r1"
    state = await kernel.json("GET", request)
    assert state == {"state": "ready", "bytes": len(body), "sha256": sha256}
    answer = await kernel.fetch("GET", f"{request}/bundle")
    assert answer.body == body
    assert answer.headers["Content-Length"] == str(len(body))
    assert await files() == []
    refused = await kernel.json("GET", f"{request}/bundle", status=410)
    assert refused["code"] == "expired"
    assert extension.spool.folder.stat().st_mode & 0o777 == 0o700


async def test_kernel_hears_of_it(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as line:
        good, bad = await expect(kernel, viewer_id, "good"), await expect(kernel, viewer_id, "bad")
        await person.fetch("POST", good, session())
        await person.fetch("POST", bad, b"x" * 200)
        told = await line.expect("session_bundle")
        assert (told["requestId"], told["status"], told["bytes"]) == ("good", "ok", len(session()))
        told = await line.expect("session_bundle")
        assert (told["requestId"], told["status"]) == ("bad", "error")
        assert told["error"]["code"] == "not-a-session"
        assert told["viewerId"] == viewer_id


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"x" * 3_000_000, 415, "not-a-session"),
        (b"CELLUCID_SESSIOM\n" + bytes(100), 415, "not-a-session"),
        (b"CELLUCID", 415, "not-a-session"),
        (b"", 415, "not-a-session"),
        (session()[:-1], 422, "not-a-session"),
        (session() + b"x", 422, "not-a-session"),
        (b"CELLUCID_SESSION\n\xff\xff\xff\xff", 422, "not-a-session"),
    ],
    ids=["magic", "magic-late", "short-magic", "empty", "cut", "more", "manifest"],
)
async def test_wrong_content(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    files: Files,
    body: bytes,
    status: int,
    code: str,
) -> None:
    target = await expect(kernel, viewer_id)
    length = {"Content-Length": str(len(body))}
    answer = await person.fetch("POST", target, body, headers=length)
    refused = json.loads(answer.body)
    assert (answer.code, refused["code"]) == (status, code)
    assert set(refused) == {"message", "reason", "code"}
    state = await kernel.json("GET", f"viewers/{viewer_id}/requests/r1")
    assert state["state"] == "failed"
    assert state["error"] == {"message": refused["message"], "code": code}
    assert await files() == []


@pytest.mark.parametrize("query", ["", "?viewerId=v&requestId=r", "?viewerId={v}&requestId=nobody"])
async def test_nobody_asked(person: Peer, viewer_id: str, files: Files, query: str) -> None:
    """The whole body is read away first, so that the answer gets through proxies."""
    target = "session_bundle" + query.format(v=viewer_id)
    refused = await person.json("POST", target, "x" * 3_000_000, status=404)
    assert refused["code"] == "no-pending-request"
    assert refused["message"] == "No pending session bundle request (viewerId/requestId)"
    assert await files() == []


async def test_repeated_upload(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    target = await expect(kernel, viewer_id)
    assert (await person.fetch("POST", target, session())).code == 200
    answer = await person.fetch("POST", target, session())
    assert (answer.code, json.loads(answer.body)["code"]) == (409, "already-claimed")
    answer = await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
    assert answer.body == session()


async def test_repeated_request(kernel: KernelPeer, viewer_id: str) -> None:
    await expect(kernel, viewer_id)
    path, asked = f"viewers/{viewer_id}/requests", {"requestId": "r1", "ttlSeconds": 60}
    refused = await kernel.json("POST", path, asked, status=409)
    assert refused["code"] == "already-claimed"


async def test_cancelled_request(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    await kernel.json("DELETE", request, status=204)
    answer = await person.fetch("POST", target, session())
    assert (answer.code, json.loads(answer.body)["code"]) == (410, "expired")
    assert (await kernel.json("GET", request))["state"] == "expired"
    assert await files() == []


async def test_cancelled_after_the_upload(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    await person.fetch("POST", target, session())
    await kernel.json("DELETE", request, status=204)
    assert await files() == []
    assert (await kernel.json("GET", f"{request}/bundle", status=410))["code"] == "expired"


async def test_closed_viewer_ends_its_requests(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    done, pending = await expect(kernel, viewer_id, "a"), await expect(kernel, viewer_id, "b")
    await person.fetch("POST", done, session())
    await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
    assert await files() == []
    answer = await person.fetch("POST", pending, session())
    assert answer.code == 410
    gone = await kernel.json("GET", f"viewers/{viewer_id}/requests/b", status=404)
    assert gone["code"] == "no-such-viewer"


async def test_no_length(kernel: KernelPeer, person: Peer, viewer_id: str, files: Files) -> None:
    target = await expect(kernel, viewer_id)

    async def produce(write: Any) -> None:
        await write(b"x")

    # The client is still in the middle of its body when it is answered.
    answer = await person.fetch("POST", target, body_producer=produce)
    assert (answer.code, json.loads(answer.body)["code"]) == (411, "no-length")
    assert (await kernel.json("GET", f"viewers/{viewer_id}/requests/r1"))["state"] == "failed"
    assert await files() == []


class TestLimits:
    @pytest.fixture
    def extension_config(self) -> dict[str, Any]:
        return {"max_upload_bytes": 1000}

    async def test_too_large(
        self, kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
    ) -> None:
        """Refused before the body: the client announces one and sends nothing."""
        info = await person.json("GET", "info")
        assert info["maxUploadBytes"] == 1000
        target = await expect(kernel, viewer_id)
        async with kernel_line(kernel) as line:
            stream = await begin_upload(person, target, 1001)
            answer = await stream.read_until_close()
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 413")
            assert json.loads(body)["code"] == "too-large"
            assert (await line.expect("session_bundle"))["error"]["code"] == "too-large"
        assert await files() == []

    async def test_just_small_enough(
        self, kernel: KernelPeer, person: Peer, viewer_id: str
    ) -> None:
        body = session(1100 - len(session(100)))
        assert len(body) == 1000
        assert (await person.fetch("POST", await expect(kernel, viewer_id), body)).code == 200


async def test_cut_connection(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files, extension: CellucidExtension
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    body = session(4_000_000)
    async with kernel_line(kernel) as line:
        stream = await begin_upload(person, target, len(body))
        await stream.write(body[:3_000_000])
        await reach(kernel, request, "receiving", 3_000_000)
        stream.close()
        told = await line.expect("session_bundle")
        assert (told["status"], told["error"]["code"]) == ("error", "cut-short")
    assert (await kernel.json("GET", request))["state"] == "failed"
    assert await files() == []


async def test_cancelled_in_the_middle(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    body = session(4_000_000)
    stream = await begin_upload(person, target, len(body))
    await stream.write(body[:3_000_000])
    await reach(kernel, request, "receiving", 3_000_000)
    await kernel.json("DELETE", request, status=204)
    await stream.write(body[3_000_000:])
    answer = await stream.read_until(b"\r\n")
    assert b" 410 " in answer
    stream.close()
    assert await files() == []


async def test_second_upload_meanwhile(
    kernel: KernelPeer, person: Peer, viewer_id: str, files: Files
) -> None:
    """Only one can claim a request; the other does not disturb it."""
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    body = session()
    stream = await begin_upload(person, target, len(body))
    await stream.write(body[:50])
    await reach(kernel, request, "receiving", 50)
    refused = await person.fetch("POST", target, body)
    assert (refused.code, json.loads(refused.body)["code"]) == (409, "already-claimed")
    await stream.write(body[50:])
    assert b" 200 " in await stream.read_until(b"\r\n")
    stream.close()


async def test_disk_full(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 1000)
    monkeypatch.setattr("cellucid_ext.server.upload.shutil.disk_usage", lambda path: usage)
    answer = await person.fetch("POST", await expect(kernel, viewer_id), session())
    assert (answer.code, json.loads(answer.body)["code"]) == (507, "disk-full")
    assert await files() == []


async def test_waiting_for_an_upload(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    target, request = await expect(kernel, viewer_id), f"viewers/{viewer_id}/requests/r1"
    waiting = asyncio.ensure_future(kernel.json("GET", f"{request}?wait=25"))
    assert (await kernel.json("GET", f"{request}?wait=0.05"))["state"] == "pending"
    await person.fetch("POST", target, session())
    assert (await waiting)["state"] == "ready"


@pytest.mark.parametrize("wait", ["-1", "26", "nan", "x"])
async def test_bad_wait(kernel: KernelPeer, viewer_id: str, wait: str) -> None:
    await expect(kernel, viewer_id)
    path = f"viewers/{viewer_id}/requests/r1?wait={wait}"
    assert (await kernel.json("GET", path, status=400))["code"] == "bad-request"
