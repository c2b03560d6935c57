"""Sessions that are cut off on their way, or take longer than the server waits, are asked for anew.

The kernel is this process, as one on another machine is; the test plays the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.check.errors import CheckError
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.errors import PageFailed, SessionTimeout, UploadLost, ViewerTimeout
from cellucid_ext.kernel.waiting import PAGE_GONE_SECONDS
from tests.real_server import SECONDS, RealServer

from .fake_server import FakeServer
from .memory_source import MemorySource
from .real import SESSION, logged_in, open_page, runs, upload
from .test_viewer import asked
from .test_viewer import upload as send


@contextmanager
def viewer_on(server: RealServer) -> Iterator[Viewer]:
    try:
        with Viewer(MemorySource(), server=server.url_with_token) as viewer:
            yield viewer
    finally:
        disconnect()


def capture(viewer: Viewer, timeout: float = SECONDS) -> asyncio.Task[Any]:
    return asyncio.create_task(asyncio.to_thread(viewer.get_session_bundle, timeout=timeout))


async def cut_upload(server: RealServer, browser: Browser, viewer: Viewer, page: Page) -> str:
    """Send half of a session, and cut the connection."""
    request_id = str((await page.expect("requestSessionBundle"))["requestId"])
    query = f"viewerId={viewer.viewer_id}&requestId={request_id}"
    headers = {
        **browser.headers,
        "Content-Length": f"{len(SESSION)}",
        "Host": f"127.0.0.1:{server.port}",
    }
    head = f"POST {server.base_url}_cellucid/session_bundle?{query} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode() + b"\r\n" + SESSION[: len(SESSION) // 2])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    return request_id


async def open_again(server: RealServer, viewer: Viewer) -> tuple[Browser, Page]:
    """Connect as a page does that was open when the server was restarted."""
    async with asyncio.timeout(SECONDS):
        while True:
            browser = await logged_in(server)
            try:
                return browser, await browser.open_page(viewer.viewer_id)
            except CheckError:
                # The kernel has not come back yet.
                await asyncio.sleep(0.05)


def test_the_servers_longest_wait_may_be_shorter(tmp_path: Path) -> None:
    arguments = ["--CellucidExtension.max_ttl_seconds=1"]
    with RealServer(tmp_path, arguments=arguments) as server, viewer_on(server) as viewer:

        @runs
        async def use() -> None:
            browser = await logged_in(server)
            page = await open_page(browser, viewer.viewer_id)
            waiting = capture(viewer)
            await upload(browser, viewer.viewer_id, page)
            assert Path((await waiting).path).read_bytes() == SESSION

            waiting = capture(viewer)
            first = await page.expect("requestSessionBundle")
            second = await page.expect("requestSessionBundle")
            assert first["requestId"] != second["requestId"]
            await upload(browser, viewer.viewer_id, page)
            assert Path((await waiting).path).read_bytes() == SESSION

            with pytest.raises(SessionTimeout, match=r"ha[sd] not begun to (upload|send)"):
                await capture(viewer, timeout=2.5)

        use()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


def test_an_upload_that_was_cut_is_asked_for_again(real: RealServer) -> None:
    with viewer_on(real) as viewer:

        @runs
        async def use() -> None:
            browser = await logged_in(real)
            page = await open_page(browser, viewer.viewer_id)
            waiting = capture(viewer)
            cut = await cut_upload(real, browser, viewer, page)
            await upload(browser, viewer.viewer_id, page)
            assert Path((await waiting).path).read_bytes() == SESSION
            path = f"_cellucid/viewers/{viewer.viewer_id}/requests/{cut}"
            assert real.ask("GET", path)[1]["state"] == "failed"

        use()


def test_an_upload_that_was_cut_twice_is_told(real: RealServer) -> None:
    with viewer_on(real) as viewer:

        @runs
        async def use() -> None:
            browser = await logged_in(real)
            page = await open_page(browser, viewer.viewer_id)
            waiting = capture(viewer)
            for _ in range(2):
                await cut_upload(real, browser, viewer, page)
            with pytest.raises(UploadLost, match=r"its connection was cut .*part_bytes"):
                await waiting

        use()


def test_a_server_that_is_restarted_during_an_upload(tmp_path: Path) -> None:
    with RealServer(tmp_path) as server, viewer_on(server) as viewer:

        @runs
        async def use() -> None:
            browser = await logged_in(server)
            page = await open_page(browser, viewer.viewer_id)
            waiting = capture(viewer)
            request_id = (await page.expect("requestSessionBundle"))["requestId"]
            ids = {"viewerId": viewer.viewer_id, "requestId": request_id}
            half = SESSION[: len(SESSION) // 2]
            answer = await browser.send(
                "_cellucid/session_bundle", half, **ids, part="1", parts="2"
            )
            assert answer.code == 200, answer.body

            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            browser, page = await open_again(server, viewer)
            await upload(browser, viewer.viewer_id, page)
            assert Path((await waiting).path).read_bytes() == SESSION
            path = f"_cellucid/viewers/{viewer.viewer_id}/requests/{request_id}"
            assert server.ask("GET", path)[0] == 404

        use()


def test_a_session_asked_for_while_the_server_is_away(tmp_path: Path) -> None:
    with RealServer(tmp_path) as server, viewer_on(server) as viewer:

        @runs
        async def use() -> None:
            await open_page(await logged_in(server), viewer.viewer_id)
            await asyncio.to_thread(viewer.wait_for_ready, timeout=SECONDS)
            await asyncio.to_thread(server.kill)
            waiting = capture(viewer)
            await asyncio.to_thread(server.start)
            browser, page = await open_again(server, viewer)
            await upload(browser, viewer.viewer_id, page)
            assert Path((await waiting).path).read_bytes() == SESSION

        use()


@pytest.mark.parametrize("over", [True, False])
def test_only_the_server_says_that_a_request_has_expired(
    over: bool, server: FakeServer, viewer: Viewer
) -> None:
    server.page_is_ready(viewer.viewer_id)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        first = asked(server)
        if over:
            server.requests[first] = {"state": "expired", "bytes": 0}
        said = {"type": "session_bundle", "status": "error", "requestId": first}
        error = {"message": "its time is over", "code": "expired"}
        server.event(viewer.viewer_id, **said, error=error)
        if over:
            send(server, viewer, asked(server), SESSION)
            assert waiting.result(SECONDS).list_chunk_ids()
        else:
            with pytest.raises(PageFailed, match=r"could not hand over .*its time is over"):
                waiting.result(SECONDS)
            assert server.commands.empty(), "it was asked once"


def test_what_the_server_says_of_an_upload_comes_before_what_its_page_says(
    server: FakeServer, viewer: Viewer
) -> None:
    # A browser repeats what it sent on a connection that was cut; its page hears of the repetition.
    server.page_is_ready(viewer.viewer_id)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        first = asked(server)
        cut = {"message": "the upload was cut off", "code": "cut-short"}
        server.requests[first] = {"state": "failed", "bytes": 9, "error": cut}
        error = {"message": "a session was already sent", "code": "already-claimed"}
        said = {"type": "session_bundle", "status": "error", "requestId": first}
        server.event(viewer.viewer_id, **said, error=error)
        send(server, viewer, asked(server), SESSION)
        assert waiting.result(SECONDS).list_chunk_ids()


def test_a_server_that_fails_while_it_gets_its_viewers_again(
    server: FakeServer, viewer: Viewer
) -> None:
    server.stop()
    server.forget_everything()
    server.refuse_viewers = 1
    server.start()
    assert not server.next_hello()["resumed"]
    assert server.next_hello()["resumed"], "it knows the kernel by now, but not the viewer"
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    assert list(server.viewers) == [viewer.viewer_id]


def test_pages_have_time_to_come_back_to_a_restarted_server(
    server: FakeServer, viewer: Viewer
) -> None:
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(viewer.get_session_bundle, timeout=SECONDS)
        first = asked(server)
        server.stop()
        server.forget_everything()
        server.requests.clear()
        server.start()
        server.next_hello()
        # Longer than a page may else be away.
        with pytest.raises(ViewerTimeout):
            viewer.wait_for_event("click", timeout=PAGE_GONE_SECONDS + 1)
        server.page_is_ready(viewer.viewer_id)
        second = asked(server)
        assert first != second
        send(server, viewer, second, SESSION)
        assert waiting.result(SECONDS).list_chunk_ids()
