"""A real page whose connections are cut: it reconnects, sends again, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from cellucid_ext.dataset import open_source
from cellucid_ext.demo import make_dataset
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from tests.browser.fixtures import browser, jp_asyncio_loop, jp_server_cleanup, page
from tests.real_server import RealServer

from .proxies import Cut, Proxy

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "page"]

UPLOAD = b"POST /_cellucid/session_bundle"
UPLOADS = [("up", 0), ("up", 100), ("up", 1600), ("down", 0), ("down", 50), ("down", 300)]
SOCKET = [("up", 0), ("up", 900), ("down", 0), ("down", 100), ("down", 700)]
TIMES = 12
WHOLE, IN_PARTS = 1_000_000, 1_500


class Shown(NamedTuple):
    """A viewer and its page, which reaches the server by a way that can be cut."""

    viewer: Viewer
    page: Page
    way: Proxy
    server: RealServer

    def open(self) -> None:
        path = f"_cellucid/viewers/{self.viewer.viewer_id}/page?token={self.server.token}"
        self.page.goto(f"http://127.0.0.1:{self.way.port}/{path}")
        expect(self.page.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)

    def expect_groups(self, number: int) -> None:
        groups = self.page.get_by_role("list", name="Groups").get_by_role("listitem")
        expect(groups).to_have_count(number)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RealServer]:
    """A server that takes parts of so many bytes."""
    arguments = [f"--CellucidExtension.part_bytes={request.param}"]
    with RealServer(tmp_path_factory.mktemp("server"), arguments=arguments) as started:
        yield started


@pytest.fixture
def shown(server: RealServer, page: Page) -> Iterator[Shown]:
    url = f"{server.url}?token={server.token}"
    with Proxy(server.port) as way, Viewer(open_source(make_dataset()), server=url) as viewer:
        yield Shown(viewer, page, way, server)
    disconnect()


@pytest.mark.parametrize("server", [WHOLE, IN_PARTS], ids=["whole", "in-parts"], indirect=True)
def test_uploads(shown: Shown) -> None:
    shown.open()
    shown.viewer.highlight_cells(range(0, 5000, 7))
    shown.expect_groups(1)
    for direction, after in UPLOADS:
        at: Any = direction
        shown.way.cut(Cut(UPLOAD, at, after))
        bundle = shown.viewer.get_session_bundle(timeout=60)
        shown.way.wait_until_cut()
        assert 2 * IN_PARTS < bundle.path.stat().st_size < WHOLE
        ((group,),) = [stored.groups for stored in bundle.pages]
        assert group.cells.tolist() == list(range(0, 5000, 7))


@pytest.mark.parametrize("server", [WHOLE], ids=["whole"], indirect=True)
@pytest.mark.parametrize(("direction", "after"), SOCKET)
def test_websockets(shown: Shown, direction: Any, after: int) -> None:
    shown.way.cut(Cut(b"/channel HTTP/1.1", direction, after))
    shown.open()
    for number in range(TIMES):
        shown.viewer.highlight_cells([number, number + 1])
    shown.way.wait_until_cut()
    shown.expect_groups(TIMES)
    bundle = shown.viewer.get_session_bundle(timeout=60)
    (stored,) = bundle.pages
    cells = [group.cells.tolist() for group in stored.groups]
    assert cells == [[number, number + 1] for number in range(TIMES)]
