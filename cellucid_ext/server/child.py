"""A process that the server starts, hears, and ends with all that it started itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, SubprocessStreamProtocol
from collections.abc import Mapping
from typing import Any, Final, Self

WORDS_BYTES: Final = 4096
"""How much is kept of what it said last on its standard error."""
MAX_TALK_BYTES: Final = 16 * 2**20
"""How much it may say there in all."""

_STREAM_BYTES: Final = 2**16
_LAST_WORDS_SECONDS: Final = 0.5


class _Protocol(SubprocessStreamProtocol):
    """Knows when the process exits: `Process.wait` may wait for whoever holds its pipes, too."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(_STREAM_BYTES, loop)
        self.exited: asyncio.Future[None] = loop.create_future()

    def process_exited(self) -> None:
        super().process_exited()
        self.exited.set_result(None)


class Child:
    """A process with pipes, in a session of its own; see `start`.

    Attributes
    ----------
    exited
        Done when it has exited, whatever is left of what it started.
    output
        What it writes.
    killed
        Whether it was killed from here.
    said
        The last `WORDS_BYTES` of its standard error. One that says more than `MAX_TALK_BYTES`
        there is killed.
    """

    def __init__(self, transport: asyncio.SubprocessTransport, protocol: _Protocol) -> None:
        self.exited = protocol.exited
        self.output: Any = protocol.stdout
        self.killed = False
        self.said = b""
        self._transport = transport
        self._protocol = protocol
        self._closed = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, *command: str, env: Mapping[str, str]) -> Self:
        """Start it.

        Parameters
        ----------
        command
            The program and what it is told.
        env
            All of its environment variables.

        Raises
        ------
        OSError
            If it can't be started.

        Examples
        --------
        >>> child = await Child.start("cat", env={})                # doctest: +SKIP
        >>> child.send(b"hello")                                    # doctest: +SKIP
        >>> await child.output.readexactly(5)                       # doctest: +SKIP
        b'hello'
        """
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_exec(
            lambda: _Protocol(loop),
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=env,
            # Ctrl-C in the server's terminal is not for it, and what it starts can be told apart.
            start_new_session=True,
        )
        return cls(transport, protocol)

    @property
    def code(self) -> int | None:
        """How it exited: less than 0 for a signal; None while it has not."""
        return self._transport.get_returncode()

    def send(self, data: bytes) -> None:
        """Write to it, which must be little."""
        if self._protocol.stdin is not None:
            self._protocol.stdin.write(data)

    def kill(self) -> None:
        """Kill it, and what it started; nothing once it is closed."""
        # Later, its number may be another's.
        if not self._closed:
            self.killed = True
            # Where it is dead and not buried, some systems say that it may not be killed.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)

    async def close(self, seconds: float) -> None:
        """Kill it, wait until it is gone, and let go of its pipes, whoever else holds them.

        Parameters
        ----------
        seconds
            How long to wait, at most.
        """
        self.kill()
        self._closed = True
        await asyncio.wait([self.exited], timeout=seconds)
        await asyncio.wait([self._listening], timeout=_LAST_WORDS_SECONDS)
        self._listening.cancel()
        self._transport.close()

    async def _listen(self) -> None:
        errors: Any = self._protocol.stderr
        heard = 0
        while piece := await errors.read(_STREAM_BYTES):
            self.said = (self.said + piece)[-WORDS_BYTES:]
            heard += len(piece)
            if heard > MAX_TALK_BYTES:
                self.kill()
                return
