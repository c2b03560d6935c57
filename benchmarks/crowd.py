"""Many viewers at once: their kernels, and a page of each, which sends an event every second.

In a process of its own, so that the server's is measured alone. Every page's connection is cut
once a while and comes back, since it is then that events could be lost, or come twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from cellucid_ext.auth import KERNEL_HEADER
from cellucid_ext.protocol import NAMESPACE

from .line import Line

_PATIENCE_SECONDS = 60
_EVENTS_BETWEEN_CUTS = 20


@dataclass(frozen=True)
class Crowd:
    """Who is there.

    Attributes
    ----------
    url, token
        The server's.
    viewers
        The ids of the viewers of each kernel.
    """

    url: str
    token: str
    viewers: dict[str, list[str]]

    async def run(self, told: Connection) -> None:
        """Connect all, say so, send events until something is heard, and tell what arrived."""
        heard: Counter[tuple[str, int]] = Counter()
        more = asyncio.Event()

        def note(frame: dict[str, Any]) -> None:
            if frame["type"] == "event":
                heard[frame["viewerId"], frame["event"]["number"]] += 1
                more.set()

        kernels = [
            self._line("kernel", note, {KERNEL_HEADER: kernel}, kernelId=kernel)
            for kernel in self.viewers
        ]
        pages = {
            viewer: self._line(f"viewers/{viewer}/channel", lambda frame: None)
            for viewers in self.viewers.values()
            for viewer in viewers
        }
        lines = [*kernels, *pages.values()]
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(line.run()) for line in lines]
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await asyncio.gather(*(line.opened.wait() for line in lines))
            told.send("all are connected")
            stop = asyncio.Event()
            sending = [
                tasks.create_task(_tick(page, i / len(pages), stop))
                for i, page in enumerate(pages.values())
            ]
            await asyncio.to_thread(told.recv)
            stop.set()
            counts = await asyncio.gather(*sending)
            sent = {
                (viewer, number)
                for viewer, count in zip(pages, counts, strict=True)
                for number in range(count)
            }
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    while not sent <= heard.keys():
                        more.clear()
                        await more.wait()
            for task in running:
                task.cancel()
        told.send((len(sent), len(sent - heard.keys()), sum(n - 1 for n in heard.values())))

    def _line(
        self, path: str, took: Any, headers: dict[str, str] | None = None, **hello: str
    ) -> Line:
        url = f"{self.url}{NAMESPACE}/{path}".replace("http", "ws", 1)
        who = {"Authorization": f"token {self.token}", **(headers or {})}
        return Line(url, who, took, **hello)


async def _tick(page: Line, phase: float, stop: asyncio.Event) -> int:
    await asyncio.sleep(phase)
    clock = asyncio.get_running_loop().time
    begin, count = clock(), 0
    while not stop.is_set():
        await page.send({"type": "tick", "number": count})
        count += 1
        if (count + int(phase * _EVENTS_BETWEEN_CUTS)) % _EVENTS_BETWEEN_CUTS == 0:
            page.cut()
        await asyncio.sleep(max(0, begin + count - clock()))
    return count


def _run(crowd: Crowd, told: Connection) -> None:
    asyncio.run(crowd.run(told))


class Running:
    """A crowd in a process of its own.

    Parameters
    ----------
    told
        What it tells, and is told.
    """

    def __init__(self, told: Connection) -> None:
        self._told = told

    def _hear(self) -> Any:
        if not self._told.poll(2 * _PATIENCE_SECONDS):
            raise RuntimeError(f"the crowd said nothing for {2 * _PATIENCE_SECONDS} s")
        try:
            return self._told.recv()
        except EOFError:
            raise RuntimeError("the crowd's process ended; its error is above") from None

    def wait_until_connected(self) -> None:
        """Wait for the last of them."""
        self._hear()

    def stop(self) -> tuple[int, int, int]:
        """Have no more sent; returns how many events were, how many were lost, and came twice."""
        self._told.send("stop")
        counts: tuple[int, int, int] = self._hear()
        return counts


@contextlib.contextmanager
def started(crowd: Crowd) -> Iterator[Running]:
    """Start a crowd, and end its process with the block."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(crowd, there))
    process.start()
    # Else the end of its process would not be heard here.
    there.close()
    try:
        yield Running(here)
    finally:
        process.terminate()
        process.join()
