"""Sessions saved to files and loaded from them, by mouse and keyboard, against what Python gets."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, Route, expect

from cellucid_ext import CellucidSessionBundle

from .desk import Desk, dataset, press
from .round_trip import assert_same, see
from .test_keyboard import serious

VECTORS = Path(__file__).parents[1] / "vectors"
END = ".cellucid-session"
HOSTILE = ["manifest-deep", "cut-in-last-chunk", "chunk-id-twice"]
NAMES = dataset().obs_names[[3, 50, 4000]].tolist()

# Names that gzip can do little about, so that the file is sent in several parts.
_LARGE = """
import secrets
large = adata.copy()
large.obs_names = [secrets.token_urlsafe(250) for _ in range(large.n_obs)]
"""
# So many groups that a person has the time to cancel.
_MANY = """
import numpy as np
import pandas as pd
from cellucid_ext import build_session
names = [f"group {{i}}" for i in range(4000)]
many = adata.copy()
many.obs = pd.DataFrame(np.eye(5000, 4000, dtype=bool), adata.obs_names, names)
build_session(many, names, [], {path!r})
"""


def chunks(file: Path | CellucidSessionBundle) -> dict[str, bytes]:
    """What a session holds, before it was compressed."""
    bundle = CellucidSessionBundle(file) if isinstance(file, Path) else file
    return {name: bundle.read_payload(name) for name in bundle.list_chunk_ids()}


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Save session")


def select_by_name(page: Page, names: list[str]) -> None:
    """Make a group of cells by typing their names."""
    press(page, "By name")
    form = page.get_by_role("form", name="By name")
    form.get_by_role("textbox").fill("\n".join(names))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("candidate")).to_contain_text(f"{len(names)} cells")
    press(page, "Confirm")
    press(page, "Navigate")


def add_group(desk: Desk, page: Page, cells: list[int]) -> None:
    rows = page.get_by_role("list", name="Groups").get_by_role("listitem")
    before = rows.count()
    desk.run(f"viewer.highlight_cells({cells})")
    expect(rows).to_have_count(before + 1)


def save_on_server(page: Page, name: str) -> None:
    """Fill in the sheet by keyboard, and send it."""
    page.keyboard.press("Control+s")
    sheet(page).get_by_label("On the server").check()
    sheet(page).get_by_label("Name", exact=True).fill(name)
    page.keyboard.press("Enter")


def test_a_session_is_downloaded_with_names_and_without(desk: Desk, page: Page) -> None:
    desk.show(page)
    select_by_name(page, NAMES)
    page.get_by_role("checkbox", name="Erythroblast").uncheck()

    page.keyboard.press("Control+s")
    with page.expect_download() as whole:
        page.keyboard.press("Enter")
    name = r"cellucid-session-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.cellucid-session"
    assert re.fullmatch(name, whole.value.suggested_filename)
    expect(page.get_by_text("was handed to the browser")).to_be_visible()
    saved = chunks(whole.value.path())
    assert saved == chunks(desk.session())
    assert all(name.encode() in saved["identity/obs-names"] for name in NAMES)

    press(page, "Session")
    page.get_by_role("menuitem", name="Save session…").click()
    told = sheet(page).get_by_role("listitem")
    lines = [
        "how many cells and genes",
        "names of all 5,000 cells",
        "3 cell names that you selected by",
        "1 page and 1 group",
        "field or gene that views",
    ]
    expect(told).to_contain_text(lines)
    sheet(page).get_by_role("checkbox", name="Leave out").check()
    expect(told).to_contain_text([*lines[:1], *lines[3:]])
    with page.expect_download() as unnamed:
        press(page, "Save")
    without = chunks(unnamed.value.path())
    assert set(saved) - set(without) == {"identity/obs-names"}
    assert [name for name in without if without[name] != saved[name]] == ["highlights/meta"]
    everything = b"".join(without.values())
    assert [name for name in dataset().obs_names if name.encode() in everything] == []


def test_a_session_is_stored_on_the_server(desk: Desk, page: Page) -> None:
    root = desk.server.root
    desk.show(page)
    add_group(desk, page, [1, 2, 3])
    first = chunks(desk.session())
    save_on_server(page, "mine")
    expect(page.get_by_text("is on the server: “mine.cellucid-session”")).to_be_visible()
    assert chunks(root / f"mine{END}") == first

    # What stands there is replaced when that was said only.
    add_group(desk, page, [7, 8])
    second = chunks(desk.session())
    save_on_server(page, "mine")
    taken = sheet(page).get_by_role("alert")
    expect(taken).to_have_text(re.compile("“mine.cellucid-session” is there already"))
    taken.get_by_role("button", name="Keep both").press("Enter")
    expect(sheet(page)).to_have_count(0)
    assert chunks(root / f"mine{END}") == first
    assert chunks(root / f"mine-2{END}") == second

    # An upload that is cut leaves all as it was.
    def cut(route: Route) -> None:
        if route.request.method == "PUT":
            route.abort()
        else:
            route.continue_()

    save_on_server(page, "mine")
    page.route("**/api/contents/**", cut)
    taken.get_by_role("button", name="Replace it").click()
    expect(sheet(page).get_by_role("status")).to_contain_text("The session was not saved.")
    assert chunks(root / f"mine{END}") == first
    page.unroute("**/api/contents/**")
    press(page, "Save")
    taken.get_by_role("button", name="Replace it").click()
    expect(sheet(page)).to_have_count(0)
    assert chunks(root / f"mine{END}") == second
    left = {file.name for file in root.iterdir() if file.name.startswith("mine")}
    assert left == {f"mine{END}", f"mine-2{END}"}

    # A name that leads elsewhere is refused; a large file comes in parts.
    desk.run(_LARGE)
    desk.show(page, "large")
    save_on_server(page, "../large")
    expect(sheet(page).get_by_role("status")).to_contain_text("can’t hold “/”")
    sheet(page).get_by_label("Name", exact=True).fill(f"large{END}")
    with page.expect_request(lambda request: '"chunk":-1' in (request.post_data or "")):
        page.keyboard.press("Enter")
    expect(sheet(page)).to_have_count(0)
    assert (root / f"large{END}").stat().st_size > 1_000_000
    assert chunks(root / f"large{END}") == chunks(desk.session())


def load(page: Page, file: Path) -> None:
    """Choose a file from the menu."""
    press(page, "Session")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Load session…").press("Enter")
    chooser.value.set_files(file)


def drop(page: Page, *files: Path) -> None:
    """Drag files over the page, and let them go."""
    held = page.evaluate_handle(
        """files => files.reduce((held, [name, bytes]) => {
          held.items.add(new File([Uint8Array.fromBase64(bytes)], name));
          return held;
        }, new DataTransfer())""",
        [[file.name, b64encode(file.read_bytes()).decode()] for file in files],
    )
    page.locator("main").dispatch_event("dragenter", {"dataTransfer": held})
    page.locator("main").dispatch_event("dragover", {"dataTransfer": held})
    expect(page.get_by_text("Drop the session to load it")).to_be_visible()
    page.locator("main").dispatch_event("drop", {"dataTransfer": held})
    expect(page.get_by_text("Drop the session to load it")).to_have_count(0)


def say(page: Page, words: str) -> None:
    """Expect a message, and put it away."""
    message = page.get_by_role("log", name="Messages").locator("> *", has_text=words)
    expect(message).to_be_visible()
    message.get_by_role("button", name="Dismiss").click()


def test_a_session_is_loaded_and_nothing_else(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.show(page)
    add_group(desk, page, list(range(100, 900)))
    page.get_by_role("checkbox", name="Erythroblast").uncheck()
    full = see(desk, page)
    press(page, "Show all")
    page.keyboard.press("x")
    empty = see(desk, page)
    assert not np.array_equal(full.picture, empty.picture)

    # Chosen or dropped, a session takes the place of what is shown, as one step.
    for take in (load, drop):
        take(page, full.file)
        say(page, "The session is shown.")
        assert_same(see(desk, page), full)
        press(page, "Undo: restore session")
        assert_same(see(desk, page), empty)

    # What is none is refused with words, and changes nothing on the screen.
    note = tmp_path / "note.txt"
    note.write_text("cells")
    drop(page, full.file, note)
    say(page, "2 files can’t be loaded at once")
    for file in (note, *(VECTORS / f"bad-{name}{END}" for name in HOSTILE)):
        load(page, file)
        say(page, f"“{file.name}” could not be loaded; what was shown still is.")
    assert_same(see(desk, page), empty)


def test_a_session_on_its_way_can_be_cancelled(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.show(page)
    add_group(desk, page, [1, 2, 3])
    before = see(desk, page)
    many = tmp_path / f"many{END}"
    desk.run(_MANY.format(path=str(many)))
    load(page, many)
    expect(page.get_by_role("progressbar", name="Session")).to_be_visible()
    drop(page, before.file)
    page.keyboard.press("Control+s")
    expect(sheet(page)).to_contain_text("A session is still being restored")
    page.keyboard.press("Escape")
    press(page, "Cancel the session")
    say(page, "A session is being restored")
    say(page, "all is as it was before")
    assert_same(see(desk, page), before)


def test_axe_finds_no_serious_fault_in_the_sheet(desk: Desk, page: Page) -> None:
    desk.show(page)
    (desk.server.root / f"axe{END}").touch()
    save_on_server(page, "axe")
    expect(sheet(page).get_by_role("alert")).to_be_visible()
    faults = serious(page, "taken")
    page.emulate_media(color_scheme="dark")
    faults += serious(page, "taken, dark")
    sheet(page).get_by_label("Name", exact=True).fill(" ")
    expect(sheet(page).get_by_role("status")).to_contain_text("type one")
    page.set_viewport_size({"width": 400, "height": 500})
    faults += serious(page, "narrow, dark")
    page.emulate_media(color_scheme="light")
    faults += serious(page, "narrow")
    assert faults == []
