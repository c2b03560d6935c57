"""A viewer's handle: waiting for its page, and bringing its session into Python."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.errors import (
    PageFailed,
    PageGone,
    SessionTimeout,
    ViewerError,
    ViewerStopped,
    ViewerTimeout,
)
from cellucid_ext.protocol import MIME_TYPE

from .fake_server import SECONDS, TOKEN, FakeServer
from .memory_source import MemorySource

SESSION = Path(__file__).parents[1] / "vectors" / "small.cellucid-session"


@pytest.fixture
def cell() -> Iterator[Callable[..., Future[Any]]]:
    """Call something as a notebook's cell would, while the test plays the page."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


def asked(server: FakeServer) -> str:
    """Wait until the page is asked for its session; returns the request's id."""
    command = server.commands.get(timeout=SECONDS)
    assert command["type"] == "requestSessionBundle"
    return str(command["requestId"])


def upload(server: FakeServer, viewer: Viewer, request_id: str, body: bytes) -> None:
    server.files[request_id] = body
    server.requests[request_id] = {"state": "ready", "bytes": len(body)}
    said = {"type": "session_bundle", "viewerId": viewer.viewer_id, "requestId": request_id}
    sha256 = hashlib.sha256(body).hexdigest()
    server.send({**said, "status": "ok", "bytes": len(body), "sha256": sha256})


def nothing_pending(server: FakeServer) -> bool:
    """Wait until the server was told to forget the request."""
    while server.said.get(timeout=SECONDS)[0] != "DELETE":
        pass
    return not server.requests


# The page.


def test_ready(server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]) -> None:
    waiting = cell(viewer.wait_for_ready, timeout=SECONDS)
    server.page_is_ready(viewer.viewer_id)
    assert waiting.result(SECONDS) == {"type": "ready", "n_cells": 10}
    assert viewer.state.events["ready"]["n_cells"] == 10
    assert "1 open" in repr(viewer)


def test_a_page_that_never_comes(viewer: Viewer, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ViewerTimeout, match="no browser opened it"):
        viewer.wait_for_ready(timeout=0.1)
    assert viewer.viewer_url in capsys.readouterr().out
    with pytest.raises(SessionTimeout, match=r"within 0\.1 s"):
        viewer.get_session_bundle(timeout=0.1)
    assert not capsys.readouterr().out, "it is shown once"


def test_a_page_that_still_loads(server: FakeServer, viewer: Viewer) -> None:
    server.pages(viewer.viewer_id, 1)
    with pytest.raises(ViewerTimeout, match="still loads"):
        viewer.wait_for_ready(timeout=1)


def test_a_page_that_went(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    server.pages(viewer.viewer_id, 0)
    with pytest.raises(PageGone, match="run `viewer` in a cell"):
        viewer.get_session_bundle(timeout=SECONDS)
    with pytest.raises(PageGone):
        viewer.wait_for_ready(timeout=SECONDS)


def test_the_server_ends_the_viewer(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    waiting = cell(viewer.wait_for_ready, timeout=SECONDS)
    server.send({"type": "viewer_closed", "viewerId": viewer.viewer_id, "reason": "idle"})
    with pytest.raises(ViewerStopped, match="idle"):
        waiting.result(SECONDS)


def test_hooks_as_decorators(server: FakeServer, viewer: Viewer) -> None:
    heard = threading.Semaphore(0)

    @viewer.on_selection
    def count(event: dict[str, Any]) -> None:
        assert event["cells"].tolist() == [1, 2]
        heard.release()

    server.event(viewer.viewer_id, type="selection", cells=[1, 2], source="lasso")
    assert heard.acquire(timeout=SECONDS)
    assert callable(count)
    viewer.remove_hook(count)


def test_what_a_notebook_keeps_holds_ids_and_no_markup_of_the_data(server: FakeServer) -> None:
    title = '</a><script>"x"</script>'
    source = MemorySource(name=title)
    with Viewer(source, height=400, server=server.url_with_token) as viewer:
        bundle = viewer._repr_mimebundle_()
    expected = {"viewerId": viewer.viewer_id, "height": 400, "title": title}
    assert bundle[MIME_TYPE] == expected
    assert f'src="/a%40b/_cellucid/viewers/{viewer.viewer_id}/page"' in bundle["text/html"]
    assert "<script>" not in bundle["text/html"]
    for secret in (TOKEN, viewer.viewer_token):
        assert secret not in str(bundle)


@pytest.mark.parametrize("height", [0, -5, 10**6])
def test_height_is_checked(height: int, server: FakeServer) -> None:
    with pytest.raises(ValueError, match=f"height is {height}"):
        Viewer(MemorySource(), height=height, server=server.url_with_token)


# The session.


def test_a_session(server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    upload(server, viewer, asked(server), SESSION.read_bytes())
    bundle = waiting.result(SECONDS)
    path = Path(bundle.path)
    assert path.read_bytes() == SESSION.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "highlights/meta" in bundle.list_chunk_ids()
    del bundle, waiting
    # The threads it came through let it go a moment later.
    end = time.monotonic() + SECONDS
    while path.exists():
        assert time.monotonic() < end


def test_a_page_that_was_loaded_anew_is_asked_again(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    first = asked(server)
    server.pages(viewer.viewer_id, 0)
    server.page_is_ready(viewer.viewer_id)
    assert asked(server) == first
    upload(server, viewer, first, SESSION.read_bytes())
    assert waiting.result(SECONDS).list_chunk_ids()


@pytest.mark.parametrize(
    "event",
    [
        {"type": "command_error", "message": "out of memory"},
        {"type": "session_bundle", "status": "error", "error": {"message": "out of memory"}},
    ],
)
def test_the_page_says_why_it_failed(
    event: dict[str, Any], server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    request_id = asked(server)
    server.event(viewer.viewer_id, **event, requestId="another")
    server.event(viewer.viewer_id, **event, requestId=request_id)
    with pytest.raises(PageFailed, match="out of memory"):
        waiting.result(SECONDS)
    assert nothing_pending(server)


def test_the_server_says_why_it_failed(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    said = {"type": "session_bundle", "viewerId": viewer.viewer_id, "status": "error"}
    error = {"message": "the disk is full", "code": "disk-full"}
    server.send({**said, "requestId": asked(server), "error": error})
    with pytest.raises(PageFailed, match="the disk is full"):
        waiting.result(SECONDS)


def test_the_servers_word_counts_more_than_the_pages(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    request_id = asked(server)
    server.requests[request_id] = {"state": "receiving", "bytes": 7}
    event = {"type": "command_error", "requestId": request_id, "message": "already claimed"}
    server.event(viewer.viewer_id, **event)
    upload(server, viewer, request_id, SESSION.read_bytes())
    assert waiting.result(SECONDS).list_chunk_ids()


def test_a_page_that_closes_before_its_upload(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    asked(server)
    server.pages(viewer.viewer_id, 0)
    with pytest.raises(PageGone, match="was closed before"):
        waiting.result(SECONDS)
    assert nothing_pending(server)


def test_an_upload_goes_on_while_the_pages_websocket_is_away(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    request_id = asked(server)
    server.requests[request_id] = {"state": "receiving", "bytes": 7}
    server.pages(viewer.viewer_id, 0)
    # The kernel asks how the upload stands only once it takes the page for gone.
    while server.said.get(timeout=SECONDS)[1].rpartition("/")[2] != request_id:
        pass
    upload(server, viewer, request_id, SESSION.read_bytes())
    assert waiting.result(SECONDS).list_chunk_ids()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"state": "pending", "bytes": 0}, "has not begun to upload"),
        ({"state": "receiving", "bytes": 1234}, "1,234 bytes arrived"),
    ],
)
def test_a_timeout_says_how_far_it_got(
    state: dict[str, Any],
    words: str,
    server: FakeServer,
    viewer: Viewer,
    cell: Callable[..., Future[Any]],
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=2)
    server.requests[asked(server)] = state
    with pytest.raises(SessionTimeout, match=words) as caught:
        waiting.result(SECONDS)
    assert isinstance(caught.value, TimeoutError)
    assert nothing_pending(server)


def test_a_damaged_session_is_not_handed_out(
    server: FakeServer, viewer: Viewer, cell: Callable[..., Future[Any]]
) -> None:
    server.page_is_ready(viewer.viewer_id)
    waiting = cell(viewer.get_session_bundle, timeout=SECONDS)
    for _ in range(2):
        request_id = asked(server)
        server.files[request_id] = SESSION.read_bytes()[:-1]
        said = {"type": "session_bundle", "viewerId": viewer.viewer_id, "requestId": request_id}
        server.send({**said, "status": "ok", "bytes": 1, "sha256": "0" * 64})
    with pytest.raises(ViewerError, match="damaged"):
        waiting.result(SECONDS)


def test_an_interrupt_is_felt_at_once_and_leaves_nothing(
    server: FakeServer, viewer: Viewer
) -> None:
    server.page_is_ready(viewer.viewer_id)

    def interrupt() -> None:
        asked(server)
        signal.raise_signal(signal.SIGINT)

    pressing = threading.Thread(target=interrupt)
    pressing.start()
    with pytest.raises(KeyboardInterrupt):
        viewer.get_session_bundle(timeout=3600)
    pressing.join(SECONDS)
    assert nothing_pending(server)
