"""Unfinished work: saved by itself, and found again whatever ended the page."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, Request, Response, expect

from benchmarks.faults.smalldisk import filled, small_disk
from cellucid_ext import CellucidSessionBundle

from .desk import Desk, dataset, open_desk, press

A, B = list(range(500)), list(range(400, 900))
ADDRESS = "**/autosaves/**"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk: it can be filled."""
    path = tmp_path_factory.mktemp("saving")
    with small_disk(path):
        yield path


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Desk]:
    with saving_desk(folder) as opened:
        yield opened


@contextlib.contextmanager
def saving_desk(folder: Path) -> Iterator[Desk]:
    """A desk whose pages save every second."""
    options = {"count": 10, "seconds": 1, "folder": folder / "autosaves"}
    arguments = [f"--CellucidExtension.autosave_{name}={value}" for name, value in options.items()]
    with open_desk(folder, arguments) as opened:
        opened.begin()
        yield opened


def is_save(sent: Request | Response) -> bool:
    request = sent if isinstance(sent, Request) else sent.request
    return request.method == "PUT" and "/autosaves/" in request.url


@contextlib.contextmanager
def saved(page: Page) -> Iterator[None]:
    """Wait until what is done in the block is on the server."""
    with page.expect_response(lambda told: is_save(told) and told.status == 201):
        yield


def saves(folder: Path) -> list[Path]:
    """The autosaves on disk, newest first."""
    found = [path for path in (folder / "autosaves").glob("*/*") if len(path.parent.name) == 64]
    return sorted(found, key=lambda path: -path.stat().st_mtime_ns)


def pages(bundle: CellucidSessionBundle) -> list[list[list[int]]]:
    """The cells of each group of each page."""
    return [[group.cells.tolist() for group in page.groups] for page in bundle.pages]


def status(page: Page) -> Locator:
    return page.get_by_test_id("saved")


def restore(desk: Desk, page: Page) -> list[list[list[int]]]:
    """Show the data on a new page, and take what is offered; returns what it shows then."""
    desk.show(page)
    expect(
        page.get_by_text(re.compile(r"earlier work on this dataset, of \d\d:\d\d: \d groups?"))
    ).to_be_visible()
    press(page, "Restore")
    expect(page.get_by_text("The session is shown.")).to_be_visible()
    return pages(desk.session())


def test_work_outlives_its_page(desk: Desk, page: Page, folder: Path) -> None:
    desk.show(page)
    with saved(page):
        desk.run(f"viewer.highlight_cells({A})")
    expect(status(page)).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    assert [pages(CellucidSessionBundle(path)) for path in saves(folder)] == [[[A]]]
    names = CellucidSessionBundle(saves(folder)[0]).decode_chunk("identity/obs-names")
    assert list(names) == list(dataset().obs_names)

    # Closed right after a change: what was done last is there too, and is one step of undo.
    press(page, "New page")
    page.close(run_before_unload=True)
    second = page.context.new_page()
    assert restore(desk, second) == [[A], []]
    second.keyboard.press("Control+z")
    expect(second.get_by_role("tab")).to_have_count(1)
    second.keyboard.press("Control+Shift+z")
    expect(second.get_by_role("tab")).to_have_count(2)

    # Ended in the middle of a save: the one before is still whole.
    with saved(second):
        press(second, "New page")
    second.route(ADDRESS, lambda route: None)
    with second.expect_request(is_save):
        desk.run(f"viewer.highlight_cells({B})")
    with second.expect_event("crash"), contextlib.suppress(Error):
        second.goto("chrome://crash")
    assert pages(CellucidSessionBundle(saves(folder)[0])) == [[A], [], []]
    third = page.context.new_page()
    assert restore(desk, third) == [[A], [], []]


def test_what_cannot_be_saved_is_told_and_tried_again(desk: Desk, page: Page, folder: Path) -> None:
    desk.show(page)
    page.route(ADDRESS, lambda route: route.abort("connectionreset"))
    press(page, "New page")
    told = page.get_by_text("can’t be saved on the server just now")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("The Jupyter server can’t be reached")
    expect(status(page)).to_have_text(
        re.compile(r"^Not saved: The Jupyter server can’t be reached")
    )
    with saved(page):
        page.unroute(ADDRESS)
    expect(page.get_by_text("is saved on the server again")).to_be_visible()
    expect(told).to_have_count(0)

    # Where the server itself can't write.
    place, aside = folder / "autosaves", folder / "aside"
    place.rename(aside)
    place.write_text("")
    press(page, "New page")
    expect(told).to_contain_text("autosaves can't be written to")
    with saved(page):
        place.unlink()
        aside.rename(place)
    assert pages(CellucidSessionBundle(saves(folder)[0])) == [[], [], []]

    # What a load replaces is kept beside, and found in the list.
    with saved(page):
        desk.run(f"viewer.highlight_cells({B})")
    listed = page.get_by_role("dialog", name="Earlier work").get_by_role("listitem")
    earlier(page)
    with page.expect_response(lambda told: is_save(told) and "/before-" in told.url):
        listed.first.get_by_role("button").click()
    expect(page.get_by_text("The session is shown.")).to_be_visible()
    assert pages(desk.session()) == [[A], [], []]
    earlier(page)
    replaced = listed.filter(has_text="replaced by a loaded session")
    expect(replaced).to_have_count(1)
    replaced.get_by_role("button").click()
    expect(page.get_by_role("tab", name=re.compile("Page 3, 500 cells"))).to_be_visible()
    assert pages(desk.session()) == [[], [], [B]]


def earlier(page: Page) -> None:
    """Open the list of what was saved, with the keyboard."""
    page.get_by_role("button", name="Session", exact=True).press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Earlier work…")).to_be_focused()
    page.keyboard.press("Enter")


def test_a_full_disk_is_told_and_costs_nothing(desk: Desk, page: Page, folder: Path) -> None:
    desk.show(page)
    with saved(page):
        desk.run(f"viewer.highlight_cells({A})")
    with saved(page), filled(folder, leave=0):
        press(page, "New page")
        told = page.get_by_text("can’t be saved on the server just now")
        expect(told).to_contain_text("disk")
        expect(status(page)).to_have_text(re.compile("^Not saved: .*disk"))
        assert pages(CellucidSessionBundle(saves(folder)[0])) == [[A]]
    expect(status(page)).to_have_text(re.compile("^Saved "))
    assert pages(CellucidSessionBundle(saves(folder)[0])) == [[A], []]


def test_the_offer_is_not_in_the_way(desk: Desk, page: Page) -> None:
    desk.show(page)
    with saved(page):
        desk.run(f"viewer.highlight_cells({A})")
    second = desk.show(page.context.new_page())
    told = second.get_by_text("There is earlier work")
    expect(told).to_be_visible()
    offer, picture = told.bounding_box(), second.get_by_test_id("stage").bounding_box()
    assert offer is not None
    assert picture is not None
    press(second, "Lasso")
    second.mouse.move(offer["x"] + offer["width"] / 2, offer["y"] + offer["height"] / 2)
    second.mouse.down()
    left, bottom = picture["x"] + 9, picture["y"] + picture["height"] - 9
    for x, y in [(left, picture["y"] + 9), (left, bottom), (left + picture["width"] - 18, bottom)]:
        second.mouse.move(x, y)
    second.mouse.up()
    expect(second.get_by_test_id("candidate")).to_contain_text(re.compile(r"[1-9][\d,]* "))
    press(second, "Restore")
    expect(second.get_by_text("The session is shown.")).to_be_visible()


# The last one: it leaves nothing of the server.
def test_work_outlives_the_kernel_and_the_server(desk: Desk, page: Page, folder: Path) -> None:
    desk.show(page)
    with saved(page):
        desk.run(f"viewer.highlight_cells({A})")
    os.kill(int(desk.run("import os; print(os.getpid())")), signal.SIGKILL)
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "gone")
    with saved(page):
        press(page, "New page")
    bundle = CellucidSessionBundle(saves(folder)[0])
    assert pages(bundle) == [[A], []]
    assert list(bundle.decode_chunk("identity/obs-names")) == list(dataset().obs_names)

    os.kill(desk.server.pid, signal.SIGKILL)
    press(page, "New page")
    expect(status(page)).to_have_text(re.compile(r"^Not saved: "))
    with saving_desk(folder) as started_again:
        assert restore(started_again, page.context.new_page()) == [[A], []]
