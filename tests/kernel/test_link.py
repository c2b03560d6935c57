"""The kernel's link over real sockets: who it is, what it resumes, what it answers."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cellucid_ext.kernel import Viewer, ViewerError
from cellucid_ext.kernel.background import Background, Deadline
from cellucid_ext.kernel.connect import connect
from cellucid_ext.kernel.discovery import Candidate, Kernel
from cellucid_ext.kernel.errors import NoServer
from cellucid_ext.kernel.link import Link
from cellucid_ext.kernel.shown import LEFT_VIEWERS_KEPT
from cellucid_ext.kernel.wire import Wire
from cellucid_ext.protocol import SERVER_URL_VARIABLE

from .fake_server import SECONDS, TOKEN, FakeServer
from .memory_source import MemorySource


def answered(server: FakeServer) -> tuple[str, int, dict[str, str], bytes]:
    return server.replies.get(timeout=SECONDS)


def ask(server: FakeServer, viewer: Viewer, path: str, **more: str | None) -> None:
    read = {"type": "read", "viewerId": viewer.viewer_id, "replyId": path.replace("/", "-")}
    server.send({**read, "path": path, "range": None, "ifNoneMatch": None, **more})


# Who it is.


async def wire_to(url: str, kernel: Kernel, token: str = "") -> Wire:
    return Wire(Candidate("test", url, token), kernel)


def probe(url: str, kernel: Kernel, token: str = "") -> str:
    background = Background()

    async def ask() -> str:
        return await (await wire_to(url, kernel, token)).probe()

    try:
        return background.run(ask(), 10, "an answer")
    finally:
        background.stop()


def test_the_kernels_proof_is_accepted_for_all_that_is_asked() -> None:
    kernel = Kernel("k1", b"shared key")
    server, background = FakeServer({"k1": kernel.key}), Background()
    server.start()
    try:
        wire = background.run(wire_to(server.url, kernel), 10, "a socket")
        assert background.run(wire.probe(), 10, "an answer") == ""
        link = Link(background, wire)
        link.wait_until_connected(Deadline(SECONDS))
        assert server.next_hello()["kernelId"] == "k1"
        body = {"title": "é", "height": 1, "dataset": {}}
        made = link.run(link.ask("POST", "viewers", body, seconds=10), 10, "an answer")
        assert made["viewerId"] == "viewer-0"
        path = "viewers/viewer-0?x=a%20b"
        assert link.run(link.ask("GET", path, seconds=10), 10, "an answer")["title"] == "é"
        data = memoryview(os.urandom(3_000_000))
        put = wire.put("replies/r1?status=200", data, {"ETag": '"e"'}, seconds=10)
        background.run(put, 10, "an answer")
        reply_id, status, headers, arrived = answered(server)
        assert (reply_id, status, headers["Etag"]) == ("r1", 200, '"e"')
        assert arrived == data
        link.close()
    finally:
        background.stop()
        server.stop()


@pytest.mark.parametrize(
    ("kernel", "token", "words"),
    [
        (Kernel("k1", b"wrong"), "", "wrong key"),
        (Kernel("k2", b"key"), "", "unknown kernel"),
        (Kernel("k1", b""), "wrong", "missing"),
    ],
)
def test_a_server_of_others_says_no(kernel: Kernel, token: str, words: str) -> None:
    server = FakeServer({"k1": b"key"})
    server.start()
    try:
        assert words in probe(server.url, kernel, token)
        assert probe(server.url, Kernel("k1", b"key")) == ""
        assert probe(server.url, Kernel("x", b""), TOKEN) == ""
    finally:
        server.stop()


def test_a_server_without_the_extension_says_so(server: FakeServer) -> None:
    url = f"http://127.0.0.1:{server.port}/elsewhere/"
    assert "this extension is not running there" in probe(url, Kernel("k", b"key"))


def test_another_protocol_says_so(server: FakeServer) -> None:
    server.info["protocol"] = 99
    with pytest.raises(NoServer, match="speaks version 99") as caught:
        Viewer(MemorySource(), server=server.url_with_token)
    assert TOKEN not in str(caught.value)


def test_nothing_there_says_so(server: FakeServer) -> None:
    server.stop()
    with pytest.raises(NoServer, match="does not answer"):
        Viewer(MemorySource(), server=server.url_with_token)
    server.start()


def test_the_next_place_is_asked_when_the_first_is_wrong(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER_URL_VARIABLE, "http://127.0.0.1:9/?token=x")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", server.url)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/a%40b/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    with Viewer(MemorySource()) as viewer:
        assert viewer.viewer_url.startswith(server.url)


# What it resumes.


def test_viewers_share_one_connection(server: FakeServer, viewer: Viewer) -> None:
    with Viewer(MemorySource(), server=server.url_with_token) as second:
        assert second.viewer_id != viewer.viewer_id
        assert second.viewer_token == f"token-of-{second.viewer_id}"
        assert len(server.sockets) == 1


def test_nothing_is_lost_or_done_twice_over_lost_connections(
    server: FakeServer, viewer: Viewer
) -> None:
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    chance, n = random.Random(1), 0
    for _ in range(4):
        for _ in range(chance.randrange(1, 6)):
            server.event(viewer.viewer_id, type="selection", n=n)
            n += 1
        server.drop()
        for _ in range(chance.randrange(0, 4)):
            server.event(viewer.viewer_id, type="selection", n=n)
            n += 1
        assert server.next_hello()["resumed"]
    server.event(viewer.viewer_id, type="selection", n=-1)
    assert [seen.get(timeout=SECONDS) for _ in range(n + 1)] == [*range(n), -1]


def test_a_server_that_forgot_gets_the_same_viewer_again(
    server: FakeServer, viewer: Viewer
) -> None:
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    server.event(viewer.viewer_id, type="selection", n=1)
    assert seen.get(timeout=SECONDS) == 1
    registered = server.viewers[viewer.viewer_id]
    server.stop()
    server.forget_everything()
    server.start()
    assert not server.next_hello()["resumed"]
    server.event(viewer.viewer_id, type="selection", n=2)
    assert seen.get(timeout=SECONDS) == 2
    assert server.viewers == {viewer.viewer_id: registered}


def test_nonsense_from_the_server_does_not_end_the_link(server: FakeServer, viewer: Viewer) -> None:
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    me = viewer.viewer_id
    server.send(
        {"type": "unheard-of"},
        {"type": "event", "viewerId": "someone-else", "event": {"type": "ready"}},
        {"type": "event", "viewerId": me, "event": 7},
        {"type": "event", "viewerId": me},
        {"type": "event", "viewerId": me, "event": {"type": "selection", "cells": [10**9]}},
        {"type": "viewer_connected", "viewerId": me, "pages": "many"},
    )
    server.do(lambda: [socket.write_message("no json") for socket in server.sockets])
    assert server.next_hello()["resumed"]
    server.event(me, type="selection", n=1)
    assert seen.get(timeout=SECONDS) == 1


def test_a_large_event_is_fetched_and_keeps_its_place(server: FakeServer, viewer: Viewer) -> None:
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    me = viewer.viewer_id
    server.stored["e1"] = {"type": "selection", "n": 2, "pad": "x" * 3_000_000}
    server.event(me, type="selection", n=1)
    server.send({"type": "event_stored", "viewerId": me, "eventId": "e1"})
    server.event(me, type="selection", n=3)
    assert [seen.get(timeout=SECONDS) for _ in range(3)] == [1, 2, 3]


def test_running_a_cell_again_and_again_does_not_pile_up_viewers(server: FakeServer) -> None:
    held = Viewer(MemorySource(), server=server.url_with_token)
    watched = Viewer(MemorySource(), server=server.url_with_token)
    server.page_is_ready(watched.viewer_id)
    watched.wait_for_ready(timeout=SECONDS)
    watched_id, made = watched.viewer_id, []
    del watched
    for _ in range(2 * LEFT_VIEWERS_KEPT):
        again = Viewer(MemorySource(), server=server.url_with_token)
        made.append(again.viewer_id)
        del again
    newest = made[-LEFT_VIEWERS_KEPT - 1 :]
    assert set(server.viewers) == {held.viewer_id, watched_id, *newest}
    held.stop()


ENDING = """
import queue, sys, time
from cellucid_ext.kernel import Viewer
from tests.kernel.memory_source import MemorySource

entered = queue.Queue()
def slow(event):
    entered.put(event)
    time.sleep(600)

viewer = Viewer(MemorySource(slow={"slow"}), server=sys.argv[1])
viewer.on_selection(slow)
print(viewer.viewer_id, flush=True)
entered.get(timeout=30)
"""


def test_python_ends_though_a_hook_and_a_read_go_on(server: FakeServer) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENDING, server.url_with_token],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            viewer_id = process.stdout.readline().strip()
            read = {"type": "read", "viewerId": viewer_id, "replyId": "r", "path": "slow"}
            server.send(read)
            server.event(viewer_id, type="selection", cells=[1])
            _, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")


# What it answers.


def test_reads_are_answered_from_the_source(
    server: FakeServer, viewer: Viewer, source: MemorySource
) -> None:
    source.files["obs/big.bin"] = big = random.Random(0).randbytes(5_000_000)
    ask(server, viewer, "obs/big.bin")
    reply_id, status, headers, body = answered(server)
    assert (reply_id, status, body) == ("obs-big.bin", 200, big)
    etag = headers["Etag"]

    ask(server, viewer, "obs/big.bin", range="bytes=1000000-1000009")
    _, status, headers, body = answered(server)
    assert (status, body) == (206, big[1_000_000:1_000_010])
    assert headers["Content-Range"] == "bytes 1000000-1000009/5000000"

    ask(server, viewer, "obs/big.bin", ifNoneMatch=etag)
    assert answered(server)[1::2] == (304, b"")

    ask(server, viewer, "nothing")
    _, status, _, body = answered(server)
    assert (status, json.loads(body)["code"]) == (404, "no-such-file")


def test_a_viewer_that_is_not_here_is_answered_too(server: FakeServer, viewer: Viewer) -> None:
    server.send({"type": "read", "viewerId": "gone", "replyId": "r", "path": "x"})
    reply_id, status, _, body = answered(server)
    assert (reply_id, status, json.loads(body)["code"]) == ("r", 404, "no-such-viewer")


def test_a_slow_read_holds_up_neither_events_nor_other_reads(
    server: FakeServer, viewer: Viewer, source: MemorySource
) -> None:
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    source.files["slow"] = b"s"
    source.slow.add("slow")
    ask(server, viewer, "slow")
    ask(server, viewer, "a.bin")
    server.event(viewer.viewer_id, type="selection", n=1)
    assert answered(server)[0] == "a.bin"
    assert seen.get(timeout=SECONDS) == 1
    source.gate.set()
    assert answered(server)[0] == "slow"


def test_a_stopped_viewer_is_forgotten_by_the_server(server: FakeServer) -> None:
    viewer = Viewer(MemorySource(), server=server.url_with_token)
    assert viewer.viewer_id in server.viewers
    viewer.stop()
    while (said := server.said.get(timeout=SECONDS))[0] != "DELETE":
        pass
    assert said[1].endswith(f"/viewers/{viewer.viewer_id}")
    with pytest.raises(ViewerError, match="stopped"):
        viewer.wait_for_ready(timeout=10)


def test_a_fork_refuses_instead_of_hanging(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        told = b"nothing"
        try:
            viewer.send_message({"type": "ping"})
        except ViewerError as error:
            told = str(error).encode()
        finally:
            os.write(there, told)
            os._exit(0)
    os.close(there)
    os.waitpid(child, 0)
    with os.fdopen(here, "rb") as pipe:
        assert b"fork()" in pipe.read()
    viewer.send_message({"type": "ping"})
    assert server.commands.get(timeout=SECONDS) == {"type": "ping"}


def test_the_same_server_gives_the_same_link(server: FakeServer, viewer: Viewer) -> None:
    assert connect(server.url_with_token) is connect(server.url_with_token)


def test_a_new_token_for_the_same_server_is_taken(server: FakeServer, viewer: Viewer) -> None:
    link, old = connect(server.url_with_token), server.url_with_token
    server.stop()
    server.forget_everything()
    server.token = "another-token"
    server.start()
    with pytest.raises(NoServer, match="the Jupyter server refused"):
        connect(f"{server.url}?token=a-wrong-one")
    assert connect(old) is link
    assert connect(server.url_with_token) is link
    server.next_hello()
    link.wait_until_connected(Deadline(SECONDS))
    assert list(server.viewers) == [viewer.viewer_id]
    with Viewer(MemorySource(), server=server.url_with_token) as second:
        assert second.viewer_id in server.viewers
