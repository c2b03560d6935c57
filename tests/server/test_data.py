"""Reads of the dataset: a page's GET and the kernel's PUT, and whatever breaks between them."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPStreamClosedError
from tornado.tcpclient import TCPClient

from cellucid_ext.answers import IMMUTABLE
from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Line, Peer, kernel_line, page_line


def data(viewer_id: str, path: str = "points.bin") -> str:
    return f"viewers/{viewer_id}/data/{path}"


async def begin(
    person: Peer, line: Line, target: str, **options: Any
) -> tuple[asyncio.Future[HTTPResponse], dict[str, Any]]:
    """Ask as a page; returns the page's waiting request and what the kernel was asked."""
    get = asyncio.ensure_future(person.fetch("GET", target, **options))
    return get, await line.expect("read")


async def test_whole_file(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    body = bytes(range(256)) * 40_000
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        reply_id = asked.pop("replyId")
        assert asked == {
            "type": "read",
            "viewerId": viewer_id,
            "path": "points.bin",
            "range": None,
            "ifRange": None,
            "ifNoneMatch": None,
            "acceptEncoding": "gzip",
            "revision": None,
        }
        put = await kernel.fetch("PUT", f"replies/{reply_id}", body, headers={"ETag": '"abc"'})
        assert put.code == 204
        answer = await get
    assert (answer.code, answer.body) == (200, body)
    assert answer.headers["ETag"] == '"abc"'
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    late = await kernel.json("PUT", f"replies/{reply_id}", {}, status=410)
    assert late["code"] == "page-gone"


async def test_part_of_a_file(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    headers = {"Range": "bytes=2-3", "If-None-Match": '"x"'}
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id, "a/b.txt"), headers=headers)
        assert (asked["range"], asked["ifNoneMatch"]) == ("bytes=2-3", '"x"')
        reply = f"replies/{asked['replyId']}?status=206"
        await kernel.fetch("PUT", reply, b"cd", headers={"Content-Range": "bytes 2-3/10"})
        answer = await get
    assert (answer.code, answer.body) == (206, b"cd")
    assert answer.headers["Content-Range"] == "bytes 2-3/10"
    assert answer.headers["Content-Type"].startswith("text/plain")


async def test_not_modified(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        reply = f"replies/{asked['replyId']}?status=304"
        put = await kernel.fetch("PUT", reply, b"", headers={"ETag": '"x"'})
        answer = await get
    assert (put.code, answer.code, answer.body) == (204, 304, b"")
    assert answer.headers["ETag"] == '"x"'


async def test_empty_file(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id, "a.json"))
        length = {"Content-Length": "0"}
        await kernel.fetch("PUT", f"replies/{asked['replyId']}", b"", headers=length)
        answer = await get
    assert (answer.code, answer.body) == (200, b"")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [404, 409, 416, 500])
async def test_kernel_says_no(
    kernel: KernelPeer, person: Peer, viewer_id: str, status: int
) -> None:
    told = {"message": "no such file", "reason": None, "code": "no-such-file"}
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        reply = f"replies/{asked['replyId']}?status={status}"
        await kernel.json("PUT", reply, told, status=204)
        answer = await get
    assert (answer.code, json.loads(answer.body)) == (status, told)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", ["201", "302", "x", "0200"])
async def test_other_statuses(
    kernel: KernelPeer, person: Peer, viewer_id: str, status: str
) -> None:
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        reply = f"replies/{asked['replyId']}"
        refused = await kernel.json("PUT", f"{reply}?status={status}", {}, status=400)
        assert refused["code"] == "bad-request"
        await kernel.fetch("PUT", reply, b"right")
        assert (await get).body == b"right"


@pytest.mark.parametrize(
    ("query", "status", "said", "expected"),
    [
        ("?v=r1", 200, IMMUTABLE, IMMUTABLE),
        ("?v=r1", 206, IMMUTABLE, IMMUTABLE),
        ("?v=r1", 304, IMMUTABLE, IMMUTABLE),
        ("?v=r1", 409, IMMUTABLE, "private, no-cache"),
        ("?v=r1", 404, IMMUTABLE, "private, no-cache"),
        ("", 200, IMMUTABLE, "private, no-cache"),
        ("?v=r1", 200, "public, max-age=9", "private, no-cache"),
        ("?v=r1", 200, None, "private, no-cache"),
    ],
)
async def test_how_long_it_is_kept(
    kernel: KernelPeer,
    person: Peer,
    viewer_id: str,
    query: str,
    status: int,
    said: str | None,
    expected: str,
) -> None:
    """For good, if the page names a revision and the kernel says so; no other word is passed on."""
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id) + query)
        assert asked["revision"] == (query.removeprefix("?v=") or None)
        headers = {"ETag": '"x"'} | ({"Cache-Control": said} if said else {})
        reply = f"replies/{asked['replyId']}?status={status}"
        told = {"message": "no", "reason": None, "code": "no-such-file"}
        body = b"" if status == 304 else json.dumps(told).encode()
        await kernel.fetch("PUT", reply, body, headers=headers)
        answer = await get
    assert (answer.code, answer.headers["Cache-Control"]) == (status, expected)


@pytest.mark.parametrize("revision", ["", "a%20b", "x" * 201, "%C3%A9", "a%0Ab"])
async def test_what_can_be_no_revision(person: Peer, viewer_id: str, revision: str) -> None:
    refused = await person.json("GET", f"{data(viewer_id)}?v={revision}", status=400)
    assert refused["code"] == "bad-request"
    assert "'v' must be" in refused["message"]


async def test_a_gzipped_file(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    body = gzip.compress(b"codes" * 1000)
    async with kernel_line(kernel) as line:
        accepts = {"Accept-Encoding": "br, gzip"}
        get, asked = await begin(
            person, line, data(viewer_id), headers=accepts, decompress_response=False
        )
        assert asked["acceptEncoding"] == "br, gzip"
        headers = {"ETag": '"x-gz"', "Content-Encoding": "gzip"}
        await kernel.fetch("PUT", f"replies/{asked['replyId']}", body, headers=headers)
        answer = await get
    assert answer.body == body
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["../x", "a/../b", "a//b", "a/./b", "..%2Fx", "a%00b", "a%5Cb"])
async def test_paths_that_leave_the_dataset(
    kernel: KernelPeer, person: Peer, viewer_id: str, path: str
) -> None:
    async with kernel_line(kernel):
        refused = await person.json("GET", data(viewer_id, path), status=404)
        assert refused["code"] == "not-found"


async def test_a_path_that_is_no_text(person: Peer, viewer_id: str) -> None:
    refused = await person.json("GET", data(viewer_id, "%ff"), status=400)
    assert (refused["code"], refused["message"]) == ("bad-request", "path is not UTF-8")


async def test_unknown_viewer(person: Peer) -> None:
    assert (await person.json("GET", data("nobody"), status=404))["code"] == "no-such-viewer"


async def test_kernel_not_connected(person: Peer, viewer_id: str) -> None:
    assert (await person.json("GET", data(viewer_id), status=502))["code"] == "kernel-gone"


async def test_kernel_goes_before_it_answers(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with kernel_line(kernel) as line:
        get, _ = await begin(person, line, data(viewer_id))
        line.drop()
        answer = await get
    assert (answer.code, json.loads(answer.body)["code"]) == (502, "kernel-gone")


async def test_viewer_ends_before_the_answer(
    kernel: KernelPeer, person: Peer, viewer_id: str
) -> None:
    async with kernel_line(kernel) as line:
        get, _ = await begin(person, line, data(viewer_id))
        await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
        answer = await get
    assert (answer.code, json.loads(answer.body)["code"]) == (502, "kernel-gone")


async def test_kernel_does_not_answer(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    extension.relay.reads.seconds = 0.2
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        answer = await get
        assert (answer.code, json.loads(answer.body)["code"]) == (504, "kernel-timeout")
        refused = await kernel.json("PUT", f"replies/{asked['replyId']}", {}, status=410)
        assert refused["code"] == "page-gone"


@pytest.mark.parametrize("how", ["announced", "chunked"])
async def test_kernel_breaks_off(
    kernel: KernelPeer, person: Peer, viewer_id: str, how: str
) -> None:
    """What is cut off never looks like a whole file."""
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        stream = await begin_put(kernel, asked["replyId"], 1000 if how == "announced" else None)
        await stream.write(b"x" * 100 if how == "announced" else b"64\r\n" + b"x" * 100 + b"\r\n")
        stream.close()
        # Either nothing of it had left yet, or the page's connection is broken too.
        with contextlib.suppress(HTTPStreamClosedError):
            assert (await get).code == 502


async def begin_put(kernel: KernelPeer, reply_id: str, length: int | None) -> Any:
    stream = await TCPClient().connect("127.0.0.1", kernel.client.get_http_port())
    target = f"{kernel.base}replies/{reply_id}"
    headers = kernel.signed("PUT", target, None, {})
    headers |= {"Content-Length": str(length)} if length else {"Transfer-Encoding": "chunked"}
    head = [f"PUT {target} HTTP/1.1", "Host: 127.0.0.1"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    await stream.write(("\r\n".join(head) + "\r\n\r\n").encode())
    return stream


async def test_page_goes_in_the_middle(
    kernel: KernelPeer, person: Peer, viewer_id: str, extension: CellucidExtension
) -> None:
    """The kernel is told, and stops; nothing piles up for a page that does not read."""
    async with kernel_line(kernel) as line:
        page = await TCPClient().connect("127.0.0.1", kernel.client.get_http_port())
        token = person.headers["Authorization"]
        head = f"GET {person.base}{data(viewer_id)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        await page.write(f"{head}Authorization: {token}\r\n\r\n".encode())
        asked = await line.expect("read")
        stream = await begin_put(kernel, asked["replyId"], 10**9)
        sent = 0

        async def send() -> None:
            nonlocal sent
            for _ in range(1000):
                await stream.write(bytes(10**6))
                sent += 10**6

        sending = asyncio.ensure_future(send())
        await page.read_until(b"\r\n\r\n")
        page.close()
        with pytest.raises(StreamClosedError):
            await asyncio.wait_for(sending, 20)
        assert sent < 200 * 10**6
        assert extension.relay.reads._waiting == {}


async def test_slow_page_slows_the_kernel(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    """A page that does not read stops the kernel from sending: memory stays bounded."""
    async with kernel_line(kernel) as line:
        page = await TCPClient().connect("127.0.0.1", kernel.client.get_http_port())
        token = person.headers["Authorization"]
        head = f"GET {person.base}{data(viewer_id)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        await page.write(f"{head}Authorization: {token}\r\n\r\n".encode())
        asked = await line.expect("read")
        total = 200 * 10**6
        stream = await begin_put(kernel, asked["replyId"], total)
        sent = 0

        async def send() -> None:
            nonlocal sent
            piece = bytes(10**6)
            while sent < total:
                await stream.write(piece)
                sent += len(piece)

        sending = asyncio.ensure_future(send())
        done, _ = await asyncio.wait({sending}, timeout=1)
        assert not done
        assert sent < total / 2
        await page.read_until(b"\r\n\r\n")
        received = 0
        while received < total:
            received += len(await page.read_bytes(2**20, partial=True))
        await sending
        assert received == total
        page.close()
        stream.close()


async def test_answer_twice(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    async with kernel_line(kernel) as line:
        get, asked = await begin(person, line, data(viewer_id))
        stream = await begin_put(kernel, asked["replyId"], 4)
        await stream.write(b"ab")
        await asyncio.sleep(0)
        reply = f"replies/{asked['replyId']}"
        codes = {(await kernel.json("PUT", reply, {}, status=409))["code"]}
        assert codes == {"already-claimed"}
        await stream.write(b"cd")
        assert (await get).body == b"abcd"
        stream.close()


async def test_unknown_reply(kernel: KernelPeer) -> None:
    assert (await kernel.json("PUT", "replies/none", {}, status=404))["code"] == "no-such-reply"


async def test_many_at_once(kernel: KernelPeer, person: Peer, viewer_id: str) -> None:
    """Answers find their questions, in whatever order they come."""
    async with kernel_line(kernel) as line, page_line(person, viewer_id):
        await line.expect("viewer_connected")
        gets = [
            asyncio.ensure_future(person.fetch("GET", data(viewer_id, f"{i}.bin")))
            for i in range(8)
        ]
        asked = [await line.expect("read") for _ in gets]
        for one in reversed(asked):
            await kernel.fetch("PUT", f"replies/{one['replyId']}", one["path"].encode())
        assert [(await get).body for get in gets] == [f"{i}.bin".encode() for i in range(8)]
