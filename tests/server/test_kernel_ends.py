"""However a kernel ends, its viewers end with it, and their pages are told why."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import AsyncMock

import pytest

from cellucid_ext.check.browser import Browser, Page
from cellucid_ext.check.errors import CheckError
from cellucid_ext.check.notebook import Notebook
from cellucid_ext.server.app import CellucidExtension
from tests.kernel.real import SHOW, kernel_of, ok, open_page, runs, shown, viewers_of
from tests.real_server import RealServer

from .peers import DATASET, KernelPeer, Peer, page_line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


@pytest.fixture(scope="module")
def server_that_starts_nothing_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RealServer]:
    folder, arguments = tmp_path_factory.mktemp("server"), ["--KernelManager.autorestart=False"]
    with RealServer(folder, arguments=arguments) as started:
        yield started


async def farewell(page: Page) -> str:
    """Read until the server hangs up; returns the last reason it gave."""
    reason = ""
    try:
        while True:
            reason = (await page.expect("kernel_gone"))["reason"]
    except CheckError as error:
        assert str(error) == "the channel was closed with code 4404"  # noqa: PT017
    return reason


async def show(browser: Browser, notebook: Notebook) -> tuple[Page, int]:
    """Open a viewer; returns its page and the process id of its kernel."""
    output = ok(await notebook.run(f"{SHOW}\nimport os; print(os.getpid())"))
    (viewer_id,) = shown(output)
    return await open_page(browser, viewer_id), int(output.text)


@runs
async def test_restart(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        page, _ = await show(browser, notebook)
        await notebook.restart()
        assert await farewell(page) == "restarted"
        assert viewers_of(server) == {}
        page, _ = await show(browser, notebook)
        await page.close()


@runs
async def test_shutdown(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        page, _ = await show(browser, notebook)
        await browser.fetch(f"api/kernels/{notebook.kernel_id}", "DELETE")
        assert await farewell(page) == "shutdown"
        assert viewers_of(server) == {}


@runs
async def test_the_kernel_is_killed(server: RealServer) -> None:
    """As the system does with who takes too much memory."""
    async with kernel_of(server) as (browser, notebook):
        page, pid = await show(browser, notebook)
        os.kill(pid, signal.SIGKILL)
        assert await farewell(page) == "died"
        assert viewers_of(server) == {}


@runs
async def test_the_kernel_crashes(server: RealServer) -> None:
    async with kernel_of(server) as (browser, notebook):
        page, _ = await show(browser, notebook)
        await notebook.begin("os._exit(1)")
        assert await farewell(page) == "died"
        assert viewers_of(server) == {}


@runs
async def test_the_kernel_is_killed_and_not_started_again(
    server_that_starts_nothing_again: RealServer,
) -> None:
    server = server_that_starts_nothing_again
    async with kernel_of(server) as (browser, notebook):
        page, pid = await show(browser, notebook)
        os.kill(pid, signal.SIGKILL)
        assert await farewell(page) == "died"
        assert viewers_of(server) == {}


class TestCulling:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        culling = {"cull_idle_timeout": 3600, "cull_interval": 1}
        return {**jp_server_config, "MappingKernelManager": culling}

    async def test_culled(
        self,
        start_kernel: Callable[[], KernelPeer],
        kernel: KernelPeer,
        viewer_id: str,
        person: Peer,
        jp_serverapp: Any,
    ) -> None:
        manager = jp_serverapp.kernel_manager
        async with page_line(person, viewer_id) as page:
            assert kernel.kernel_id in manager
            manager.cull_idle_timeout = 1
            assert (await page.expect("kernel_gone"))["reason"] == "shutdown"
            assert await page.hung_up() == 4404
        assert kernel.kernel_id not in manager
        assert await person.json("GET", "viewers") == {"viewers": []}


class TestOneThatCannotBeLookedAt:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        return {**jp_server_config, "KernelManager": {"autorestart": False}}

    @pytest.fixture
    def far(self, start_kernel: Callable[[], KernelPeer]) -> KernelPeer:
        return start_kernel()

    async def test_the_others_are_looked_at(
        self,
        far: KernelPeer,
        kernel: KernelPeer,
        viewer_id: str,
        person: Peer,
        extension: CellucidExtension,
        jp_serverapp: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """One is on a machine that does not answer, as its provisioner says; another dies."""
        stays = (await far.json("POST", "viewers", DATASET, status=201))["viewerId"]
        manager = jp_serverapp.kernel_manager
        is_away = AsyncMock(side_effect=ConnectionError("it is away"))
        monkeypatch.setattr(manager.get_kernel(far.kernel_id), "is_alive", is_away)
        dying = manager.get_kernel(kernel.kernel_id)
        os.kill(dying.provisioner.pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while await dying.is_alive():
                await asyncio.sleep(0.02)
        await extension.kernels.sweep()
        assert is_away.await_count
        listed = (await person.json("GET", "viewers"))["viewers"]
        assert [viewer["viewerId"] for viewer in listed] == [stays]
        await far.json("DELETE", f"viewers/{stays}", status=204)
