"""Data and session as one zip, unpacked elsewhere and shown; folders that open with a session."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, Route, expect

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.dataset import open_source
from cellucid_ext.session.snapshots import latest_snapshot

from .desk import Desk, colour_by, dataset, press, ready
from .round_trip import Seen, lasso, see, told
from .test_keyboard import serious

LEFT = [(0.05, 0.1), (0.45, 0.1), (0.45, 0.9), (0.05, 0.9)]
NAMES = "obs_names.txt"
GENES = re.compile("5,000 cells, .* genes?$")

_SHOW = """
viewer = show({folder!r})
print(viewer.viewer_url)
"""
_PREPARE = """
from cellucid_ext import prepare
prepare(adata, {folder!r}, sessions=[{session!r}], quantization=8, compression=1, progress=False)
"""


def show_folder(desk: Desk, page: Page, folder: Path) -> Page:
    """Show a dataset folder beside what is shown; returns its page once it is drawn."""
    address = desk.run(_SHOW.format(folder=str(folder))).strip().splitlines()[-1]
    beside = page.context.new_page()
    beside.goto(address)
    ready(beside)
    return beside


def open_sheet(page: Page) -> Locator:
    """Open the sheet with the keyboard."""
    page.get_by_role("button", name="Session", exact=True).press("Enter")
    entry = page.get_by_role("menuitem", name="Share…")
    page.keyboard.press("ArrowUp")
    expect(entry).to_be_focused()
    page.keyboard.press("Enter")
    return page.get_by_role("dialog", name="Share data and session")


def share(page: Page, to: Path) -> Path:
    """Share by the open sheet; returns the one folder of the zip, unpacked."""
    sheet = page.get_by_role("dialog", name="Share data and session")
    with page.expect_download() as waiting:
        press(page, "Share")
    expect(sheet).to_be_hidden()
    to.mkdir()
    waiting.value.save_as(to / "shared.zip")
    with zipfile.ZipFile(to / "shared.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(to / "unpacked")
    [folder] = (to / "unpacked").iterdir()
    assert waiting.value.suggested_filename == f"{folder.name}.zip"
    return folder


def message(page: Page, words: str) -> Locator:
    return page.locator(".cx-messages").get_by_text(words)


def assert_same_view(now: Seen, then: Seen) -> None:
    """But for how many genes there are to choose from, nothing may differ."""
    assert now.chunks == then.chunks
    assert [line for line in now.told if not GENES.match(line)] == [
        line for line in then.told if not GENES.match(line)
    ]
    np.testing.assert_array_equal(now.picture, then.picture)


def test_what_is_shared_from_the_page_opens_elsewhere(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    desk.show(page)
    press(page, "Lasso")
    lasso(page, LEFT)
    press(page, "Confirm")
    press(page, "Navigate")
    page.get_by_role("combobox", name="Gene").fill("GENE")
    page.get_by_role("combobox", name="Gene").press("Enter")
    press(page, "Keep view")
    colour_by(page, "cell_type")
    page.get_by_role("checkbox").nth(1).uncheck()
    then = see(desk, page)

    # With the gene that is shown alone.
    sheet = open_sheet(page)
    assert serious(page, "sharing") == []
    expect(sheet.get_by_role("radio", name="1 that views show or filter by: 20 kB")).to_be_checked()
    folder = share(page, tmp_path / "one")
    latest = latest_snapshot(folder)
    assert latest is not None
    bundle = CellucidSessionBundle(latest)
    assert {each: bundle.read_payload(each) for each in bundle.list_chunk_ids()} == then.chunks
    source = open_source(folder)
    assert (source.n_cells, source.n_vars) == (5000, 1)
    beside = show_folder(desk, page, folder)
    expect(message(beside, f"This is “{latest.name}”")).to_be_visible()
    now = see(desk, beside)
    assert_same_view(now, then)

    # It can be undone, and is nobody's unsaved work.
    before = told(beside)
    press(beside, "Undo: restore session")
    expect(beside.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(0)
    assert told(beside) != before
    beside.close()

    # With all genes: it can be ended, and what can't be had is told.
    open_sheet(page)
    sheet.get_by_role("radio", name="All ").check()
    held: list[Route] = []
    page.route("**/data/var/*", lambda route: held.append(route))
    press(page, "Share")
    expect(sheet.get_by_role("status")).to_contain_text("Putting it together: ")
    press(page, "Cancel")
    expect(sheet.get_by_role("status")).to_contain_text("less once it is packed")
    page.unroute_all()
    page.route("**/data/var/*", lambda route: route.abort())
    press(page, "Share")
    expect(sheet.get_by_role("status")).to_contain_text("Nothing was shared. ")
    page.unroute_all()

    # And without a name of a cell.
    sheet.get_by_role("checkbox", name="Leave out the cells’ names").check()
    folder = share(page, tmp_path / "all")
    names = dataset().obs_names
    assert not (folder / NAMES).exists()
    told_there = b"".join(path.read_bytes() for path in folder.glob("*.json"))
    latest = latest_snapshot(folder)
    assert latest is not None
    bundle = CellucidSessionBundle(latest)
    told_there += b"".join(bundle.read_payload(each) for each in bundle.list_chunk_ids())
    assert names[7].encode() not in told_there
    shared = set(then.chunks) - {"identity/obs-names"}
    assert {each: bundle.read_payload(each) for each in bundle.list_chunk_ids()} == {
        each: then.chunks[each] for each in shared
    }
    assert open_source(folder).n_vars == 200


def test_a_folder_opens_with_its_session_or_without(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.show(page)
    colour_by(page, "cell_type")
    press(page, "Lasso")
    lasso(page, LEFT)
    press(page, "Confirm")
    press(page, "Navigate")
    then = see(desk, page)
    folder = tmp_path / "prepared"
    desk.run(_PREPARE.format(folder=str(folder), session=str(then.file)))
    beside = show_folder(desk, page, folder)
    now = see(desk, beside)
    assert now.chunks["highlights/meta"] == then.chunks["highlights/meta"]
    np.testing.assert_array_equal(now.picture, then.picture)
    beside.close()

    # A damaged one is a note.
    (folder / then.file.name).write_bytes(b"<!doctype html>")
    beside = show_folder(desk, page, folder)
    expect(message(beside, f"opens with “{then.file.name}”, which could not")).to_be_visible()
    expect(beside.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(0)
    beside.close()
