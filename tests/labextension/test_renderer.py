"""Viewers in the outputs of a notebook, in real JupyterLab: cards, frames, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import MIME_TYPE

from .conftest import OpenNotebook, lab_server, opened_lab
from .outputs import register, viewer_output

GONE = "This viewer's kernel has gone."
MISSING = "cellucid_ext is not enabled in this Jupyter server."
UNREACHABLE = "The Jupyter server cannot be reached."
INVALID = "This output does not describe a viewer."

Open = Callable[..., OpenNotebook]


def card(output: Locator, heading: str) -> Locator:
    """The card with a heading, as a screen reader names it."""
    found = output.get_by_role("group", name=heading)
    expect(found.get_by_role("heading")).to_have_text(heading)
    return found


def document_of(element: Locator) -> Frame:
    """The document in an iframe, once it has loaded."""
    handle = element.element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_load_state()
    return frame


@pytest.fixture
def bare_page(lab_page: Page) -> Page:
    """The frame's page without its script, so that only the test speaks with the frame's host."""
    lab_page.route(
        "**/static/cellucid_ext/viewer.js",
        lambda route: route.fulfill(content_type="text/javascript", body=""),
    )
    return lab_page


# Cards


def test_unknown_viewer_in_an_untrusted_notebook(open_notebook: Open) -> None:
    html = {"text/html": "<p>only html</p><iframe srcdoc='x'></iframe>"}
    notebook = open_notebook(viewer_output("gone"), html)
    gone = card(notebook.outputs, GONE)
    expect(gone).to_contain_text("Run the cell again to show it.")
    # Untrusted it is: Jupyter took the other output's frame away. Ours is shown all the same.
    expect(notebook.notebook.get_by_text("only html")).to_be_visible()
    expect(notebook.notebook.locator("iframe")).to_have_count(0)
    expect(notebook.notebook.get_by_text("fallback")).to_have_count(0)


def test_a_viewer_that_comes_back_is_shown_on_request(
    open_notebook: Open, server: OwnServer
) -> None:
    notebook = open_notebook(viewer_output("comes-back"))
    gone = card(notebook.outputs, GONE)
    register(server, "comes-back")
    gone.get_by_role("button", name="Try again").press("Enter")
    frame = notebook.outputs.locator("iframe")
    expect(frame).to_be_focused()
    expect(gone).to_have_count(0)


def test_trying_again_in_vain_keeps_the_keyboard(open_notebook: Open) -> None:
    notebook = open_notebook(viewer_output("gone"))
    button = card(notebook.outputs, GONE).get_by_role("button", name="Try again")
    with notebook.page.expect_response("**/_cellucid/viewers/gone*"):
        button.press("Enter")
    expect(button).to_be_focused()


def test_server_part_missing(browser: Browser, tmp_path: Path) -> None:
    disabled = "--ServerApp.jpserver_extensions={'cellucid_ext': False}"
    with lab_server(tmp_path, disabled) as server, opened_lab(browser, server) as page:
        notebook = OpenNotebook(page, server, [viewer_output("any")])
        missing = card(notebook.outputs, MISSING)
        command = missing.get_by_text("jupyter server extension enable cellucid_ext")
        expect(command).to_be_visible()


def test_server_not_reachable(lab_page: Page, open_notebook: Open, server: OwnServer) -> None:
    register(server, "far")
    lab_page.route("**/_cellucid/viewers/far*", lambda route: route.abort("connectionrefused"))
    notebook = open_notebook(viewer_output("far"))
    unreachable = card(notebook.outputs, UNREACHABLE)
    lab_page.unroute("**/_cellucid/viewers/far*")
    unreachable.get_by_role("button", name="Try again").click()
    expect(notebook.outputs.locator("iframe")).to_have_count(1)


def test_output_that_is_no_viewers(lab_page: Page, open_notebook: Open) -> None:
    bad = {
        "viewerId: expected": {"viewerId": "../../api/contents", "height": 300, "title": ""},
        "height: expected": {"viewerId": "a", "height": "300px", "title": ""},
        "title: expected": {"viewerId": "a", "height": 300},
        "expected a JSON object": "a",
    }
    asked: list[str] = []
    lab_page.on("request", lambda request: asked.append(request.url))
    notebook = open_notebook(*[{MIME_TYPE: data} for data in bad.values()])
    for at, told in enumerate(bad):
        invalid = card(notebook.outputs.nth(at), INVALID)
        expect(invalid).to_contain_text(told)
        expect(invalid.get_by_role("button")).to_have_count(0)
    assert not [url for url in asked if "_cellucid" in url]


# Frames


def test_frame_holds_ids_and_the_base_url_only(
    bare_page: Page, open_notebook: Open, server: OwnServer
) -> None:
    title = 'a"><script>window.top.hacked = 1</script>'
    register(server, "known")
    notebook = open_notebook(viewer_output("known", height=350, title=title))
    element = notebook.outputs.locator("iframe")
    expect(element).to_have_attribute("title", title)
    expect(element).to_have_css("height", "350px")
    assert "hacked" not in (element.get_attribute("srcdoc") or "")
    frame = document_of(element)
    metas = "name => document.querySelector(`meta[name=${name}]`).content"
    assert frame.evaluate(metas, "cellucid-viewer") == "known"
    assert frame.evaluate(metas, "cellucid-base-url") == server.url
    assert frame.evaluate("document.documentElement.dataset.theme") == "light"
    assert frame.evaluate("document.scripts[0].src").startswith(server.url)
    # What a hole in the page would let in does not run.
    frame.evaluate("document.body.innerHTML = '<img src=x onerror=\"window.hacked = 1\">'")
    frame.evaluate("new Promise(done => setTimeout(done))")
    assert frame.evaluate("window.hacked") is None


def test_height_is_bounded(bare_page: Page, open_notebook: Open, server: OwnServer) -> None:
    register(server, "known")
    notebook = open_notebook(viewer_output("known", height=1), viewer_output("known", height=1e9))
    frames = notebook.outputs.locator("iframe")
    expect(frames.nth(0)).to_have_css("height", "200px")
    expect(frames.nth(1)).to_have_css("height", "2000px")


def test_page_is_told_the_notebooks_folder(
    bare_page: Page, open_notebook: Open, server: OwnServer
) -> None:
    register(server, "known")
    notebook = open_notebook(viewer_output("known"))
    frame = document_of(notebook.outputs.locator("iframe"))
    folder = "window.frameElement.cellucidHost.folder()"
    assert frame.evaluate(folder) == ""
    # It moves with the notebook, which stays open.
    path = "day 1/100% #2"
    (server.root / path).mkdir(parents=True)
    notebook.page.evaluate(
        """path => window.jupyterapp.serviceManager.contents
          .rename('shared.ipynb', `${path}/shared.ipynb`).then(() => null)""",
        path,
    )
    assert frame.evaluate(folder) == path


KEEP = "state => window.frameElement.cellucidHost.keep({cells: new Uint32Array(state)})"
KEPT = """() => {
  const kept = window.frameElement.cellucidHost.kept();
  if (kept === null) return null;
  if (!(kept.cells instanceof Uint32Array)) throw new Error('of another window');
  return [...kept.cells];
}"""


def test_state_outlives_the_frame(bare_page: Page, open_notebook: Open, server: OwnServer) -> None:
    register(server, "first")
    register(server, "second")
    notebook = open_notebook(viewer_output("first"), viewer_output("second"))
    frames = notebook.outputs.locator("iframe")
    expect(frames).to_have_count(2)
    first, second = (document_of(frames.nth(n)) for n in range(2))
    assert first.evaluate(KEPT) is None
    first.evaluate(KEEP, [1, 2, 3])
    second.evaluate(KEEP, [7])

    # A cell that is moved gets a new frame.
    notebook.cells.first.click(position={"x": 10, "y": 10})
    notebook.run("notebook:move-cell-down")
    expect(notebook.cells.nth(1).locator("iframe")).to_have_count(1)
    moved = document_of(notebook.cells.nth(1).locator("iframe"))
    assert moved.evaluate(KEPT) == [1, 2, 3]
    assert document_of(notebook.cells.nth(0).locator("iframe")).evaluate(KEPT) == [7]

    # A second view of the output is a second frame of the same viewer.
    moved.evaluate(KEEP, [4, 5])
    notebook.run("notebook:create-output-view")
    view = notebook.page.locator(".jp-LinkedOutputView iframe")
    expect(view).to_have_count(1)
    second_view = document_of(view)
    assert second_view.evaluate(KEPT) == [4, 5]

    # What is shown in another area is taken off the page and put back: its frame loads anew.
    second_view.evaluate(KEEP, [6])
    notebook.page.evaluate("""() => {
      const { shell } = window.jupyterapp;
      shell.add(shell.currentWidget, 'down');
    }""")
    expect(notebook.page.locator("#jp-down-stack").locator(view)).to_have_count(1)
    assert second_view.is_detached()
    assert document_of(view).evaluate(KEPT) == [6]


def test_tab_is_dragged_across_a_frame(
    bare_page: Page, open_notebook: Open, server: OwnServer
) -> None:
    register(server, "known")
    notebook = open_notebook(viewer_output("known", height=600))
    notebook.cells.first.click(position={"x": 10, "y": 10})
    notebook.run("notebook:create-output-view")
    page, tab_bars = notebook.page, notebook.page.locator(".lm-DockPanel-tabBar")
    expect(tab_bars).to_have_count(2)
    tab = tab_bars.get_by_text("Output View").bounding_box()
    target = notebook.notebook.bounding_box()
    assert tab is not None
    assert target is not None
    page.mouse.move(tab["x"] + 10, tab["y"] + 10)
    page.mouse.down()
    centre = (target["x"] + target["width"] / 2, target["y"] + target["height"] / 2)
    page.mouse.move(*centre, steps=20)
    page.mouse.up()
    expect(tab_bars).to_have_count(1)


def test_frame_follows_the_theme(bare_page: Page, open_notebook: Open, server: OwnServer) -> None:
    register(server, "themed")
    notebook = open_notebook(viewer_output("themed"))
    frame = document_of(notebook.outputs.locator("iframe"))
    frame.evaluate("""() => {
      window.themes = [];
      const host = window.frameElement.cellucidHost;
      window.stop = host.onThemeChanged(theme => window.themes.push(theme, host.theme));
    }""")
    change = "apputils:change-theme"
    notebook.run(change, {"theme": "JupyterLab Dark"})
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert frame.evaluate("window.themes") == ["dark", "dark"]
    frame.evaluate("window.stop()")
    notebook.run(change, {"theme": "JupyterLab Light"})
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    assert frame.evaluate("window.themes") == ["dark", "dark"]


def test_keys_and_mouse_in_the_frame_stay_there(
    bare_page: Page, open_notebook: Open, server: OwnServer
) -> None:
    register(server, "known")
    notebook = open_notebook(viewer_output("known"), {"text/plain": "other"})
    element = notebook.outputs.locator("iframe")
    frame = document_of(element)
    frame.evaluate("""() => {
      window.seen = [];
      for (const type of ['keydown', 'mousedown', 'mousemove', 'mouseup']) {
        document.addEventListener(type, event => window.seen.push(event.key ?? type));
      }
    }""")
    page, box = notebook.page, element.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 90, steps=3)
    page.mouse.up()
    expect(page.locator(".lm-mod-drag-image")).to_have_count(0)
    # In a notebook these would delete the cell, add one below, and switch to Markdown.
    for key in ("d", "d", "b", "m"):
        page.keyboard.press(key)
    seen = frame.evaluate("window.seen")
    assert [name for name in seen if name != "mousemove"] == [
        "mousedown",
        "mouseup",
        "d",
        "d",
        "b",
        "m",
    ]
    assert seen.count("mousemove") >= 3
    expect(notebook.cells).to_have_count(2)
    expect(notebook.notebook.locator(".jp-MarkdownCell")).to_have_count(0)
