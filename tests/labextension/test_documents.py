"""Session files as documents of JupyterLab: told of unloaded, and opened with their data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, Request, WebSocket, expect

from cellucid_ext import CellucidSessionBundle, SessionWriter
from cellucid_ext.check.server import OwnServer

from ..browser.desk import Desk, colour_by, press, ready
from ..browser.round_trip import picture

VECTORS = Path(__file__).parents[1] / "vectors"
END = ".cellucid-session"
HOSTILE = '<img src=x onerror="window.hacked = 1">'
CELLS = list(range(100, 1400, 3))

PREPARE = """
from cellucid_ext import prepare
prepare(adata, {folder!r}, progress=False, name="demo")
viewer = show({folder!r}, title="My viewer")
print(viewer.viewer_url)
"""


@pytest.fixture(scope="module")
def desk(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A kernel of the server of the JupyterLab."""
    opened = Desk(server, tmp_path_factory.mktemp("desk"))
    try:
        opened.begin()
        yield opened
    finally:
        opened.close()


def make_session(desk: Desk, page: Page, root: Path) -> CellucidSessionBundle:
    """Use a viewer of a dataset folder, and store its session beside that."""
    (root / "my work").mkdir()
    told = desk.run(PREPARE.format(folder=str(root / "my work" / "pbmc")))
    page.goto(f"{desk.server.url}login?token={desk.server.token}")
    page.goto(told.strip().splitlines()[-1])
    ready(page)
    colour_by(page, "cell_type")
    page.get_by_role("checkbox", name="Erythroblast").uncheck()
    desk.run(f"viewer.highlight_cells({CELLS})")
    expect(page.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)
    bundle = desk.session()
    bundle.save(root / "my work" / f"labels{END}")
    return bundle


def make_others(bundle: CellucidSessionBundle, folder: Path) -> None:
    """A damaged session, and one with hostile names of a dataset that is nowhere."""
    damaged = VECTORS / f"bad-cut-in-last-chunk{END}"
    (folder / f"damaged{END}").write_bytes(damaged.read_bytes())
    fingerprint = {**cast(dict[str, object], bundle.dataset_fingerprint), "datasetId": HOSTILE}
    writer = SessionWriter(fingerprint)
    group = {"id": "highlight_1", "type": "lasso", "label": HOSTILE, "cellCount": 0}
    page = {"id": "page_1", "name": HOSTILE, "color": "#d81b60", "highlightedGroups": [group]}
    writer.add_json("highlights/meta", {"pages": [page]}, contributor="highlights-meta")
    writer.write(folder / f"stranger{END}")


class Watch:
    """What a page asks of the server."""

    def __init__(self, page: Page) -> None:
        self.urls: list[str] = []
        page.on("request", self._asked)
        page.on("websocket", self._connected)

    def matching(self, pattern: str) -> list[str]:
        return [url for url in self.urls if re.search(pattern, url)]

    def _asked(self, request: Request) -> None:
        self.urls.append(f"{request.method} {request.url}")

    def _connected(self, socket: WebSocket) -> None:
        self.urls.append(f"WS {socket.url}")


def document(page: Page, name: str) -> Locator:
    """What is told of a session file; the document is opened by a double click."""
    page.locator(".jp-DirListing-item").get_by_text(name, exact=True).dblclick()
    return page.locator(".cellucid-SessionView:visible")


def frame_of(page: Page) -> FrameLocator:
    """The page in the tab on top, once it shows its session."""
    frame = page.locator("#jp-main-dock-panel .cellucid-Tab:visible iframe").content_frame
    expect(frame.get_by_text("The session is shown.")).to_be_visible(timeout=60_000)
    expect(frame.locator("html")).to_have_attribute("data-state", "ready", timeout=60_000)
    return frame


def saved(page: Page, frame: FrameLocator) -> CellucidSessionBundle:
    """The session as the page downloads it."""
    press(frame, "Session")
    frame.get_by_role("menuitem", name="Save session…").click()
    with page.expect_download() as download:
        press(frame, "Save")
    return CellucidSessionBundle(download.value.path())


def test_sessions_are_documents(page: Page, desk: Desk, server: OwnServer) -> None:
    bundle = make_session(desk, page, server.root)
    make_others(bundle, server.root / "my work")
    lab = page.context.new_page()
    lab.set_viewport_size({"width": 1500, "height": 1000})
    watch = Watch(lab)
    lab.goto(f"{server.url}lab?token={server.token}&reset")
    folder = lab.locator(".jp-DirListing-item").get_by_text("my work", exact=True)
    folder.dblclick(timeout=60_000)

    # What is in it is told, and its content never asked for, nor copied.
    told = document(lab, f"labels{END}")
    expect(told.get_by_role("heading", level=2)).to_have_text(f"labels{END}")
    fingerprint = bundle.dataset_fingerprint or {}
    expect(told.get_by_role("definition").first).to_have_text(fingerprint["datasetId"])
    expect(told.get_by_role("definition").nth(1)).to_have_text("5,000")
    group = told.get_by_role("listitem").filter(has_text=bundle.groups[0].label).last
    expect(group).to_contain_text(f"{len(CELLS)} cells")
    openers = told.get_by_role("button", name="Open with this dataset")
    expect(openers).to_have_count(2)
    asked = watch.matching(rf"api/contents/.*labels\{END}")
    assert asked
    assert [url for url in asked if "content=1" in url or not url.startswith("GET")] == []
    assert list(server.root.rglob(".ipynb_checkpoints/*")) == []

    # With no kernel: the same groups, the same picture.
    watch.urls.clear()
    told.get_by_role("button", name="Open with this dataset: demo, my work/pbmc").press("Enter")
    frame = frame_of(lab)
    expect(frame.get_by_test_id("connection")).to_have_text("Without a kernel")
    now = saved(lab, frame)
    assert now.list_chunk_ids() == bundle.list_chunk_ids()
    # How large the picture was is a part of the views' state.
    for chunk_id in set(bundle.list_chunk_ids()) - {"core/state"}:
        assert now.read_payload(chunk_id) == bundle.read_payload(chunk_id)
    assert [group.cells.tolist() for group in now.groups] == [CELLS]
    assert watch.matching(r"_cellucid/open/my%20work/pbmc/-/points_")
    assert watch.matching(r"_cellucid/(viewers|events|session_bundle)") == []

    # The viewer that made it, as large as the tab.
    box = lab.locator(".cellucid-Tab:visible iframe").bounding_box()
    assert box is not None
    page.set_viewport_size({"width": round(box["width"]), "height": round(box["height"])})
    ready(page)
    lab.mouse.move(2, 2)
    page.mouse.move(2, 2)
    np.testing.assert_array_equal(picture(frame), picture(page))
    # A tab that is moved loads anew, and goes on with what was done.
    frame.get_by_role("checkbox", name="HSC").uncheck()
    ready(frame)
    lab.evaluate("() => jupyterapp.shell.add(jupyterapp.shell.currentWidget, 'down')")
    moved = lab.locator("#jp-down-stack .cellucid-Tab iframe").content_frame
    ready(moved)
    for name in ("HSC", "Erythroblast"):
        expect(moved.get_by_role("checkbox", name=name)).not_to_be_checked()

    # With the viewer of a notebook: another page of that.
    tabs = lab.get_by_role("tab")
    tabs.get_by_text(f"labels{END}", exact=True).click()
    told.get_by_role("button", name="Open with this dataset: My viewer").click()
    frame = frame_of(lab)
    expect(frame.get_by_test_id("connection")).to_have_text("Connected")
    expect(frame.get_by_role("checkbox", name="Erythroblast")).not_to_be_checked()

    # A file that goes just then leaves the data as they are.
    file, elsewhere = server.root / "my work" / f"labels{END}", server.root / "elsewhere"
    tabs.get_by_text(f"labels{END}", exact=True).click()
    file.rename(elsewhere)
    told.get_by_role("button", name="Open with this dataset: demo, my work/pbmc").click()
    bare = lab.locator("#jp-main-dock-panel .cellucid-Tab:visible iframe").content_frame
    expect(bare.get_by_text("there is no such file any more")).to_be_visible(timeout=60_000)
    expect(bare.get_by_role("checkbox", name="Erythroblast")).to_be_checked()
    elsewhere.rename(file)

    # A file that is damaged, and one whose data are nowhere and whose names are hostile.
    damaged = document(lab, f"damaged{END}")
    card = damaged.get_by_role("group", name="This is no session, or a damaged one.")
    expect(card).to_contain_text("are left in the file")
    stranger = document(lab, f"stranger{END}")
    expect(stranger.get_by_role("definition").first).to_have_text(HOSTILE)
    expect(stranger.get_by_text(HOSTILE, exact=True)).to_have_count(3)
    expect(stranger.get_by_role("button", name="Open with")).to_have_count(0)
    expect(stranger).to_contain_text("Show the data in a notebook and look again here")
    (server.root / "my work" / f"stranger{END}").unlink()
    stranger.get_by_role("button", name="Look again").press("Enter")
    gone = stranger.get_by_role("group", name="The server does not find this session file.")
    expect(gone.get_by_role("button", name="Try again")).to_be_focused()
    assert lab.evaluate("window.hacked") is None

    # Documents and tabs come back with the layout, which is saved a moment after it changed.
    with lab.expect_response("**/lab/api/workspaces/**"):
        tabs.filter(has_text=f"stranger{END}").get_by_title("Close", exact=False).click()
    lab.goto(f"{server.url}lab")
    tabs.get_by_text(f"labels{END}", exact=True).click(timeout=60_000)
    expect(told.get_by_role("heading", level=2)).to_have_text(f"labels{END}")
    expect(lab.locator(".cellucid-Tab")).to_have_count(3)
    tabs.filter(has_not_text=END).get_by_text("labels", exact=True).first.click()
    again = frame_of(lab)
    expect(again.get_by_role("checkbox", name="Erythroblast")).not_to_be_checked()
    expect(again.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)

    # Those whose data are there no longer do not.
    desk.run("cleanup_all()")
    lab.reload()
    tabs.get_by_text(f"labels{END}", exact=True).click(timeout=60_000)
    expect(lab.locator(".cellucid-Tab")).to_have_count(2)
    file.unlink()
    lab.reload()
    expect(lab.locator("#jp-main-dock-panel")).to_be_visible(timeout=60_000)
    lab.evaluate("window.jupyterapp.restored.then(() => null)")
    expect(lab.locator(".cellucid-Tab")).to_have_count(0)
    # What can't be opened may be asked for by anybody.
    asked = "jupyterapp.commands.execute('cellucid:open-session', {session: 7})"
    assert "can’t be opened" in lab.evaluate(f"{asked}.catch(error => error.message)")
