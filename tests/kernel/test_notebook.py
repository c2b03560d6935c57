"""A viewer in a real notebook: hooks, commands, and cells that await; the test plays the page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib.metadata import version

import numpy as np
import pytest

from cellucid_ext.protocol import MAX_FRAME_BYTES
from cellucid_ext.session.codecs import encode_cells
from tests.real_server import RealServer

from .real import (
    CAPTURE,
    SHA256,
    SHOW,
    kernel_of,
    ok,
    open_page,
    outputs_of,
    runs,
    shown,
    until,
    upload,
    viewers_of,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


@runs
async def test_a_selection_too_large_for_the_websocket(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        source = "MemorySource(n_cells=300_000)"
        code = SHOW.replace("MemorySource()", source)
        code += "import queue; seen = queue.Queue()\nviewer.on_selection(seen.put);"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        event = {"type": "selection", "cells": list(range(300_000)), "source": "lasso"}
        body = json.dumps({"viewerId": viewer_id, **event}).encode()
        assert len(body) > MAX_FRAME_BYTES
        answer = await browser.send("_cellucid/events", body)
        assert answer.code == 200, answer.body
        code = "cells = seen.get(timeout=30)['cells']; print(len(cells), cells[-1])"
        assert ok(await notebook.run(code)).text == "300000 299999\n"


@runs
async def test_a_failing_hook_is_told_in_its_cell_and_the_link_lives(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        code = """
import threading
heard = threading.Semaphore(0)
@viewer.on_selection
def broken(event):
    raise KeyError("no such column")
viewer.on_selection(lambda event: heard.release());
"""
        hooks = await notebook.begin(code)
        ok(await notebook.result(hooks))
        outputs = await outputs_of(browser, notebook)
        for _ in range(3):
            await page.emit({"type": "selection", "cells": [1], "source": "lasso"})
        code = "print([heard.acquire(timeout=30) for _ in range(3)])"
        assert ok(await notebook.run(code)).text == "[True, True, True]\n"

        told = ""
        while "KeyError: 'no such column'" not in told:
            message = json.loads(await outputs.read_message() or "null")
            if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == hooks:
                told += message["content"]["text"]
        outputs.close()
        cell = await notebook.begin(CAPTURE)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256}\n"


@runs
async def test_what_a_hook_shows_is_in_the_cell_that_registered_it(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        code = """
import threading
from IPython.display import display
from matplotlib.figure import Figure
done = threading.Semaphore(0)
@viewer.on_selection
def draw(event):
    print("cells", event["cells"].tolist())
    figure = Figure(figsize=(1, 1)); figure.subplots().plot(event["cells"])
    display(figure)
    done.release()
"""
        import_first = (
            "import matplotlib.pyplot; get_ipython().run_line_magic('matplotlib', 'inline')"
        )
        ok(await notebook.run(import_first))
        hooks = await notebook.begin(code)
        ok(await notebook.result(hooks))
        outputs = await outputs_of(browser, notebook)
        await page.emit({"type": "selection", "cells": [3, 5], "source": "lasso"})
        # Another cell runs meanwhile, and must not get the output.
        other = ok(await notebook.run("print(done.acquire(timeout=30))"))
        assert other.text == "True\n"
        # ipykernel 6 does not know of which cell a thread is: its figures go to the one that runs.
        knows = int(version("ipykernel").partition(".")[0]) >= 7
        images = [bundle["image/png"] for bundle in other.displays]
        assert len(images) == (0 if knows else 1)

        text, png = "", "".join(images)
        while not (png and "cells [3, 5]" in text):
            message = json.loads(await outputs.read_message() or "null")
            if message["parent_header"].get("msg_id") == hooks:
                text += message["content"].get("text", "")
                png = png or message["content"].get("data", {}).get("image/png", "")
        outputs.close()
        assert png.startswith("iVBORw0KGgo")


@runs
async def test_a_selection_of_a_million_cells(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = SHOW.replace("MemorySource()", "MemorySource(n_cells=2_000_000)")
        code += "import queue; seen = queue.Queue()\nviewer.on_selection(seen.put);"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        cells = encode_cells(np.arange(0, 2_000_000, 2))
        packed = {"encoding": "delta-uvarint", "data": base64.b64encode(cells).decode()}
        event = {"viewerId": viewer_id, "type": "selection", "cells": packed}
        answer = await browser.send("_cellucid/events", json.dumps(event).encode())
        assert answer.code == 200, answer.body
        code = "cells = seen.get(timeout=30)['cells']; print(cells.shape, cells.dtype, cells[-1])"
        assert ok(await notebook.run(code)).text == "(1000000,) int64 1999998\n"


@runs
async def test_cells_that_await(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        cell = await notebook.begin(f"{SHOW}print((await viewer.ready(30))['n_cells'])")
        await until(lambda: viewers_of(server), "the viewer to be registered")
        (viewer_id,) = viewers_of(server)
        page = await open_page(browser, viewer_id)
        output = ok(await notebook.result(cell))
        assert output.text == "1000\n"
        assert shown(output) == [viewer_id]

        code = """
import asyncio, hashlib
turns = 0
async def tick():
    global turns
    while True:
        turns += 1
        await asyncio.sleep(0)
ticking = asyncio.create_task(tick())
bundle = await viewer.session_bundle(timeout=60)
ticking.cancel()
print(hashlib.sha256(open(bundle.path, "rb").read()).hexdigest(), turns > 0)
"""
        cell = await notebook.begin(code)
        await upload(browser, viewer_id, page)
        assert ok(await notebook.result(cell)).text == f"{SHA256} True\n"


@runs
async def test_commands_before_there_is_a_page(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = f"{SHOW}viewer.highlight_cells([5, 3])\nviewer.reset_view()"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        page = await open_page(browser, viewer_id)
        assert (await page.expect("highlight"))["cells"] == [3, 5]
        await page.expect("resetCamera")


@runs
async def test_debugging_a_connection(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        text = ok(await notebook.run("print(viewer.debug_connection())")).text
        assert "found by CELLUCID_SERVER_URL" in text
        assert "Run `viewer` in a cell" in text
        page = await open_page(browser, viewer_id)
        ok(await notebook.run("viewer.wait_for_ready();"))
        cell = await notebook.begin("report = viewer.debug_connection(); print(report)")
        for kind, answer in (("ping", "pong"), ("debug_snapshot", "debug_snapshot")):
            command = await page.expect(kind)
            await page.emit({"type": answer, "requestId": command["requestId"]})
        text = ok(await notebook.result(cell)).text
        assert text.endswith("Everything works.\n"), text
        assert server.token not in text
