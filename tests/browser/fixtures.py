"""Fixtures of all tests that use a browser; a conftest imports them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from . import chromium
from .desk import Desk, open_desk


# Only as long as a module: while Playwright's loop runs, no other loop can in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launch() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def jp_asyncio_loop() -> None:
    """None here: pytest-jupyter would close Playwright's, which runs throughout these tests."""


@pytest.fixture
def jp_server_cleanup() -> None:
    """Nothing to clean up: the servers are processes of their own."""


@pytest.fixture(scope="session")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(_desk: Desk) -> Iterator[Desk]:
    _desk.begin()
    yield _desk
    _desk.run("cleanup_all()")
