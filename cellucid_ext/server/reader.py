"""A process that reads one file for the server, and what is asked of it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..answers import Asked
from ..messages import PIECE_BYTES, SIZES_BYTES, head_of, pack, sizes
from .answered import Answer, is_answer
from .child import Child
from .errors import BadDataset, TooMany

ASKED_AT_ONCE: Final = 4
ANSWER_SECONDS: Final = 60.0

PROGRAM: Final = "cellucid_ext.dataset.serving"
# What Python needs to start; nothing that a file which takes the process over could make use of.
_VARIABLES: Final = (
    *("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH"),
    *("PYTHONUSERBASE", "TMPDIR", "TZ"),
)
# Each thread takes much of the memory it may have, whether it uses that or not.
_FRUGAL: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_MAX_TEXT: Final = 2000
_EXIT_SECONDS: Final = 0.5
_END_SECONDS: Final = 5.0

# What ends a process that takes too much; no fault of its own does.
_FROM_OUTSIDE: Final = (-signal.SIGKILL, -getattr(signal, "SIGXCPU", signal.SIGKILL))

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What a process is to read.

    Attributes
    ----------
    file
        Where it is, without links.
    version
        What `version_of` says of it; nothing else is read.
    size
        How many bytes it has.
    modality
        Which modality of a MuData; None for the only one.
    memory
        How many bytes of address space the process may have.
    """

    file: Path
    version: tuple[int, ...]
    size: int
    modality: str | None
    memory: int


class Reader:
    """One process, which is asked from the event loop; see `start`.

    It may be in the hands of the file it reads, so whatever it says is checked, and one that says
    what it should not is ended.

    Attributes
    ----------
    name
        What messages call the file.
    ended
        Why it answers no more; None while it does.
    """

    def __init__(self, child: Child, name: str) -> None:
        self.name = name
        self.ended: str | None = None
        self._child = child
        self._newest = 0
        # Those who asked and left, too: their answers come all the same.
        self._waiting: dict[int, asyncio.Future[tuple[dict[str, Any], bytes]]] = {}
        self._turns = asyncio.Semaphore(ASKED_AT_ONCE)
        self._living = asyncio.create_task(self._live())

    @classmethod
    async def start(cls, job: Job) -> Reader:
        """Start a process, and wait until it has opened its file.

        Raises
        ------
        BadDataset
            If it can't be opened.
        """
        variables = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        try:
            command = (sys.executable, "-P", "-B", "-m", PROGRAM)
            child = await Child.start(*command, env={**variables, **_FRUGAL})
        except OSError as error:
            raise BadDataset(
                f"{job.file.name} can't be opened, for no process can be started that reads it: "
                f"{error.strerror}"
            ) from None
        reader = cls(child, job.file.name)
        try:
            head, _ = await reader._ask(
                {
                    "path": str(job.file),
                    "version": job.version,
                    "size": job.size,
                    "modality": job.modality,
                    "memory": job.memory,
                    "server": os.getpid(),
                },
                0,
            )
            if (told := head.get("error")) is not None:
                raise BadDataset(str(told)[:_MAX_TEXT])
        except BaseException:
            reader.end()
            await reader.gone()
            raise
        return reader

    @asynccontextmanager
    async def answer(self, path: str, asked: Asked) -> AsyncIterator[Answer]:
        """Find one file of the dataset; its pieces can be taken until this is left.

        Parameters
        ----------
        path
            Path of the file in the dataset.
        asked
            What the request says of the file.

        Raises
        ------
        BadDataset
            If the process ends, or takes too long and is ended for it.
        TooMany
            If others keep it busy.
        """
        self._newest += 1
        number = self._newest
        try:
            head, first = await self._in_turn({"read": path, **asked.frame()}, number)
            if not is_answer(head, first):
                raise self._strange()
            pieces = self._pieces(number, first, head["size"])
            yield Answer(head["status"], head["headers"], head["size"], pieces)
        finally:
            self._send({"forget": number})

    def end(self, why: str = "it was closed") -> None:
        """Kill it; those who wait for an answer are told why."""
        if self.ended is None:
            self.ended = f"{self.name} could not be read: {why}"
        self._child.kill()

    async def gone(self) -> None:
        """Wait until nothing is left of the process, which must have been ended."""
        await asyncio.wait([self._living])

    async def _pieces(self, number: int, first: bytes, size: int) -> AsyncIterator[bytes]:
        yield first
        start = len(first)
        while start < size:
            self._newest += 1
            _, piece = await self._in_turn({"of": number, "start": start}, self._newest)
            if len(piece) != min(PIECE_BYTES, size - start):
                raise self._strange()
            yield piece
            start += len(piece)

    async def _in_turn(self, request: dict[str, Any], number: int) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise TooMany(
                f"{self.name} is still busy with other requests after {ANSWER_SECONDS:g} s: try "
                "again in a moment"
            ) from None
        try:
            return await self._ask(request, number)
        finally:
            self._turns.release()

    async def _ask(self, request: dict[str, Any], number: int) -> tuple[dict[str, Any], bytes]:
        if self.ended is not None:
            raise BadDataset(self.ended)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._send({"id": number, **request})
                head, body = await answered
        except TimeoutError:
            self.end(f"the process that read it took longer than {ANSWER_SECONDS:g} s")
            raise BadDataset(str(self.ended)) from None
        return head, body

    def _send(self, request: dict[str, Any]) -> None:
        # Requests are small, and few at a time: there is no need to wait until they are read.
        if self.ended is None:
            self._child.send(pack(request))

    def _strange(self) -> BadDataset:
        self.end("the process that read it said what it should not; is the file damaged?")
        return BadDataset(str(self.ended))

    async def _live(self) -> None:
        hearing, exited = asyncio.create_task(self._hear()), self._child.exited
        await asyncio.wait([hearing, exited], return_when=asyncio.FIRST_COMPLETED)
        # If it exits, what it said before is heard, but what it started may hold its pipe open for
        # ever; if it has closed its pipe, it exits or goes on. To kill it now would hide how.
        await asyncio.wait([hearing, exited], timeout=_EXIT_SECONDS)
        hearing.cancel()
        killed = self._child.killed or not exited.done()
        await self._child.close(_END_SECONDS)
        if self.ended is None:
            how = _how(self._child.code, killed)
            # What it says may tell of a person; who looks for it asks for more.
            _logger.warning("the process that reads a file for pages %s", how)
            _logger.debug("its last words: %r", self._child.said)
            self.end(f"the process that read it {how}")
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(BadDataset(str(self.ended)))

    async def _hear(self) -> None:
        try:
            while True:
                answered, head, body = await self._next()
                if not answered.done():
                    answered.set_result((head, body))
        except (asyncio.IncompleteReadError, OSError):
            pass
        except ValueError:
            self._strange()

    async def _next(
        self,
    ) -> tuple[asyncio.Future[tuple[dict[str, Any], bytes]], dict[str, Any], bytes]:
        output = self._child.output
        head_bytes, body_bytes = sizes(await output.readexactly(SIZES_BYTES))
        head = head_of(await output.readexactly(head_bytes))
        body = await output.readexactly(body_bytes)
        number = head.get("id")
        answered = self._waiting.pop(number, None) if type(number) is int else None
        if answered is None:
            raise ValueError("an answer that nobody asked for")
        return answered, head, body


def _how(code: int | None, killed: bool) -> str:
    if code is None:
        return "does not end"
    if code in _FROM_OUTSIDE and not killed:
        return "was ended by the system; did it take too much memory or time?"
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"ended ({how}); is the file damaged?"
