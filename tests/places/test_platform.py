"""What a kernel finds and leaves on a machine, and what passes between it and its notebook."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cellucid_ext.check.notebook import Notebook
from tests.kernel.real import (
    SHOW,
    kernel_of,
    ok,
    open_page,
    runs,
    shown,
    until,
    viewers_of,
)
from tests.real_server import SECONDS, RealServer
from tests.server.peers import session

FOREIGN_PID = 2**22 + 1  # above what Linux gives to processes: of none on this machine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


@contextmanager
def silent() -> Iterator[socket.socket]:
    """Something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def address_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/"


def nobody_came(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return True
    return False


async def forget_the_variable(notebook: Notebook) -> None:
    ok(await notebook.run("import os; del os.environ['CELLUCID_SERVER_URL']"))


@runs
async def test_records_of_other_machines_stay_and_are_not_used(server: RealServer) -> None:
    """Home folders are shared: what another machine's server wrote down is its own."""
    with silent() as elsewhere:
        record = server.folder / "runtime" / f"jpserver-{FOREIGN_PID}.json"
        content = {"url": address_of(elsewhere), "token": "of-another", "pid": FOREIGN_PID}
        record.write_text(json.dumps({**content, "port": 8888, "hostname": "elsewhere"}))
        before = record.read_bytes()
        async with kernel_of(server) as (_, notebook):
            await forget_the_variable(notebook)
            code = "parent = os.environ.pop('JPY_PARENT_PID')\n"
            failed = await notebook.run(code + SHOW)
            assert (failed.error or "").startswith("NoServer"), failed
            ok(await notebook.run("os.environ['JPY_PARENT_PID'] = parent"))
            (viewer_id,) = shown(ok(await notebook.run(SHOW)))
            assert viewer_id in viewers_of(server)
            told = ok(await notebook.run("print(viewer.debug_connection())")).text
            assert f"found by jpserver-{server.pid}.json" in told
            assert "of-another" not in told
        assert record.read_bytes() == before
        assert nobody_came(elsewhere)


@runs
async def test_a_place_that_never_answers_is_left_after_a_second(server: RealServer) -> None:
    with silent() as hole:
        async with kernel_of(server) as (_, notebook):
            code = f"import os; os.environ['CELLUCID_SERVER_URL'] = '{address_of(hole)}'"
            ok(await notebook.run(code))
            (viewer_id,) = shown(ok(await notebook.run(SHOW)))
            assert viewer_id in viewers_of(server)
            told = ok(await notebook.run("print(*viewer.debug_connection().places, sep='\\n')"))
            assert f"{address_of(hole)} did not answer within 1 s" in told.text
        assert not nobody_came(hole)


def test_nobody_is_asked_before_there_is_a_viewer() -> None:
    code = """
import sys
seen = []
sys.addaudithook(lambda event, args: event.startswith("socket.") and seen.append(event))
import cellucid_ext, cellucid_ext.kernel
cellucid_ext.show_anndata, cellucid_ext.show
print(seen)
import socket; socket.socket().close()
print(seen)
"""
    with silent() as hole:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": ".", "CELLUCID_SERVER_URL": address_of(hole)},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout == "[]\n['socket.__new__']\n"
        assert nobody_came(hole)


class AnyPort(RealServer):
    """Takes another port where its own is taken, which is what Jupyter does by default."""

    def _command(self) -> list[str]:
        one = "--ServerApp.port_retries="
        return [f"{one}50" if a.startswith(one) else a for a in super()._command()]


def test_kernels_are_told_the_port_that_was_free(tmp_path: Path) -> None:
    """The one that was asked for is taken; which one it is then shows only after the start."""
    server = AnyPort(tmp_path, base_url="/a%40b/")
    with socket.create_server(("127.0.0.1", server.port)) as taken, server:

        @runs
        async def find() -> None:
            runtime = tmp_path / "runtime"
            await until(lambda: list(runtime.glob("jpserver-*.json")), "the server's record")
            await until(lambda: record(runtime), "the server's record to be whole")
            server.port = record(runtime)["port"]
            assert server.port != taken.getsockname()[1]
            async with kernel_of(server) as (_, notebook):
                told = ok(await notebook.run("import os; print(os.environ['CELLUCID_SERVER_URL'])"))
                address = f"http://(localhost|127.0.0.1):{server.port}/a%40b/\n"
                assert re.fullmatch(address, told.text), told.text  # and no token
                (viewer_id,) = shown(ok(await notebook.run(SHOW)))
                assert viewer_id in viewers_of(server)

        find()


def record(runtime: Path) -> dict[str, int]:
    (path,) = runtime.glob("jpserver-*.json")
    try:
        found: dict[str, int] = json.loads(path.read_text())
    except ValueError:
        return {}
    return found


@runs
async def test_a_cell_that_waits_hears_what_comes_meanwhile(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        code = """
viewer.send_message({"type": "go"})
event = viewer.wait_for_event("selection", timeout=60, predicate=lambda e: len(e["cells"]) == 2)
print(event["cells"].tolist())
viewer.send_message({"type": "done"})
"""
        cell = asyncio.create_task(notebook.run(code))
        await page.expect("go")
        # The cell begins to wait only now: what comes before that does not count.
        for number in range(600):
            await page.emit({"type": "selection", "cells": [3, 1000 - number], "source": "lasso"})
            if (await asyncio.wait({cell}, timeout=0.1))[0]:
                break
        assert re.fullmatch(r"\[\d+, \d+\]\n", ok(await cell).text)
        await page.expect("done")


@runs
async def test_outputs_hold_ids_only(server: RealServer) -> None:
    """Notebooks are shared; and what is large would close the notebook's websocket."""
    async with kernel_of(server) as (_, notebook):
        source = "MemorySource(n_cells=2_000_000)"
        output = ok(await notebook.run(SHOW.replace("MemorySource()", source) + "viewer;"))
        marked = "import numpy; viewer.highlight_cells(numpy.ones(2_000_000, dtype=bool))"
        (viewer_id,) = shown(output)
        again = ok(await notebook.run(f"{marked}\nviewer"))
        assert shown(again) == [viewer_id]
        secrets = "print(viewer.viewer_token, get_ipython().kernel.session.key.decode())"
        kept = [*ok(await notebook.run(secrets)).text.split(), server.token]
        assert len(kept) == 3
        for shared in (output, again):
            text = json.dumps(shared.displays) + shared.text
            assert viewer_id in text
            assert not [secret for secret in kept if secret in text]
            assert len(text) < 2000


LARGE = 200_000_000


def most_memory(server: RealServer) -> int:
    """Bytes that the server's process had at most since it began."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, status
    return 1024 * int(found.group(1))


def send(server: RealServer, query: str, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    path = f"{server.base_url}_cellucid/session_bundle?{query}"
    connection.request("POST", path, body, {"Authorization": f"token {server.token}"})
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


@runs
async def test_a_server_that_takes_less_elsewhere(tmp_path: Path) -> None:
    """What the extension takes does not hang on what an administrator allows the server."""
    body = session(3_000_000)
    limits = ["--ServerApp.max_body_size=100000", "--ServerApp.max_buffer_size=1000000"]
    with RealServer(tmp_path, arguments=limits) as server:
        async with kernel_of(server) as (browser, notebook):
            (viewer_id,) = shown(ok(await notebook.run(SHOW)))
            page = await open_page(browser, viewer_id)
            cell = await notebook.begin("bundle = viewer.get_session_bundle(timeout=60)")
            command = await page.expect("requestSessionBundle")
            query = f"viewerId={viewer_id}&requestId={command['requestId']}"
            answered, told = await asyncio.to_thread(send, server, query, body)
            assert answered == 200, told
            ok(await notebook.result(cell))


@runs
async def test_the_servers_memory_stays_flat(server: RealServer) -> None:
    """Whether a session is written or read away, and whatever its size."""
    body = session(LARGE)
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(SHOW)))
        page = await open_page(browser, viewer_id)
        cell = await notebook.begin("bundle = viewer.get_session_bundle(timeout=60)")
        command = await page.expect("requestSessionBundle")
        before = most_memory(server)
        for request_id, status in (("nobody", 404), (command["requestId"], 200)):
            query = f"viewerId={viewer_id}&requestId={request_id}"
            answered, told = await asyncio.to_thread(send, server, query, body)
            assert answered == status, told
        ok(await notebook.result(cell))
        assert most_memory(server) - before < LARGE // 4
