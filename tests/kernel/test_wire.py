"""Answers that are too large, or that there is no room for."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cellucid_ext.kernel import Viewer, ViewerError
from cellucid_ext.kernel.background import Deadline
from cellucid_ext.kernel.connect import connect
from cellucid_ext.kernel.errors import NoServer, ViewerTimeout
from cellucid_ext.kernel.link import Link
from cellucid_ext.protocol import PROTOCOL

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource
from .test_viewer import asked, upload

MIB = 2**20


@contextmanager
def answering(pieces: list[bytes], **headers: str) -> Iterator[tuple[str, list[int]]]:
    """Answer everything with these pieces; gives the address, and the sizes of what was sent."""
    sent: list[int] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            for piece in pieces:
                try:
                    self.wfile.write(piece)
                except OSError:
                    return
                sent.append(len(piece))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?token=hush", sent
    finally:
        server.shutdown()
        server.server_close()
        serving.join(SECONDS)


def refusal(url: str) -> str:
    with pytest.raises(NoServer) as caught:
        Viewer(MemorySource(), server=url)
    return str(caught.value)


def test_an_endless_answer_is_not_read_to_its_end(caplog: pytest.LogCaptureFixture) -> None:
    with answering([bytes(MIB)] * 500, Content_Length=f"{10**11}") as (url, sent):
        assert "sends more than the 1,048,576 bytes expected" in refusal(url)
    assert sum(sent) < 100 * MIB
    assert not caplog.records


def test_a_small_answer_does_not_become_a_large_one() -> None:
    told = json.dumps({"protocol": PROTOCOL, "pad": "0" * 10_000}).encode()
    with answering([gzip.compress(told)], Content_Encoding="gzip") as (url, _):
        assert "is no Jupyter server with this extension" in refusal(url)


def test_silence_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for _ in range(2):
            text = refusal(f"http://127.0.0.1:{silent.getsockname()[1]}/?token=hush")
            assert "did not answer within 1 s" in text
    assert not caplog.records


def link_of(server: FakeServer) -> Link:
    link = connect(server.url_with_token)
    link.wait_until_connected(Deadline(SECONDS))
    return link


def test_a_file_that_is_larger_than_was_said_is_left(server: FakeServer, tmp_path: Path) -> None:
    link, file = link_of(server), tmp_path / "s"
    server.files["r"] = bytes(20 * MIB)
    path = "viewers/v/requests/r/bundle"
    with pytest.raises(ViewerError, match=r"sends more than the 5,242,880 bytes"):
        link.run(link.fetch(path, file, 5 * MIB, seconds=SECONDS), SECONDS, "the file")
    assert file.stat().st_size <= 5 * MIB


def test_what_nobody_waits_for_leaves_nothing_in_the_log(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    link = link_of(server)
    server.do(server.takes_viewers.clear)
    with pytest.raises(ViewerTimeout, match="waited"):
        link.run(link.ask("POST", "viewers", {}, seconds=SECONDS), 0.2, "an answer")
    server.next_hello()
    server.stop()
    server.start()
    server.next_hello()
    assert "tornado.application" not in {record.name for record in caplog.records}


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_named_and_not_tried_again(
    server: FakeServer,
    viewer: Viewer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    with ThreadPoolExecutor() as pool, room(16 * MIB):
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        upload(server, viewer, asked(server), bytes(32 * MIB))
        with pytest.raises(ViewerError) as caught:
            waiting.result(SECONDS)
    assert type(caught.value) is ViewerError
    assert str(tmp_path) in str(caught.value)
    assert "make room there" in str(caught.value)
    assert server.commands.empty()
    assert not list(tmp_path.iterdir())
    assert not caplog.records


def test_a_folder_that_is_not_there_is_named(
    server: FakeServer, viewer: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        upload(server, viewer, asked(server), b"x")
        with pytest.raises(ViewerError, match="make room there") as caught:
            waiting.result(SECONDS)
    assert str(tmp_path / "gone") in str(caught.value)
