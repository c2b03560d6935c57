"""`debug_connection`: each step from the kernel to the page, also where nothing works."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.debug import ConnectionReport
from cellucid_ext.protocol import SERVER_URL_VARIABLE

from .fake_server import SECONDS, TOKEN, FakeServer
from .memory_source import MemorySource

STEPS = ["kernel", "server", "extension", "proof", "websocket", "viewer", "pages", "ping"]


def verdicts(report: ConnectionReport) -> list[bool | None]:
    assert [probe.name for probe in report.probes] == STEPS
    return [probe.ok for probe in report.probes]


@pytest.fixture
def page(server: FakeServer, viewer: Viewer) -> Iterator[Callable[..., None]]:
    """Play a page that answers commands, with what a test says."""
    playing: list[threading.Thread] = []
    stop: queue.Queue[dict[str, Any]] = server.commands

    def play(answers: dict[str, dict[str, Any]]) -> None:
        def run() -> None:
            while (command := stop.get(timeout=SECONDS))["type"] != "stop":
                if command["type"] in answers:
                    about = {"requestId": command["requestId"], **answers[command["type"]]}
                    server.event(viewer.viewer_id, **about)

        server.page_is_ready(viewer.viewer_id)
        viewer.wait_for_ready(timeout=SECONDS)
        server.page_count = 1
        playing.append(threading.Thread(target=run))
        playing[-1].start()

    yield play
    stop.put({"type": "stop"})
    for thread in playing:
        thread.join(SECONDS)


def test_all_works(server: FakeServer, viewer: Viewer, page: Callable[..., None]) -> None:
    snapshot = {"type": "debug_snapshot", "version": "1.2.3"}
    messages = [{"id": 1, "level": "error", "text": "no such gene"}]
    page({"ping": {"type": "pong"}, "debug_snapshot": {**snapshot, "messages": messages}})
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 8
    assert report.ok
    assert (report.viewer_id, report.server) == (viewer.viewer_id, server.url)
    assert report.found_by == "the argument server"
    assert report.page["version"] == "1.2.3"
    text = repr(report)
    assert text.endswith("Everything works.")
    for words in ("found by the argument server", "1.2.3", "no such gene", "ms", "1 open"):
        assert words in text
    assert TOKEN not in text
    assert viewer.viewer_token not in text


def test_how_the_server_was_found(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER_URL_VARIABLE, server.url_with_token)
    with Viewer(MemorySource()) as viewer:
        assert viewer.debug_connection().found_by == SERVER_URL_VARIABLE


def test_no_page(viewer: Viewer) -> None:
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 6 + [False, None]
    assert not report.ok
    assert "Run `viewer` in a cell" in report.advice
    assert repr(report).endswith(report.advice)


def test_a_page_that_can_not(viewer: Viewer, page: Callable[..., None]) -> None:
    page({"ping": {"type": "command_error", "message": "what is a ping?"}})
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 8, "it answers, which is what was asked"
    assert report.page == {}


def test_a_page_that_does_not_answer(viewer: Viewer, page: Callable[..., None]) -> None:
    page({})
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 7 + [False]
    assert "no answer to ping" in report.probes[-1].verdict
    assert "tab" in report.advice


def test_a_server_that_is_gone(server: FakeServer, viewer: Viewer) -> None:
    server.stop()
    report = viewer.debug_connection()
    assert verdicts(report) == [True, False] + [None] * 6
    assert "does not answer" in report.probes[1].verdict
    assert "Jupyter still runs" in report.advice
    server.start()


def test_a_server_that_hangs(server: FakeServer, viewer: Viewer) -> None:
    gate = threading.Event()
    blocked = threading.Thread(target=server.do, args=(gate.wait, SECONDS))
    blocked.start()
    report = viewer.debug_connection(timeout=1)
    gate.set()
    blocked.join(SECONDS)
    assert verdicts(report) == [True, False] + [None] * 6
    assert "no answer in the time given" in report.probes[1].verdict


@pytest.mark.parametrize(
    ("status", "code", "expected", "words"),
    [
        (404, "", [True, True, False, None], "Install cellucid-ext"),
        (403, "bad-proof", [True, True, True, False], "Restart this kernel"),
        (403, "", [True, True, True, False], "Restart this kernel"),
        (502, "", [True, False, None, None], "Jupyter still runs"),
    ],
)
def test_a_server_that_refuses(
    status: int,
    code: str,
    expected: list[bool | None],
    words: str,
    server: FakeServer,
    viewer: Viewer,
) -> None:
    server.refuse_info = (status, code)
    report = viewer.debug_connection()
    assert verdicts(report) == expected + [None] * 4
    assert words in report.advice


def test_a_closed_websocket(server: FakeServer, viewer: Viewer) -> None:
    viewer._link.close()
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 4 + [False] + [None] * 3
    assert "proxy" in report.advice
    disconnect()


def test_a_viewer_that_has_ended(server: FakeServer, viewer: Viewer) -> None:
    viewer.stop()
    report = viewer.debug_connection()
    assert report.probes[0].ok is False
    assert "stopped" in report.probes[0].verdict
    assert report.probes[3].ok is True, "the rest is tried all the same"
    assert "Make a new viewer" in report.advice


def test_a_link_that_does_not_run(server: FakeServer, viewer: Viewer) -> None:
    background = viewer._link._background
    background.stop()
    try:
        report = viewer.debug_connection(timeout=1)
    finally:
        from cellucid_ext.kernel import connect

        connect._forget()
    assert verdicts(report) == [False] + [None] * 7
    assert "does not run" in report.probes[0].verdict


@pytest.mark.parametrize("timeout", [0, 0.001])
def test_no_time_at_all(timeout: float, viewer: Viewer) -> None:
    report = viewer.debug_connection(timeout=timeout)
    assert not report.ok
    assert report.advice
