"""Datasets that ``open/`` keeps open: opened once, by one, and let go in time."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from tornado.tcpclient import TCPClient

from cellucid_ext.dataset import Source
from cellucid_ext.dataset.stores.folder import FolderSource
from cellucid_ext.server.errors import TooMany
from cellucid_ext.server.open import (
    KEPT_OPEN,
    KEPT_SECONDS,
    READS_AT_ONCE,
    WAITING_AT_ONCE,
    OpenDatasets,
)
from cellucid_ext.server.roots import Roots
from tests.dataset.reading import X
from tests.dataset.test_folder import write

from .opening import NOTHING, address, get, refused
from .peers import Peer


class SlowDisk:
    """Opens folders as ever, but each when it is let; counts how often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.held: dict[str, threading.Event] = {}
        monkeypatch.setattr("cellucid_ext.server.open.FolderSource", self._open)

    def hold(self, name: str) -> threading.Event:
        """Keep those of this name waiting until the event is set, 30 s at most."""
        self.held[name] = event = threading.Event()
        return event

    def _open(self, folder: Path) -> FolderSource:
        self.begun.append(folder.name)
        if folder.name in self.held:
            assert self.held[folder.name].wait(30), f"nobody let {folder.name} be opened"
        return FolderSource(folder)

    async def is_asked_for(self, name: str) -> None:
        """Wait until somebody begins to open it, 10 s at most."""
        for _ in range(500):
            if name in self.begun:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"nobody opened {name}")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    return SlowDisk(monkeypatch)


async def test_only_the_last_ones_stay_open(
    person: Peer, root: Path, played: Source, disk: SlowDisk
) -> None:
    async def read(name: str) -> None:
        assert (await get(person, name, "var/g0.values.f32")).code == 200

    names = [f"copy-{i}" for i in range(KEPT_OPEN + 1)]
    for name in names:
        write(played, root / name)
        await read(name)
    for name in names[1:]:
        await read(name)
    assert disk.begun == names
    # What was asked for of late stays.
    await read(names[1])
    await read(names[0])
    await read(names[1])
    assert disk.begun == [*names, names[0]]


async def test_many_at_once(person: Peer, root: Path, played: Source) -> None:
    """More datasets than stay open, each read while others push it out."""
    names = [f"copy-{i}" for i in range(KEPT_OPEN + 3)]
    for name in names:
        write(played, root / name)
    asked = [(name, gene) for gene in range(3) for name in names] * 2
    answers = await asyncio.gather(
        *(get(person, name, f"var/g{gene}.values.f32") for name, gene in asked)
    )
    for (_, gene), answer in zip(asked, answers, strict=True):
        assert answer.code == 200, answer.body
        assert answer.body == X[:, gene].tobytes()


async def test_a_dataset_that_opens_slowly_holds_up_no_other(
    person: Peer, root: Path, played: Source, disk: SlowDisk
) -> None:
    for name in ("slow", "quick"):
        write(played, root / name)
    let = disk.hold("slow")
    asked = [
        asyncio.ensure_future(get(person, "slow", "points_2d.bin"))
        for _ in range(READS_AT_ONCE + 2)
    ]
    try:
        await disk.is_asked_for("slow")
        # All of them are at the server before this one, which none of them lets pass by chance.
        for _ in range(3):
            assert (await get(person, "quick", "points_2d.bin")).code == 200
        assert disk.begun == ["slow", "quick"]
    finally:
        let.set()
    assert [answer.code for answer in await asyncio.gather(*asked)] == [200] * len(asked)
    assert disk.begun == ["slow", "quick"]


async def test_what_pages_asked_for_that_have_left_is_not_read(
    person: Peer, root: Path, played: Source, disk: SlowDisk, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"slow-{number}" for number in range(READS_AT_ONCE)]
    for name in [*names, "left", "quick"]:
        write(played, root / name)
    let = [disk.hold(name) for name in names]
    asked = [asyncio.ensure_future(get(person, name, "points_2d.bin")) for name in names]
    try:
        for name in names:
            await disk.is_asked_for(name)
        page = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
        token, target = person.headers["Authorization"], address("left", "points_2d.bin")
        head = f"GET {person.base}{target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        await page.write(f"{head}Authorization: {token}\r\n\r\n".encode())
        # It is at the server before this one.
        assert (await person.fetch("GET", "health")).code == 200
        page.close()
        for _ in range(500):  # 10 s at least
            if "410 GET" in caplog.text:
                break
            await asyncio.sleep(0.02)
        assert "410 GET" in caplog.text
    finally:
        for event in let:
            event.set()
    for _ in range(3):
        assert (await get(person, "quick", "points_2d.bin")).code == 200
    assert [answer.code for answer in await asyncio.gather(*asked)] == [200] * len(asked)
    assert set(disk.begun) == {*names, "quick"}


async def test_no_more_than_so_many_wait(root: Path, played: Source, disk: SlowDisk) -> None:
    write(played, root / "slow")
    let = disk.hold("slow")
    datasets = OpenDatasets(Roots(root, [], allow_hidden=False), 2**30, lambda: 0.0)

    async def read() -> int:
        async with datasets.answer("slow", None, "points_2d.bin") as answer:
            return answer.status

    asked = [asyncio.create_task(read()) for _ in range(WAITING_AT_ONCE)]
    try:
        await disk.is_asked_for("slow")
        with pytest.raises(TooMany, match="64 requests wait for their answers already"):
            await read()
    finally:
        let.set()
    assert await asyncio.gather(*asked) == [200] * WAITING_AT_ONCE
    assert await read() == 200
    await datasets.close()


async def test_a_link_that_takes_the_folders_place(
    person: Peer, root: Path, tmp_path: Path, folder: Path, played: Source, disk: SlowDisk
) -> None:
    """What is opened is what was looked at, not what came there meanwhile."""
    outside = write(played, tmp_path / "outside")
    let = disk.hold(folder.name)
    asked = asyncio.ensure_future(get(person, "some data/pbmc", "points_2d.bin"))
    try:
        await disk.is_asked_for(folder.name)
        folder.rename(root / "away")
        folder.symlink_to(outside, target_is_directory=True)
    finally:
        let.set()
    answer = await asked
    assert (answer.code, refused(answer)) == (404, NOTHING)


@pytest.mark.usefixtures("folder")
async def test_what_nobody_asks_for_is_closed(root: Path, disk: SlowDisk) -> None:
    now = 0.0
    datasets = OpenDatasets(Roots(root, [], allow_hidden=False), 2**30, lambda: now)

    async def read() -> None:
        async with datasets.answer("some data/pbmc", None, "points_2d.bin") as answer:
            assert answer.status == 200

    for _ in range(3):
        now += KEPT_SECONDS - 1
        datasets.sweep()
        await read()
    assert disk.begun == ["pbmc"]
    now += KEPT_SECONDS
    datasets.sweep()
    await read()
    assert disk.begun == ["pbmc", "pbmc"]
    await datasets.close()


class TestSweep:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setattr("cellucid_ext.server.app.SWEEP_SECONDS", 0.05)
        monkeypatch.setattr("cellucid_ext.server.open.KEPT_SECONDS", 0.0)
        return jp_server_config

    @pytest.mark.usefixtures("folder")
    async def test_the_server_closes_them(self, person: Peer, disk: SlowDisk) -> None:
        for _ in range(500):  # 10 s at least
            assert (await get(person, "some data/pbmc", "points_2d.bin")).code == 200
            if len(disk.begun) > 1:
                break
            await asyncio.sleep(0.02)
        assert len(disk.begun) > 1
