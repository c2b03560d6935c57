"""The main job on a real JupyterHub, and what one person there gets of another's: nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import anndata
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tornado.httpclient import AsyncHTTPClient

from cellucid_ext import CellucidSessionBundle
from tests.browser.fixtures import browser, jp_asyncio_loop, jp_server_cleanup
from tests.browser.geometry import inside_polygon, normalised, on_screen
from tests.browser.lab import LabNotebook, draw_lasso, write_notebook
from tests.server.peers import Peer
from tests.server.test_who_may import ROWS, Answers, ask_all, fill, refused

from .hub import Hub, proxy_program
from .hub_people import Person

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup"]

SHOW = """
from cellucid_ext import show_anndata
from cellucid_ext.demo import make_dataset
adata = make_dataset()
viewer = show_anndata(adata)
"""
NAME = "print(viewer.viewer_id)"
CAPTURE = """
bundle = viewer.get_session_bundle(timeout=60)
bundle.save("job.cellucid-session")
applied = viewer.apply_session_to_anndata(adata)
applied.write_h5ad("job.h5ad")
"""
TIMES = 12
BODY = bytes(2_000_000)
# Bob may do with his own server what he wants: here, show any page, to be framed by anybody.
BOBS_CONFIGURATION = """
c.ServerApp.extra_static_paths = [{folder!r}]
headers = {{"Content-Security-Policy": "frame-ancestors 'self'"}}
c.ServerApp.tornado_settings = {{"headers": headers}}
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Hub]:
    proxy = proxy_program(request.config.cache.mkdir("hub"))
    with Hub(tmp_path_factory.mktemp("hub"), proxy) as started:
        yield started


@pytest.fixture(scope="module")
def alice(hub: Hub, browser: Browser) -> Iterator[Person]:
    person = Person(hub, browser, "alice")
    yield person
    person.leave()


@pytest.fixture(scope="module")
def bob(hub: Hub, browser: Browser) -> Iterator[Person]:
    folder = hub.home("bob") / "pages"
    folder.mkdir()
    (folder / "trap.html").write_text("<!doctype html><title>trap</title>")
    configuration = hub.home("bob") / ".jupyter" / "jupyter_server_config.py"
    configuration.parent.mkdir()
    configuration.write_text(BOBS_CONFIGURATION.format(folder=str(folder)))
    person = Person(hub, browser, "bob")
    yield person
    person.leave()


class Shown(NamedTuple):
    """Alice's notebook, and the id of the viewer that its first cell shows."""

    notebook: LabNotebook
    viewer_id: str


@pytest.fixture(scope="module")
def shown(alice: Person) -> Shown:
    write_notebook(alice.home / "job.ipynb", [SHOW, NAME, CAPTURE])
    notebook = LabNotebook(alice.page, alice, "job.ipynb")
    assert "Error" not in notebook.run(0)
    notebook.viewer(0)
    return Shown(notebook, notebook.run(1).strip())


def test_from_show_anndata_to_a_column(shown: Shown, alice: Person) -> None:
    notebook, viewer = shown.notebook, shown.notebook.viewer(0)
    notebook.frame_element(0).scroll_into_view_if_needed()
    viewer.get_by_role("button", name="Lasso").click()
    shape = [(0.2, 0.2), (0.6, 0.15), (0.7, 0.6), (0.5, 0.45), (0.3, 0.75)]
    lasso = draw_lasso(alice.page, viewer, shape)
    viewer.get_by_role("button", name="Confirm").click()
    expect(viewer.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)
    assert "Error" not in notebook.run(2)

    state = CellucidSessionBundle(alice.home / "job.cellucid-session").decode_chunk("core/state")
    camera, size = state["views"][0]["cameras"]["2"], state["viewport"]
    after = anndata.read_h5ad(alice.home / "job.h5ad")
    points = normalised(np.asarray(after.obsm["X_umap"], dtype=np.float64))
    expected = inside_polygon(on_screen(points, camera, size["width"], size["height"]), lasso)
    assert 100 < expected.sum() < 4000
    np.testing.assert_array_equal(after.obs["cellucid_highlight__highlight_1"], expected)


def framed_by_address(page: Page, address: str) -> str | None:
    """What a page reads of a frame with an address; None where the browser lets it read nothing."""
    return page.evaluate(
        """address => new Promise((resolve, reject) => {
            const frame = document.createElement("iframe");
            frame.addEventListener("load", () => {
                const inside = frame.contentDocument;
                frame.remove();
                resolve(inside && inside.documentElement.outerHTML);
            });
            setTimeout(() => reject(new Error("no load within 20 s: " + address)), 20000);
            frame.src = address;
            document.body.append(frame);
        })""",
        address,
    )


def test_the_frame_loads_where_the_hub_forbids_framing(shown: Shown, alice: Person) -> None:
    page = f"{alice.url}_cellucid/viewers/{shown.viewer_id}/page"
    for address in (page, alice.url + "lab"):
        answer = alice.profile.request.get(address)
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert [d for d in policy.split("; ") if "frame-ancestors" in d] == [
            "frame-ancestors 'none'"
        ]
        assert framed_by_address(alice.page, address) is None
    frame = shown.notebook.frame_element(0)
    assert frame.get_attribute("src") is None
    showing = shown.notebook.viewer(0).get_by_test_id("showing")
    expect(showing).to_have_text("Showing 5,000 of 5,000 cells")


FETCH = """async ([method, address, body]) => {
    const answers = [];
    for (const mode of ["cors", "same-origin", "no-cors"]) {
        try {
            const answer = await fetch(address, {method, body, mode});
            answers.push([answer.status, await answer.text()]);
        } catch (error) {
            answers.push([error.name, error.message]);
        }
    }
    return answers;
}"""


class Direct:
    """The client that `Peer` wants, for whole addresses."""

    def fetch(self, address: str, **options: Any) -> Any:
        return AsyncHTTPClient().fetch(address, **options)

    def get_url(self, address: str) -> str:
        return address


def ask(alice: Person, shown: Shown, headers: dict[str, str], rows: Any = ROWS) -> Answers:
    """Ask all routes of Alice's server. In a thread: Playwright's loop runs in this one."""
    peer = Peer(Direct(), alice.url + "_cellucid/", headers)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(asyncio.run, ask_all(peer, shown.viewer_id, rows))
        return asked.result(60)


def with_token(person: Person) -> dict[str, str]:
    return {"Authorization": f"token {person.make_token()}"}


def test_another_person_gets_nothing(shown: Shown, alice: Person, bob: Person) -> None:
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in bob.profile.cookies())
    renamed = cookies.replace("jupyterhub-user-bob", "jupyterhub-user-alice")
    assert renamed != cookies
    for sent in (cookies, renamed):
        answers = ask(alice, shown, {"Cookie": sent, "X-XSRFToken": bob.xsrf})
        assert answers == refused("not-authenticated", page=302)
    assert ask(alice, shown, with_token(bob)) == refused("not-authenticated", page=403)
    address = f"{alice.url}_cellucid/viewers/{shown.viewer_id}/page"
    tab = bob.profile.new_page()
    answer = tab.goto(address)
    assert answer is not None
    assert answer.status == 403
    assert "cellucid" not in tab.content()
    tab.close()

    # The same requests with her own token are not refused.
    about_none = {key: row for key, row in ROWS.items() if "request_id" in key[1]}
    told = ask(alice, shown, with_token(alice), about_none)
    assert 403 not in {status for status, _ in told.values()}
    assert (alice.profile.request.get(address)).status == 200


def test_a_page_on_another_path(shown: Shown, alice: Person, bob: Person) -> None:
    trap = bob.url + "static/trap.html"
    tab = alice.profile.new_page()
    tab.goto(trap)
    assert "trap" in (framed_by_address(tab, trap) or "")
    base = alice.url + "_cellucid/"
    for address in (f"{base}viewers/{shown.viewer_id}/page", alice.url + "lab"):
        assert framed_by_address(tab, address) is None
    assert alice.xsrf not in tab.evaluate("document.cookie")

    # Nor does it read any answer, in whichever way it asks; Chromium itself refuses some.
    refused_here = {403, "TypeError"}
    for (method, path), row in ROWS.items():
        target, body = fill(path, row, shown.viewer_id)
        asked = [method, base + target, None if body is None else body.decode("latin-1")]
        answers = tab.evaluate(FETCH, asked)
        assert {what for what, _ in answers} <= refused_here, (method, path, answers)
        assert not any("AnnData" in text for _, text in answers)
    tab.close()


def test_a_refused_upload_is_answered_by_us(shown: Shown, alice: Person) -> None:
    address = f"{alice.url}_cellucid/session_bundle?viewerId={shown.viewer_id}&requestId=nobody"
    answers = alice.page.evaluate(
        """async ([address, xsrf, size, times]) => {
            const answers = [];
            for (let i = 0; i < times; i++) {
                const body = new Blob([new Uint8Array(size)]);
                const headers = {"X-XSRFToken": xsrf};
                const answer = await fetch(address, {method: "POST", headers, body});
                answers.push([answer.status, await answer.text()]);
            }
            return answers;
        }""",
        [address, alice.xsrf, len(BODY), TIMES],
    )
    headers = with_token(alice)
    for _ in range(TIMES):
        answer, body = send("POST", address, headers, BODY)
        answers.append([answer.status, body.decode()])
    told = [(status, json.loads(text)["code"]) for status, text in answers]
    assert told == [(404, "no-pending-request")] * (2 * TIMES)


def send(
    method: str, address: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[HTTPResponse, bytes]:
    """Ask with Python's own client, over a connection to the proxy that nothing else uses."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, f"{parts.path}?{parts.query}", body, headers)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer, read


def test_a_refusal_does_not_cost_the_next_request(alice: Person) -> None:
    """The proxy sends everybody's requests over the connections that it keeps to a server."""
    base, headers = alice.url + "_cellucid/", with_token(alice)
    for method, path, body in (("GET", "info", None), ("POST", "events", b"[]")) * TIMES:
        refused_one, _ = send(method, base + path, {}, body)
        assert (refused_one.status, refused_one.getheader("Connection")) == (403, "close")
        assert send("GET", base + "health", headers)[0].status == 200
