"""Waiting for events and sessions, in a cell that blocks and in one that awaits."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pytest

from cellucid_ext.kernel import Viewer, ViewerState, cleanup_all, viewers
from cellucid_ext.kernel.errors import SessionTimeout, ViewerStopped, ViewerTimeout

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource
from .real import until

SESSION = Path(__file__).parents[1] / "vectors" / "small.cellucid-session"


def next_command(server: FakeServer, kind: str) -> dict[str, Any]:
    command = server.commands.get(timeout=SECONDS)
    assert command["type"] == kind
    return command


def upload(server: FakeServer, viewer: Viewer, body: bytes) -> None:
    request_id = next_command(server, "requestSessionBundle")["requestId"]
    server.files[request_id] = body
    said = {"type": "session_bundle", "viewerId": viewer.viewer_id, "requestId": request_id}
    sha256 = hashlib.sha256(body).hexdigest()
    server.send({**said, "status": "ok", "bytes": len(body), "sha256": sha256})


def wait_for_delete(server: FakeServer) -> None:
    while server.said.get(timeout=SECONDS)[0] != "DELETE":
        pass


async def meanwhile(work: Coroutine[Any, Any, Any], play: Any, *arguments: Any) -> Any:
    """Await something; the page plays its part only if the loop goes on meanwhile."""
    waiting = asyncio.create_task(work)
    await asyncio.sleep(0)
    await asyncio.to_thread(play, *arguments)
    return await asyncio.wait_for(waiting, SECONDS)


def clicks(server: FakeServer, viewer: Viewer, asked: threading.Event, *numbers: int) -> None:
    assert asked.wait(SECONDS)
    for n in numbers:
        server.event(viewer.viewer_id, type="click", n=n)


def test_the_next_event_that_fits(server: FakeServer, viewer: Viewer) -> None:
    server.event(viewer.viewer_id, type="click", n=9)
    seen: queue.Queue[int] = queue.Queue()
    asked = threading.Event()

    def fits(event: dict[str, Any]) -> bool:
        assert threading.current_thread() is threading.main_thread()
        asked.set()
        seen.put(event["n"])
        return bool(event["n"] == 3)

    def play() -> None:
        # Again and again, since nobody can see from here when the wait begins.
        while not asked.is_set():
            server.event(viewer.viewer_id, type="click", n=0)
            asked.wait(0.05)
        clicks(server, viewer, asked, 1, 2, 3, 4)

    playing = threading.Thread(target=play)
    playing.start()
    event = viewer.wait_for_event("click", timeout=SECONDS, predicate=fits)
    playing.join(SECONDS)
    assert event == {"type": "click", "n": 3}
    got = list(seen.queue)
    assert got[-3:] == [1, 2, 3], "each was looked at, in order"
    assert set(got[:-3]) <= {0, 9}


def test_a_predicate_that_fails_is_heard(server: FakeServer, viewer: Viewer) -> None:
    def fails(event: dict[str, Any]) -> bool:
        raise KeyError("no such column")

    stop = threading.Event()

    def play() -> None:
        while not stop.wait(0.05):
            server.event(viewer.viewer_id, type="click")

    playing = threading.Thread(target=play)
    playing.start()
    with pytest.raises(KeyError, match="no such column"):
        viewer.wait_for_event("click", timeout=SECONDS, predicate=fails)
    stop.set()
    playing.join(SECONDS)


def test_a_timeout_names_the_event_and_the_cause(server: FakeServer, viewer: Viewer) -> None:
    with pytest.raises(ViewerTimeout, match=r"'click'.*within 0\.1 s.*no browser opened it"):
        viewer.wait_for_event("click", timeout=0.1)
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    with pytest.raises(TimeoutError, match=r"'click'.*nobody did"):
        viewer.wait_for_event("click", timeout=0.1)
    server.stop()
    with pytest.raises(ViewerTimeout, match="connection to the Jupyter server is down"):
        viewer.wait_for_event("click", timeout=2)
    server.start()


def test_the_end_wakes_who_waits(server: FakeServer, viewer: Viewer) -> None:
    async def wait() -> None:
        end = {"type": "viewer_closed", "viewerId": viewer.viewer_id, "reason": "idle"}
        with pytest.raises(ViewerStopped, match="idle"):
            await meanwhile(viewer.event("click", timeout=SECONDS), server.send, end)

    asyncio.run(wait())


# Awaited.


def test_await_ready(server: FakeServer, viewer: Viewer) -> None:
    work = viewer.ready(timeout=SECONDS)
    event = asyncio.run(meanwhile(work, server.page_is_ready, viewer.viewer_id))
    assert event == {"type": "ready", "n_cells": 10}


def test_await_an_event(server: FakeServer, viewer: Viewer) -> None:
    async def wait() -> None:
        asked = threading.Event()
        waiting = asyncio.create_task(
            viewer.event("click", SECONDS, lambda event: asked.is_set() and event["n"] == 2)
        )
        # It has begun when the loop comes back here: it runs up to its first wait.
        await asyncio.sleep(0)
        asked.set()
        await asyncio.to_thread(clicks, server, viewer, asked, 1, 2)
        assert await asyncio.wait_for(waiting, SECONDS) == {"type": "click", "n": 2}

    asyncio.run(wait())


def test_await_a_session(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)
    body = SESSION.read_bytes()
    work = viewer.session_bundle(timeout=SECONDS)
    bundle = asyncio.run(meanwhile(work, upload, server, viewer, body))
    assert Path(bundle.path).read_bytes() == body


def test_awaited_waits_run_out_too(viewer: Viewer) -> None:
    with pytest.raises(ViewerTimeout, match=r"no page.*within 0\.1 s"):
        asyncio.run(viewer.ready(timeout=0.1))
    with pytest.raises(ViewerTimeout, match=r"'hover'.*within 0\.1 s"):
        asyncio.run(viewer.event("hover", timeout=0.1))
    with pytest.raises(SessionTimeout, match=r"within 0\.1 s"):
        asyncio.run(viewer.session_bundle(timeout=0.1))


def test_a_cancelled_session_leaves_nothing(server: FakeServer, viewer: Viewer) -> None:
    server.page_is_ready(viewer.viewer_id)

    async def cancel() -> None:
        waiting = asyncio.create_task(viewer.session_bundle(timeout=3600))
        await asyncio.to_thread(next_command, server, "requestSessionBundle")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(cancel())
    wait_for_delete(server)
    assert not server.requests
    assert not viewer._shown.events._requests


def test_cancelled_waits_leave_nothing(viewer: Viewer) -> None:
    async def cancel() -> None:
        waits = [viewer.ready(timeout=3600), viewer.event("click", timeout=3600)]
        tasks = [asyncio.create_task(work) for work in waits]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError) for error in done)

    asyncio.run(cancel())
    events = viewer._shown.events
    # The cancelled ones end in the link's own loop.
    asyncio.run(until(lambda: not events._watches and not events._wakers, "the waits to end"))


# What is known, and the end.


def test_state_is_a_record_that_stays(server: FakeServer, viewer: Viewer) -> None:
    before = viewer.state
    assert isinstance(before, ViewerState)
    assert (before.pages, before.ready, before.last_event, before.ended) == (0, False, None, "")
    assert before.connected
    assert before.server == server.url
    expected = {"id": "cells", "name": "Cells", "nCells": 1000, "nVars": 5}
    assert before.dataset == expected
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    after = viewer.state
    assert (after.pages, after.ready) == (1, True)
    assert after.last_event == {"type": "ready", "n_cells": 10} == after.events["ready"]
    assert before.pages == 0
    assert not before.events
    with pytest.raises(AttributeError):
        after.pages = 7  # type: ignore[misc]
    with pytest.raises(TypeError):
        after.events["ready"] = {}  # type: ignore[index]
    viewer.stop()
    ended = viewer.state
    assert "stopped" in ended.ended
    assert (ended.pages, ended.ready) == (0, False)
    assert "0 open" in repr(viewer)


def test_a_viewer_ends_with_its_block(server: FakeServer) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        Viewer(MemorySource(), server=server.url_with_token) as viewer,
    ):
        _ = 1 / 0
    wait_for_delete(server)
    with pytest.raises(ViewerStopped):
        viewer.display()


def test_viewers_and_their_end(server: FakeServer, viewer: Viewer) -> None:
    second = Viewer(MemorySource(), server=server.url_with_token)
    assert viewers() == [viewer, second]
    second.stop()
    assert viewers() == [viewer]
    third = Viewer(MemorySource(), server=server.url_with_token)
    third_id = third.viewer_id
    del third
    assert viewers() == [viewer], "a viewer that nobody holds is not listed"
    assert cleanup_all() == 2
    assert viewers() == []
    assert cleanup_all() == 0
    for _ in range(3):
        wait_for_delete(server)
    assert third_id not in server.viewers
    with pytest.raises(ViewerStopped):
        viewer.reset_view()


@pytest.mark.parametrize("inplace", [True, False])
def test_a_session_goes_into_an_anndata(inplace: bool, server: FakeServer, viewer: Viewer) -> None:
    adata = anndata.AnnData(np.ones((41, 12), dtype="float32"))
    server.page_is_ready(viewer.viewer_id)
    playing = threading.Thread(target=upload, args=(server, viewer, SESSION.read_bytes()))
    playing.start()
    out = viewer.apply_session_to_anndata(
        adata, inplace=inplace, timeout=SECONDS, highlights_prefix="mine_"
    )
    playing.join(SECONDS)
    assert (out is adata) == inplace
    assert any(str(column).startswith("mine_") for column in out.obs.columns)
    assert inplace or not len(adata.obs.columns)
