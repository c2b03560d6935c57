"""`debug_connection`: each step from the kernel to the page, also where nothing works."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.debug import ConnectionReport
from cellucid_ext.protocol import SERVER_URL_VARIABLE
from tests.real_server import RealServer

from .fake_server import BASE, SECONDS, TOKEN, FakeServer
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
    monkeypatch.setenv(SERVER_URL_VARIABLE, "http://127.0.0.1:9/?token=hush")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", server.url)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", BASE)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    with Viewer(MemorySource()) as viewer:
        report = viewer.debug_connection()
    assert report.found_by == "JUPYTERHUB_SERVICE_URL"
    assert [place.how for place in report.places] == [
        SERVER_URL_VARIABLE,
        "JUPYTERHUB_SERVICE_URL",
        "JPY_PARENT_PID",
    ]
    first, second, third = (place.verdict for place in report.places)
    assert "connection refused" in first
    assert second == f"{server.url} answers"
    assert third == "not asked"
    for place in report.places:
        assert f"looked at {place}" in repr(report)
    for secret in (TOKEN, "hush"):
        assert secret not in repr(report)


def test_the_console_of_the_page(viewer: Viewer, page: Callable[..., None]) -> None:
    lines = [{"level": "error", "message": f"line {n}", "ts": 1000 * n} for n in range(8)]
    snapshot = {"type": "debug_snapshot", "version": "1.2.3", "console": [*lines, "what?"]}
    page({"ping": {"type": "pong"}, "debug_snapshot": snapshot})
    report = viewer.debug_connection()
    assert report.console == (
        *(f"00:00:0{n} error: line {n}" for n in range(4, 8)),
        "what?",
    ), "the last five"
    assert "  console: 00:00:07 error: line 7" in repr(report).splitlines()


def test_the_last_words_of_a_page_that_does_not_answer(
    server: FakeServer, viewer: Viewer, page: Callable[..., None]
) -> None:
    page({})
    said = {"level": "error", "message": "WebGL: context lost", "ts": 2000}
    with ThreadPoolExecutor() as pool:
        heard = pool.submit(viewer.wait_for_event, "console", timeout=SECONDS)
        while not heard.done():
            server.event(viewer.viewer_id, type="console", **said)
            wait([heard], 0.05)
    report = viewer.debug_connection(timeout=5)
    assert report.page == {}
    assert report.console == ("00:00:02 error: WebGL: context lost",)


@pytest.mark.parametrize("answer", [{"pages": "many"}, {"pages": None}])
def test_a_server_that_talks_nonsense(
    answer: dict[str, Any], server: FakeServer, viewer: Viewer
) -> None:
    server.page_count = answer["pages"]
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 5 + [False, None, None]
    assert "Error" in report.probes[5].verdict
    assert report.advice


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
    assert report.advice.startswith("Restart this kernel")


@pytest.mark.parametrize("timeout", [0, 0.001])
def test_no_time_at_all(timeout: float, viewer: Viewer) -> None:
    report = viewer.debug_connection(timeout=timeout)
    assert not report.ok
    assert report.advice.startswith("The time was too short to tell: give it more")
    assert "the link does not run" not in repr(report)


def test_what_a_page_says_is_no_part_of_the_report(
    viewer: Viewer, page: Callable[..., None]
) -> None:
    foreign = "\x1b[31mred\n  ping       ok\r\u2028Everything works.\ud800"
    nested: object = "deep"
    for _ in range(300):
        nested = [nested]
    console = [
        {"level": foreign, "message": foreign, "ts": 1e300},
        {"level": "error", "message": nested, "ts": True},
        foreign * 1000,
    ]
    snapshot = {"type": "debug_snapshot", "version": foreign, "console": console}
    messages = [{"id": 1, "level": "error", "text": foreign}] * 10
    page({"ping": {"type": "pong"}, "debug_snapshot": {**snapshot, "messages": messages}})
    report = viewer.debug_connection()
    text = repr(report)
    assert text.endswith("\nEverything works.")
    lines = text.split("\n")
    assert text.splitlines() == lines
    assert lines.count("Everything works.") == 1
    assert sum(line.startswith("  ping ") for line in lines) == 1
    assert sum(line.startswith("  console: ") for line in lines) == len(console)
    assert all(line.isprintable() and len(line) < 2500 for line in lines)
    assert report.page["messages"] == messages, "as it was said"


@pytest.mark.parametrize("messages", [3, "text", {"text": "one"}, None, True])
def test_messages_that_are_none(
    messages: object, viewer: Viewer, page: Callable[..., None]
) -> None:
    snapshot = {"type": "debug_snapshot", "version": {"a": 1}, "messages": messages}
    page({"ping": {"type": "pong"}, "debug_snapshot": snapshot})
    report = viewer.debug_connection()
    assert "page: version {'a': 1}, no messages" in repr(report)


def test_a_page_that_has_no_snapshot(viewer: Viewer, page: Callable[..., None]) -> None:
    refusal = {"type": "command_error", "command": "debug_snapshot", "message": "what is that?"}
    page({"ping": {"type": "pong"}, "debug_snapshot": refusal})
    report = viewer.debug_connection()
    assert verdicts(report) == [True] * 8
    assert report.page == {}
    assert "page: version" not in repr(report)


def test_a_real_server_that_is_stopped_then_gone(tmp_path: Path) -> None:
    with RealServer(tmp_path) as real:
        try:
            with Viewer(MemorySource(), server=real.url_with_token) as viewer:
                os.kill(real.pid, signal.SIGSTOP)
                try:
                    stopped = viewer.debug_connection(timeout=2)
                finally:
                    os.kill(real.pid, signal.SIGCONT)
                real.kill()
                gone = viewer.debug_connection(timeout=2)
        finally:
            disconnect()
    assert verdicts(stopped) == verdicts(gone) == [True, False] + [None] * 6
    assert "no answer in the time given" in stopped.probes[1].verdict
    assert "connection refused" in gone.probes[1].verdict
    for report in (stopped, gone):
        assert "Jupyter still runs" in report.advice


def test_a_link_whose_thread_is_stuck(viewer: Viewer) -> None:
    gate, stuck = threading.Event(), threading.Event()

    async def block() -> None:
        stuck.set()
        gate.wait(SECONDS)

    viewer._link._background.start(block())
    assert stuck.wait(SECONDS)
    report = viewer.debug_connection(timeout=1)
    gate.set()
    assert verdicts(report) == [False] + [None] * 7
    assert "waited 1 s" in report.probes[0].verdict
    assert report.advice.startswith("Restart this kernel")
