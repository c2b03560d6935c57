"""Connections cut at any byte: nothing is stuck, nothing is left, and the next try works."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from cellucid_ext.kernel.errors import UploadLost
from tests.kernel.real import runs, until
from tests.real_server import RealServer

from .cutting import BODY, PARTS, SHA256, SIZE, At, Place, job_of, sha256_of
from .proxies import Cut, Proxy

DICE = random.Random(20260801)
BEGINNING, LAST_BYTE, END = 0.0, -2.0, -1.0
IN_HEAD = [At("head", f) for f in (BEGINNING, *(DICE.random() for _ in range(5)), LAST_BYTE)]
IN_BODY = [At("body", f) for f in (BEGINNING, 3e-6, *(DICE.random() for _ in range(7)), LAST_BYTE)]
AFTER_BODY = [At("body", END)]
IN_ANSWER = [At("answer", f) for f in (BEGINNING, *(DICE.random() for _ in range(4)), LAST_BYTE)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("server")
    arguments = [
        f"--CellucidExtension.spool_folder={folder / 'spool'}",
        f"--CellucidExtension.part_bytes={SIZE}",
    ]
    with (
        RealServer(folder, arguments=arguments) as server,
        Proxy(server.port) as for_page,
        Proxy(server.port) as for_kernel,
    ):
        yield Place(server, for_page, for_kernel)


@pytest.fixture(scope="module")
def answer_size(place: Place) -> int:
    """How long the answer to an upload is that is not cut."""

    async def measure() -> int:
        async with job_of(place) as job:
            capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
            answer = await job.send(job.upload(await job.asked(), BODY))
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            assert sha256_of(await capture) == SHA256
            return len(answer)

    return asyncio.run(measure())


@pytest.mark.parametrize("at", IN_HEAD, ids=str)
@runs
async def test_before_the_server_knows_of_it(place: Place, answer_size: int, at: At) -> None:
    async with job_of(place) as job:
        capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
        request_id = await job.asked()
        upload = job.upload(request_id, BODY)
        await job.send_cut(upload, at, answer_size)
        assert (await job.reaches(request_id, "pending"))["bytes"] == 0
        assert place.files() == []
        assert (await job.send(upload)).startswith(b"HTTP/1.1 200 ")
        assert sha256_of(await capture) == SHA256
        await job.works()


@pytest.mark.parametrize("at", IN_BODY, ids=str)
@runs
async def test_in_the_session(place: Place, answer_size: int, at: At) -> None:
    """The kernel asks once more by itself; where that is cut too, it says so."""
    async with job_of(place) as job:
        capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
        told = f"cut off after {at.within(len(BODY)):,} of {len(BODY):,} bytes"
        for _ in range(2):
            request_id = await job.asked()
            await job.send_cut(job.upload(request_id, BODY), at, answer_size)
            state = await job.reaches(request_id, "failed")
            assert told in state["error"]["message"]
        with pytest.raises(UploadLost, match=told):
            await capture
        await until(lambda: not place.files(), "the spool to be empty")
        await job.works()


@pytest.mark.parametrize("at", AFTER_BODY + IN_ANSWER, ids=str)
@runs
async def test_when_the_server_has_it(place: Place, answer_size: int, at: At) -> None:
    """The page does not know that it arrived, and says so; Python has it all the same."""
    async with job_of(place) as job:
        capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
        request_id = await job.asked()
        await job.send_cut(job.upload(request_id, BODY), at, answer_size)
        error = {"message": "the connection was cut", "code": "unreachable"}
        told = {"type": "session_bundle", "requestId": request_id, "status": "error"}
        await job.page.emit({**told, "error": error})
        assert sha256_of(await capture) == SHA256
        await job.works()


IN_A_PART = [*IN_HEAD[1:3], *IN_BODY[:5], IN_BODY[-1], *AFTER_BODY, *IN_ANSWER[:3], IN_ANSWER[-1]]


@pytest.mark.parametrize("at", IN_A_PART, ids=str)
@runs
async def test_in_a_part(place: Place, part_answer_size: int, at: At) -> None:
    """Each part is cut once, and sent again on a new connection, as the page does."""
    async with job_of(place) as job:
        capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
        request_id = await job.asked()
        for number, body in enumerate(PARTS, 1):
            upload = job.upload(request_id, body, number)
            await job.send_cut(upload, at, part_answer_size)
            answer = await job.send_again(upload)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
        assert sha256_of(await capture) == SHA256
        await job.works()


@pytest.fixture(scope="module")
def part_answer_size(place: Place) -> int:
    """How long the shortest answer to a part is that is not cut."""

    async def measure() -> int:
        async with job_of(place) as job:
            capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
            request_id = await job.asked()
            sizes = [
                len(await job.send(job.upload(request_id, body, number)))
                for number, body in enumerate(PARTS, 1)
            ]
            assert sha256_of(await capture) == SHA256
            return min(sizes)

    return asyncio.run(measure())


OF_KERNEL = [
    (f"POST /_cellucid/viewers/{{}}/{what}", direction, after)
    for what in ("requests", "commands")
    for direction, after in (("up", DICE.randrange(100)), ("down", 0), ("down", DICE.randrange(99)))
]
OF_KERNEL += [
    ("GET /_cellucid/viewers/{}/requests/", direction, after)
    for direction, after in (
        ("up", DICE.randrange(100)),
        ("down", 0),
        ("down", 100),
        *(("down", DICE.randrange(300, len(BODY))) for _ in range(4)),
        ("down", len(BODY)),
    )
]


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(("request_line", "direction", "after"), OF_KERNEL)
@runs
async def test_between_the_kernel_and_the_server(
    place: Place, request_line: str, direction: Any, after: int, reset: bool
) -> None:
    """The kernel asks once more by itself, or says what was lost; the next time it works."""
    async with job_of(place) as job:
        begin = request_line.format(job.viewer.viewer_id).encode()
        obeying = asyncio.create_task(job.obey())
        place.for_kernel.cut(Cut(begin, direction, after, reset))
        assert sha256_of(await job.viewer.session_bundle(timeout=30)) == SHA256
        await asyncio.to_thread(place.for_kernel.wait_until_cut)
        obeying.cancel()
        await until(lambda: not place.files(), "the spool to be empty")
        await job.works()


KERNEL_SOCKET = [("up", DICE.randrange(50, 1500)) for _ in range(5)]
KERNEL_SOCKET += [("down", DICE.randrange(1, 2500)) for _ in range(6)]


@pytest.mark.parametrize(("direction", "after"), [("up", 0), ("down", 0), *KERNEL_SOCKET])
@runs
async def test_the_kernels_websocket(place: Place, direction: Any, after: int) -> None:
    """What the page says arrives, once each and in order, however the connection ends."""
    place.for_kernel.cut(Cut(b"GET /_cellucid/kernel ", direction, after, reset=after % 2 == 1))
    async with job_of(place) as job:
        seen: list[int] = []
        job.viewer.on_message(
            lambda event: seen.append(event["number"]) if "number" in event else 0
        )
        for number in range(100):
            await job.page.emit({"type": "mine", "number": number})
        await asyncio.to_thread(place.for_kernel.wait_until_cut)
        await until(lambda: len(seen) >= 100, "all that the page said")
        assert seen == list(range(100))
        await job.works()


def test_nothing_is_left_in_the_server(place: Place, answer_size: int) -> None:
    """After all these cuts: no connection, file or thread more than one session needs."""
    process = psutil.Process(place.server.pid)

    async def a_session() -> int:
        async with job_of(place) as job:
            await job.works()
        return process.num_fds()

    before, threads = asyncio.run(a_session()), process.num_threads()
    asyncio.run(cut_often(place, answer_size))
    asyncio.run(until(lambda: process.num_fds() <= before, "connections and files to be closed"))
    assert process.num_threads() <= threads + 4  # of the spool, which may have had none to do


async def cut_often(place: Place, answer_size: int) -> None:
    async with job_of(place) as job:
        for at in (IN_BODY[1], IN_BODY[4], IN_ANSWER[1], AFTER_BODY[0]) * 3:
            capture = asyncio.create_task(job.viewer.session_bundle(timeout=30))
            await job.send_cut(job.upload(await job.asked(), BODY), at, answer_size)
            if at in IN_BODY:
                await job.send(job.upload(await job.asked(), BODY))
            assert sha256_of(await capture) == SHA256
