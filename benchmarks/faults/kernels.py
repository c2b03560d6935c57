"""Kernels that are interrupted, restarted, shut down or killed while a session is on its way."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

from cellucid_ext.check.browser import Page
from cellucid_ext.check.notebook import Notebook

from .family import Family, require
from .place import Place
from .sessions import session

FAMILY = Family("kernels that end", quick=False)
BODY = session(1_000_000)

_SHOW = """
import os
from cellucid_ext.kernel import Viewer
class Source:
    id = name = "faults"
    n_cells, n_vars = 1000, 5
    revision = None
    def read(self, path):
        raise FileNotFoundError(path)
viewer = Viewer(Source())
viewer.display()
print(viewer.viewer_id, os.getpid())
"""

Capturing = tuple[Notebook, int, Page, str]


@contextlib.asynccontextmanager
async def _notebook(place: Place) -> AsyncIterator[Notebook]:
    notebook = Notebook(place.browser, timeout=60)
    try:
        await notebook.start()
        yield notebook
    finally:
        await notebook.stop()


async def _ended(place: Place, end: Callable[[Notebook, int], Awaitable[object]]) -> str:
    """End a kernel with an upload under way; returns what its page hears and its upload is told."""
    mine = place.viewer
    async with _notebook(place) as notebook:
        shown = await notebook.run(_SHOW)
        require(shown.error is None, f"the kernel's cell failed: {shown.error}")
        viewer_id, pid = shown.text.split()[-2:]
        page = await place.browser.open_page(viewer_id)
        await page.emit({"type": "ready", "n_cells": 1000, "dimensions": [2], "datasetId": "f"})
        cell = await notebook.begin("viewer.get_session_bundle(timeout=60)")
        request_id = await place.asked(page)
        target = f"session_bundle?viewerId={viewer_id}&requestId={request_id}"
        connection = await place.begin_upload(target, len(BODY))
        await connection.write(BODY[:500_000])

        async def received() -> bool:
            path = f"viewers/{viewer_id}/requests/{request_id}"
            return bool((await place.ask("GET", path)).document.get("bytes") == 500_000)

        await place.wait_for(received, "half of the upload")
        await end(notebook, int(pid))
        if end is _interrupt:
            output = await notebook.result(cell)
            heard = f"{output.error}"
        else:
            reason = "disconnected"  # comes first, where its process goes before it is missed
            while reason == "disconnected":
                reason = (await page.expect("kernel_gone"))["reason"]
            heard = f"kernel_gone {reason}"
        await connection.write(BODY[500_000:])
        answer = await connection.answer()
        require(place.viewer is mine, "another viewer")
        await page.close()
        return f"{heard}; {answer.seen}"


async def _interrupt(notebook: Notebook, pid: int) -> None:
    await notebook.interrupt()


@FAMILY.fault("the cell is interrupted", "KeyboardInterrupt: ; 410 expired: the request has ended")
async def interrupted(place: Place) -> str:
    return await _ended(place, _interrupt)


@FAMILY.fault("the kernel is restarted", "kernel_gone restarted; 410 expired: the request has end")
async def restarted(place: Place) -> str:
    async def end(notebook: Notebook, pid: int) -> None:
        await place.browser.send(f"api/kernels/{notebook.kernel_id}/restart", b"{}")

    return await _ended(place, end)


@FAMILY.fault("the kernel is shut down", "kernel_gone shutdown; 410 expired: the request has ended")
async def shut_down(place: Place) -> str:
    async def end(notebook: Notebook, pid: int) -> None:
        await place.browser.fetch(f"api/kernels/{notebook.kernel_id}", "DELETE")

    return await _ended(place, end)


@FAMILY.fault("the kernel is killed", "kernel_gone died; 410 expired: the request has ended")
async def killed(place: Place) -> str:
    async def end(notebook: Notebook, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    return await _ended(place, end)
