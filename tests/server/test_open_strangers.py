"""What a process says that a file has taken over, and how many of them there may be."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import psutil
import pytest
from tornado.simple_httpclient import HTTPStreamClosedError
from tornado.tcpclient import TCPClient

from cellucid_ext.answers import Asked
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.errors import BadDataset, TooMany
from cellucid_ext.server.readers import KEPT_OPEN, KEPT_SECONDS, Readers

from .opening import address, get, refused
from .peers import Peer
from .reading_apart import are_gone, readers
from .stand_in import SIZE

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellucid_ext.server.reader.PROGRAM", "tests.server.stand_in")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


def write(root: Path, does: str, name: str = "x") -> str:
    (root / f"{name}.h5ad").write_text(does)
    return f"{name}.h5ad"


STRANGE = [
    *("a status", "a status that is a text", "a header", "a value of a header", "a number"),
    *("no number", "a negative size", "a size it does not send", "a long head", "a long body"),
    *("no JSON", "a list", "a deep list"),
]


async def test_what_is_no_answer(person: Peer, root: Path) -> None:
    for number, does in enumerate(STRANGE):
        answer = await get(person, write(root, does, f"x{number}"), "points_2d.bin")
        assert (answer.code, refused(answer)["code"]) == (422, "bad-dataset"), does
        assert refused(answer)["message"] == (
            f"x{number}.h5ad could not be read: the process that read it said what it should "
            "not; is the file damaged?"
        )
    await are_gone(readers())
    assert (await get(person, write(root, "good"), "points_2d.bin")).body == b"hello"


@pytest.mark.parametrize(
    ("does", "how"),
    [
        ("exit", "ended (exit code 3); is the file damaged?"),
        ("fault", "ended (signal 11); is the file damaged?"),
        ("closed", "ended (signal 9); is the file damaged?"),
        ("killed", "was ended by the system; did it take too much memory or time?"),
    ],
)
async def test_one_that_ends(person: Peer, root: Path, does: str, how: str) -> None:
    """It is started again, but not for ever."""
    file, seen = write(root, does), []
    why = f"x.h5ad could not be read: the process that read it {how}"
    for _ in range(3):
        answer = await get(person, file, "points_2d.bin")
        seen.append(refused(answer)["message"])
    assert seen == [why] * 3
    answer = await get(person, file, "points_2d.bin")
    assert refused(answer)["message"] == f"{why} This happened 3 times: try again in a minute"
    assert readers() == []
    # Another file is another matter.
    write(root, "good!")
    assert (await get(person, file, "points_2d.bin")).body == b"hello"


@pytest.mark.parametrize("does", ["flood", "talk for ever"])
async def test_one_that_does_not_stop(person: Peer, root: Path, does: str) -> None:
    await get(person, write(root, does), "points_2d.bin")
    await are_gone(readers())


@pytest.mark.parametrize("does", ["starts another", "starts another apart"])
async def test_one_that_leaves_another_behind(person: Peer, root: Path, does: str) -> None:
    """It is no part of the group that is killed, or has the pipes until these are closed."""
    answer = await get(person, write(root, does), "points_2d.bin")
    assert "ended (exit code 3)" in refused(answer)["message"]
    left = int((root / "x.pid").read_text())
    for _ in range(500):  # 10 s at least
        if not runs(left):
            break
        await asyncio.sleep(0.02)
    assert not runs(left)


def runs(process: int) -> bool:
    """Say whether it is more than a dead one that nobody buries."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_one_that_talks(person: Peer, root: Path) -> None:
    assert (await get(person, write(root, "talk"), "points_2d.bin")).body == b"hello"


@pytest.mark.parametrize("does", ["silent", "silent at first"])
async def test_one_that_says_nothing(
    person: Peer, root: Path, does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellucid_ext.server.reader.ANSWER_SECONDS", 0.2)
    answer = await get(person, write(root, does), "points_2d.bin")
    assert (answer.code, refused(answer)["message"]) == (
        422,
        "x.h5ad could not be read: the process that read it took longer than 0.2 s",
    )
    await are_gone(readers())


async def test_one_that_can_not_open_it(person: Peer, root: Path) -> None:
    for _ in range(2):
        answer = await get(person, write(root, "error"), "points_2d.bin")
        assert refused(answer)["message"] == "it is not what it seems"
    await are_gone(readers())


async def test_it_is_told_which_modality(person: Peer, root: Path) -> None:
    file = write(root, "echo")
    for query, told in {"?modality=rna": '"rna"', "": "null"}.items():
        answer = await get(person, file, f"points_2d.bin{query}")
        assert refused(answer)["message"] == told


async def test_a_piece_that_is_too_short(person: Peer, root: Path) -> None:
    """What is cut off never looks like a whole file."""
    file = write(root, "a short piece")
    with pytest.raises(HTTPStreamClosedError):
        await get(person, file, "points_2d.bin")
    await are_gone(readers())


async def test_pages_that_do_not_read(person: Peer, root: Path) -> None:
    """They keep their files open, but nobody else from reading these."""
    names = [write(root, "long", f"x{number}") for number in range(KEPT_OPEN)]
    token = person.headers["Authorization"]
    pages = []
    for name in names:
        target = f"{person.base}{address(name, 'points_2d.bin')}"
        for _ in range(2):
            # So little is taken at once that the server has to wait.
            page = await TCPClient().connect(
                "127.0.0.1", person.client.get_http_port(), max_buffer_size=2**16
            )
            head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
            await page.write(head.encode())
            await page.read_until(b"\r\n\r\n")
            pages.append(page)
    for name in names:
        assert len((await get(person, name, "points_2d.bin")).body) == SIZE
    for page in pages:
        page.close()


async def test_the_server_ends_them(person: Peer, root: Path, extension: CellucidExtension) -> None:
    assert (await get(person, write(root, "good"), "points_2d.bin")).body == b"hello"
    [process] = readers()
    await extension.stop_extension()
    assert not process.is_running()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def run(function: Any, *arguments: Any) -> Any:
    return await asyncio.to_thread(function, *arguments)


async def test_no_more_than_a_few(root: Path) -> None:
    pool = Readers(2**30, run, Clock())
    files = [root / write(root, "long", f"x{number}") for number in range(KEPT_OPEN + 1)]

    def read(file: Path) -> Any:
        return pool.answer(file, None, "points_2d.bin", Asked())

    for file in files:
        async with read(file):
            pass
    kept = readers()
    assert len(kept) == KEPT_OPEN
    async with read(files[1]), read(files[2]), read(files[3]), read(files[4]):
        with pytest.raises(TooMany, match=f"{KEPT_OPEN} files are being read"):
            async with read(files[0]):
                pass
    assert sorted(p.pid for p in readers()) == sorted(p.pid for p in kept)
    await pool.close()
    assert readers() == []
    assert not any(map(psutil.Process.is_running, kept))


async def test_one_that_can_not_be_opened_takes_no_place(root: Path) -> None:
    pool = Readers(2**30, run, Clock())
    files = [root / write(root, "one modality", f"x{number}") for number in range(KEPT_OPEN)]
    for file in files:
        async with pool.answer(file, None, "points_2d.bin", Asked()):
            pass
    kept = sorted(process.pid for process in readers())
    for number in range(KEPT_OPEN + 2):
        with pytest.raises(BadDataset, match="there is no such modality"):
            async with pool.answer(files[0], f"m{number}", "points_2d.bin", Asked()):
                pass
    assert sorted(process.pid for process in readers()) == kept
    await pool.close()


async def test_one_that_changes_all_the_while(root: Path) -> None:
    """It is opened again for each version, but only so often."""
    clock, opened = Clock(), 0
    pool = Readers(2**30, run, clock)
    file = root / write(root, "good")

    async def read() -> None:
        nonlocal opened
        os.utime(file, ns=(opened, opened))
        async with pool.answer(file, None, "points_2d.bin", Asked()):
            opened += 1

    for _ in range(20):
        await read()
    with pytest.raises(BadDataset, match="was opened 20 times within a minute"):
        await read()
    clock.now += 60
    await read()
    await pool.close()


async def test_one_whose_page_leaves_while_it_opens(root: Path) -> None:
    """It is there for the next one."""
    pool = Readers(2**30, run, Clock())
    file = root / write(root, "late")

    async def read() -> None:
        async with pool.answer(file, None, "points_2d.bin", Asked()):
            pass

    first = asyncio.create_task(read())
    for _ in range(500):  # 10 s at least
        if found := readers():
            break
        await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.wait([first], timeout=30)
    assert first.cancelled()
    file.with_suffix(".go").touch()
    await read()
    assert readers() == found
    await pool.close()


async def test_those_nobody_asks_for_end(root: Path) -> None:
    clock = Clock()
    pool = Readers(2**30, run, clock)
    file = root / write(root, "long")
    async with pool.answer(file, None, "points_2d.bin", Asked()) as answer:
        [process] = readers()
        clock.now += 2 * KEPT_SECONDS
        pool.sweep()
        assert sum([len(piece) async for piece in answer.pieces]) == SIZE
    clock.now += KEPT_SECONDS - 1
    pool.sweep()
    assert readers() == [process]
    clock.now += 1
    pool.sweep()
    await are_gone([process])
    await pool.close()
