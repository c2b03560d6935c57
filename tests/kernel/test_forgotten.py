"""A server that was restarted and forgot all, and a registration that does not go well."""

from __future__ import annotations

import json
import math
import queue
import signal
import threading

import pytest

from cellucid_ext.kernel import Viewer, ViewerError
from cellucid_ext.kernel.connect import connect

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource


def until_said(server: FakeServer, method: str, end: str) -> None:
    """Wait until something was asked of the server, and what it does at once is done."""
    while True:
        asked, path, _ = server.said.get(timeout=SECONDS)
        if asked == method and path.endswith(end):
            server.do(lambda: None)
            return


def restart(server: FakeServer) -> None:
    server.stop()
    server.forget_everything()
    while not server.said.empty():
        server.said.get()
    server.start()


def until_greeted(server: FakeServer, viewer: Viewer) -> None:
    """Wait until an event is heard, which is read when all viewers are known again."""
    seen: queue.Queue[int] = queue.Queue()
    viewer.on_selection(lambda event: seen.put(event["n"]))
    server.event(viewer.viewer_id, type="selection", n=1)
    assert seen.get(timeout=SECONDS) == 1


def test_a_viewer_stopped_meanwhile_does_not_come_back(server: FakeServer) -> None:
    first, second, third = (Viewer(MemorySource(), server=server.url_with_token) for _ in "123")
    server.next_hello()
    server.takes_viewers.clear()
    restart(server)
    server.next_hello()
    until_said(server, "POST", "/viewers")
    for stopped in (first, second):
        stopped.stop()
        until_said(server, "DELETE", stopped.viewer_id)
    server.do(server.takes_viewers.set)
    until_greeted(server, third)
    told = [path for method, path, _ in server.said.queue if method == "POST"]
    assert len(told) == 1, "the first was under way, the second is not told at all"
    assert list(server.viewers) == [third.viewer_id]
    assert [shown.id for shown in connect(server.url_with_token).shown] == [third.viewer_id]


def test_an_interrupted_registration_leaves_nothing(
    server: FakeServer, viewer: Viewer, caplog: pytest.LogCaptureFixture
) -> None:
    server.do(server.takes_viewers.clear)
    until_said(server, "POST", "/viewers")

    def interrupt() -> None:
        until_said(server, "POST", "/viewers")
        signal.raise_signal(signal.SIGINT)

    pressing = threading.Thread(target=interrupt)
    pressing.start()
    with pytest.raises(KeyboardInterrupt):
        Viewer(MemorySource(), server=server.url_with_token)
    pressing.join(SECONDS)
    until_said(server, "DELETE", "")
    server.do(server.takes_viewers.set)
    until_said(server, "DELETE", "")
    assert list(server.viewers) == [viewer.viewer_id]
    assert [shown.id for shown in connect(server.url_with_token).shown] == [viewer.viewer_id]
    assert not caplog.records


def test_what_is_not_our_answer_to_a_viewer_says_so(server: FakeServer, viewer: Viewer) -> None:
    server.says_ids = False
    with pytest.raises(ViewerError, match="is not this extension") as caught:
        Viewer(MemorySource(), server=server.url_with_token)
    assert server.url in str(caught.value)


def test_the_limits_of_the_new_server_count(server: FakeServer, viewer: Viewer) -> None:
    server.info.update(minTtlSeconds=2, maxTtlSeconds=30)
    restart(server)
    server.next_hello()
    until_greeted(server, viewer)
    assert connect(server.url_with_token).ttl_seconds == (2, 30)


def test_a_number_of_pages_that_is_none_does_not_make_a_viewer_deaf(
    server: FakeServer, viewer: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    def send() -> None:
        (numbered,) = server.channels.values()
        frame = numbered.add({"type": "viewer_connected", "viewerId": viewer.viewer_id})
        for socket in server.sockets:
            socket.write_message(json.dumps({**frame, "pages": math.inf}))

    server.do(send)
    until_greeted(server, viewer)
    assert "was left out" in capsys.readouterr().err
