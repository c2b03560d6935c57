"""A session from Python to the page, through a real server; the tests play the page."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import queue
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.errors import ViewerStopped
from cellucid_ext.session import CellucidSessionBundle, SessionFormatError
from tests.format2 import lasso, write_format2
from tests.real_server import SECONDS, RealServer
from tests.server.peers import session

from .memory_source import MemorySource
from .real import SESSION, SHOW, kernel_of, logged_in, ok, open_page, runs, shown, until, upload

VECTORS = Path(__file__).parents[1] / "vectors"
SMALL = VECTORS / "small.cellucid-session"
N_CELLS = 41


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started
        disconnect()


@pytest.fixture
def viewer(server: RealServer) -> Iterator[Viewer]:
    """Give a viewer of the dataset that the small session was made on, of this process."""
    with Viewer(MemorySource(n_cells=N_CELLS), server=server.url_with_token) as made:
        yield made


async def opened(server: RealServer, viewer: Viewer) -> tuple[Browser, Page]:
    browser = await logged_in(server)
    page = await open_page(browser, viewer.viewer_id)
    await asyncio.to_thread(viewer.wait_for_ready)
    return browser, page


async def read(browser: Browser, viewer: Viewer, command: dict[str, Any]) -> tuple[int, bytes]:
    path = f"_cellucid/viewers/{viewer.viewer_id}/data/{command['url']}"
    answer = await browser.fetch(path)
    return answer.code, answer.body


@pytest.mark.parametrize(
    "given",
    [
        SMALL,
        str(SMALL),
        CellucidSessionBundle(SMALL),
        # Of a file that has no path.
        CellucidSessionBundle(io.BytesIO(SESSION)),
    ],
    ids=["path", "text", "bundle", "open-file"],
)
@runs
async def test_the_page_gets_the_file_as_it_is(
    server: RealServer, viewer: Viewer, given: Any
) -> None:
    # Before there is a page: it waits.
    viewer.load_session(given)
    browser, page = await opened(server, viewer)
    command = await page.expect("loadSession")
    assert set(command) == {"type", "seq", "url", "requestId"}
    assert await read(browser, viewer, command) == (200, SESSION)


@runs
async def test_what_the_page_says_of_it_is_heard(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = SHOW.replace("MemorySource()", f"MemorySource(n_cells={N_CELLS})")
        (viewer_id,) = shown(ok(await notebook.run(code)))
        page = await open_page(browser, viewer_id)
        code = "import queue; seen = queue.Queue()\n"
        code += "viewer.register_hook('session_restored', seen.put)\n"
        code += f"viewer.load_session({str(SMALL)!r})"
        ok(await notebook.run(code))
        command = await page.expect("loadSession")
        answer = await browser.fetch(f"_cellucid/viewers/{viewer_id}/data/{command['url']}")
        assert answer.body == SESSION
        said = {"type": "session_restored", "requestId": command["requestId"]}
        said |= {"restored": ["highlights/meta"], "skipped": [], "message": "all of it"}
        await page.emit(said)
        code = "event = seen.get(timeout=30); print(event['requestId'], event['restored'])"
        expected = f"{command['requestId']} ['highlights/meta']\n"
        assert ok(await notebook.run(code)).text == expected


@runs
async def test_a_page_that_can_not_says_so(server: RealServer, viewer: Viewer) -> None:
    _, page = await opened(server, viewer)
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    viewer.on_command_error(heard.put)
    await asyncio.to_thread(viewer.load_session, SMALL)
    asked = (await page.expect("loadSession"))["requestId"]
    said = {"type": "command_error", "command": "loadSession", "requestId": asked}
    await page.emit({**said, "message": "no place"})
    event = await asyncio.to_thread(heard.get, timeout=SECONDS)
    assert (event["requestId"], event["message"]) == (asked, "no place")


@runs
async def test_a_captured_session_lives_as_long_as_it_is_sent(server: RealServer) -> None:
    source = MemorySource(n_cells=N_CELLS)
    viewer = await asyncio.to_thread(Viewer, source, server=server.url_with_token)
    browser, page = await opened(server, viewer)
    asked = asyncio.create_task(asyncio.to_thread(viewer.get_session_bundle, timeout=SECONDS))
    await upload(browser, viewer.viewer_id, page)
    bundle = await asked
    path = bundle.path
    assert path is not None
    await asyncio.to_thread(viewer.load_session, bundle)
    del bundle, asked
    gc.collect()
    command = await page.expect("loadSession")
    assert await read(browser, viewer, command) == (200, SESSION)
    assert path.exists()
    await asyncio.to_thread(viewer.stop)

    def gone() -> bool:
        gc.collect()
        return not path.exists()

    await until(gone, "the temporary file to go with the viewer")


@runs
async def test_a_large_file_is_never_held_whole(server: RealServer, tmp_path: Path) -> None:
    size = 80_000_000
    path = tmp_path / "large.cellucid-session"
    path.write_bytes(session(size))
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        peak = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
        # What is imported on the way does not count.
        code = f"import resource; viewer.load_session({str(SMALL)!r}); before = {peak}"
        ok(await notebook.run(f"import warnings; warnings.simplefilter('ignore')\n{code}"))
        await page.expect("loadSession")
        ok(await notebook.run(f"viewer.load_session({str(path)!r})"))
        command = await page.expect("loadSession")
        answer = await browser.fetch(f"_cellucid/viewers/{viewer_id}/data/{command['url']}")
        assert len(answer.body) == path.stat().st_size > size
        assert answer.body == path.read_bytes()
        grown = int(ok(await notebook.run(f"print({peak} - before)")).text)
        assert grown * 1024 < size / 2


@pytest.mark.parametrize("change", ["other", "shorter", "gone"])
@runs
async def test_a_file_that_changed_is_not_sent(
    server: RealServer, viewer: Viewer, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "mine.cellucid-session"
    path.write_bytes(SESSION)
    viewer.load_session(path)
    if change == "other":
        path.write_bytes(session(9))
    elif change == "shorter":
        path.write_bytes(SESSION[:100])
    else:
        path.unlink()
    browser, page = await opened(server, viewer)
    status, body = await read(browser, viewer, await page.expect("loadSession"))
    assert (status, json.loads(body)["code"]) == (404, "not-kept")
    assert path.name in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no session at all", "invalid MAGIC"),
        (SESSION[:-1], "only"),
        (b"", "invalid MAGIC"),
    ],
)
def test_what_is_no_session_is_refused(
    viewer: Viewer, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "x.cellucid-session"
    path.write_bytes(content)
    with pytest.raises(SessionFormatError, match=words):
        viewer.load_session(path)
    assert viewer.state.waiting_commands == 0


def test_what_is_not_there_is_refused(viewer: Viewer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        viewer.load_session(tmp_path / "nothing.cellucid-session")
    with pytest.raises(TypeError, match="7"):
        viewer.load_session(7)  # type: ignore[arg-type]
    assert viewer.state.waiting_commands == 0


def test_format_2_is_refused(viewer: Viewer, tmp_path: Path) -> None:
    path = tmp_path / "x.cellucid-session"
    group = lasso(1, [1, 2], N_CELLS, 0)
    write_format2(path, dataset_id="cells", n_cells=N_CELLS, n_vars=5, groups=[group])
    with pytest.raises(ValueError, match="is of format 2, and the viewer's page reads format 1"):
        viewer.load_session(path)
    assert viewer.state.waiting_commands == 0


def test_another_number_of_cells_is_warned_of(viewer: Viewer) -> None:
    with pytest.warns(UserWarning, match="20,001 cells, and 'Cells' has 41") as caught:
        viewer.load_session(VECTORS / "medium.cellucid-session")
    # It points to the line of who asked for it.
    assert [warned.filename for warned in caught] == [__file__]
    assert viewer.state.waiting_commands == 1


@pytest.mark.parametrize("name", ["small", "no-fingerprint"])
def test_no_warning_without_need(viewer: Viewer, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        viewer.load_session(VECTORS / f"{name}.cellucid-session")
    assert viewer.state.waiting_commands == 1


def test_a_viewer_that_has_ended_loads_nothing(viewer: Viewer) -> None:
    viewer.stop()
    with pytest.raises(ViewerStopped):
        viewer.load_session(SMALL)
