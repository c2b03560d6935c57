"""A session is packed by workers, and without them where they can't be had."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from cellucid_ext import CellucidSessionBundle

from .desk import Desk, dataset

WORKER = "**/viewer-worker.js"


def names(page: Page) -> list[str]:
    """Save a session, by keyboard; gives the names of the cells in it."""
    page.keyboard.press("Control+s")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    bundle = CellucidSessionBundle(download.value.path())
    return list(bundle.decode_chunk("identity/obs-names"))


def lost(page: Page) -> None:
    page.route(WORKER, lambda route: route.fulfill(status=404))


def silent(page: Page) -> None:
    page.route(WORKER, lambda route: route.fulfill(body="", content_type="text/javascript"))


def forbidden(page: Page) -> None:
    def answer(route: Route) -> None:
        given = route.fetch()
        policy = given.headers["content-security-policy"]
        stricter = policy.replace("worker-src 'self' blob:", "worker-src 'none'")
        assert stricter != policy
        headers = {**given.headers, "content-security-policy": stricter}
        route.fulfill(response=given, headers=headers)

    page.route("**/page", answer)


def test_by_workers(desk: Desk, page: Page) -> None:
    desk.show(page)
    with page.expect_worker(lambda worker: worker.url.endswith("/viewer-worker.js")):
        assert names(page) == list(dataset().obs_names)


@pytest.mark.parametrize("spoil", [lost, silent, forbidden])
def test_without_them(desk: Desk, page: Page, spoil: Callable[[Page], None]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    spoil(page)
    desk.show(page)
    assert names(page) == list(dataset().obs_names)
    assert ("viewer-worker.js" in asked) == (spoil is not forbidden)
