"""What is too large for a command, on its way through a real server to the page."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.answers import Asked
from cellucid_ext.check.browser import Browser
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.cells import pack_cells
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.sent import MAX_READ, MAX_UNREAD, Sent
from cellucid_ext.session.codecs import decode_cells, encode_cells
from tests.real_server import RealServer

from .memory_source import MemorySource
from .real import SHOW, kernel_of, logged_in, ok, open_page, runs, shown

MILLION = 1_000_000
EVERY_OTHER = np.arange(0, MILLION, 2)
PACKED = encode_cells(EVERY_OTHER)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started
        disconnect()


@pytest.fixture
def viewer(server: RealServer) -> Iterator[Viewer]:
    """Give a viewer of a million cells, of a kernel that is this process."""
    with Viewer(MemorySource(n_cells=MILLION), server=server.url_with_token) as made:
        yield made


async def read(browser: Browser, viewer_id: str, url: str) -> tuple[int, bytes]:
    answer = await browser.fetch(f"_cellucid/viewers/{viewer_id}/data/{url}")
    return answer.code, answer.body


async def cells_of(browser: Browser, viewer_id: str, command: dict[str, Any]) -> Any:
    assert set(command["cells"]) == {"encoding", "url"}
    assert command["cells"]["encoding"] == "delta-uvarint"
    status, body = await read(browser, viewer_id, command["cells"]["url"])
    assert status == 200, body
    return decode_cells(body, MILLION)


@runs
async def test_a_mask_of_a_million_cells_is_highlighted_and_hidden(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = SHOW.replace("MemorySource()", f"MemorySource(n_cells={MILLION})")
        (viewer_id,) = shown(ok(await notebook.run(code)))
        page = await open_page(browser, viewer_id)
        code = f"import numpy as np; mask = np.random.default_rng(7).random({MILLION}) < 0.7\n"
        ok(await notebook.run(f"{code}viewer.highlight_cells(mask, color='#d62728')"))
        expected = np.flatnonzero(np.random.default_rng(7).random(MILLION) < 0.7)
        command = await page.expect("highlight")
        assert command["color"] == "#d62728"
        assert len(json.dumps(command)) < 1000
        np.testing.assert_array_equal(await cells_of(browser, viewer_id, command), expected)

        ok(await notebook.run("import pandas as pd\nmask = pd.Series(~mask, dtype='boolean')"))
        ok(await notebook.run("viewer.set_visibility(mask, False)"))
        command = await page.expect("setVisibility")
        assert command["visible"] is False
        others = np.setdiff1d(np.arange(MILLION), expected)
        np.testing.assert_array_equal(await cells_of(browser, viewer_id, command), others)


@runs
async def test_it_waits_with_its_command_for_a_page(server: RealServer, viewer: Viewer) -> None:
    viewer.highlight_cells(EVERY_OTHER)
    viewer.set_visibility(EVERY_OTHER, False)
    browser = await logged_in(server)
    page = await open_page(browser, viewer.viewer_id)
    for kind in ("highlight", "setVisibility"):
        command = await page.expect(kind)
        found = await cells_of(browser, viewer.viewer_id, command)
        np.testing.assert_array_equal(found, EVERY_OTHER)


@runs
async def test_what_no_page_has_read_is_kept(server: RealServer, viewer: Viewer) -> None:
    browser = await logged_in(server)
    page = await open_page(browser, viewer.viewer_id)
    await asyncio.to_thread(viewer.wait_for_ready)
    urls = []
    for _ in range(MAX_READ + 2):
        await asyncio.to_thread(viewer.highlight_cells, EVERY_OTHER)
        urls.append((await page.expect("highlight"))["cells"]["url"])
    # As long as 128 bits of chance, and never the same.
    assert len({url.removeprefix("sent/") for url in urls if len(url) >= 27}) == MAX_READ + 2
    for url in urls:
        assert await read(browser, viewer.viewer_id, url) == (200, PACKED)
        # A page may ask twice, as after a broken connection.
        assert await read(browser, viewer.viewer_id, url) == (200, PACKED)
    status, body = await read(browser, viewer.viewer_id, urls[0])
    assert status == 404
    assert json.loads(body)["code"] == "not-kept"
    assert "Send it again" in json.loads(body)["message"]


def test_the_oldest_go_that_no_page_reads() -> None:
    sent = Sent()
    paths = [sent.add(memoryview(bytes([i % 256]))) for i in range(MAX_UNREAD + 1)]
    assert [sent.answer(path).status for path in paths[:2]] == [404, 200]
    assert len(sent) == MAX_UNREAD


def test_they_take_a_bounded_part_of_the_memory() -> None:
    sent, zeros = Sent(), np.zeros(2**26, np.uint8)
    paths = [sent.add(memoryview(zeros)) for _ in range(6)]
    assert len(sent) == 4
    assert [sent.answer(path).status for path in paths] == [404, 404, 200, 200, 200, 200]
    # One is always kept: it has just been sent.
    newest = sent.add(memoryview(np.zeros(2**28 + 1, np.uint8)))
    assert [len(sent), sent.answer(newest).status] == [1, 200]


@runs
async def test_it_is_of_one_viewer(server: RealServer, viewer: Viewer) -> None:
    browser = await logged_in(server)
    page = await open_page(browser, viewer.viewer_id)
    await asyncio.to_thread(viewer.wait_for_ready)
    await asyncio.to_thread(viewer.highlight_cells, EVERY_OTHER)
    url = (await page.expect("highlight"))["cells"]["url"]
    with await asyncio.to_thread(Viewer, MemorySource(), server=server.url_with_token) as other:
        status, body = await read(browser, other.viewer_id, url)
        assert (status, json.loads(body)["code"]) == (404, "not-kept")
        # Its own dataset is read as ever.
        assert await read(browser, other.viewer_id, "a.bin") == (200, bytes(range(256)))
    assert await read(browser, viewer.viewer_id, url) == (200, PACKED)


@given(
    st.integers(1, 40) | st.integers(9_000, 11_000) | st.integers(40_000, 60_000),
    st.integers(0, 2**28 - 600_000),
    st.integers(1, 9),
)
def test_a_command_stays_small_whatever_cells_it_holds(n: int, first: int, step: int) -> None:
    cells, beside = first + step * np.arange(n), list[bytes]()

    def send(body: bytes) -> str:
        beside.append(body)
        return "sent/here"

    packed = pack_cells(cells, send)
    assert len(json.dumps(packed, separators=(",", ":"))) < 2**16 - 100
    if isinstance(packed, list):
        decoded = np.array(packed)
    elif "data" in packed:
        decoded = decode_cells(base64.b64decode(packed["data"]))
    else:
        assert packed == {"encoding": "delta-uvarint", "url": "sent/here"}
        (body,) = beside
        # Nothing goes beside that would have had place.
        assert len(body) > 49_000 * 0.99
        decoded = decode_cells(body)
    np.testing.assert_array_equal(decoded, cells)


def test_parts_and_what_a_page_has_already() -> None:
    sent = Sent()
    path = sent.add(memoryview(b"0123456789"))
    whole = sent.answer(path)
    assert (whole.status, whole.body.tobytes()) == (200, b"0123456789")
    part = sent.answer(path, Asked(range="bytes=2-4"))
    assert (part.status, part.body.tobytes()) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    again = sent.answer(path, Asked(if_none_match=whole.headers["ETag"]))
    assert (again.status, again.body.nbytes) == (304, 0)
    other = sent.add(memoryview(b"0123456789"))
    assert sent.answer(other).headers["ETag"] != whole.headers["ETag"]


@pytest.mark.parametrize("path", ["sent/", "sent/x", "sent/../a.bin", ""])
def test_what_was_never_sent(path: str) -> None:
    assert Sent().answer(path).status == 404


def test_nothing_is_kept_after_clear() -> None:
    sent = Sent()
    paths = [sent.add(memoryview(b"x")) for _ in range(3)]
    assert len(sent) == 3
    sent.clear()
    assert len(sent) == 0
    assert [sent.answer(path).status for path in paths] == [404, 404, 404]
