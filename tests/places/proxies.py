"""A way to a server that can be cut at any byte."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Literal

from tests.real_server import SECONDS

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Cut:
    """Where the next connection that has a request is cut.

    Attributes
    ----------
    request
        How the request begins, such as ``b"POST /_cellucid/session_bundle"``.
    direction
        ``"up"`` counts what the client sends, ``"down"`` what the server answers.
    after
        How many bytes still pass, counted from the beginning of the request or of its answer.
    reset
        Whether both ends see a reset; else the connection is closed in order.
    """

    request: bytes
    direction: Direction
    after: int
    reset: bool = False


class _Connection:
    """What passes one connection, until it is cut."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._cut: Cut | None = None
        self._left = 0

    def passing(self, direction: Direction, data: bytes) -> tuple[bytes, bool]:
        """Say what of the data may pass, and whether the connection ends then."""
        if direction == "up" and self._cut is None:
            self._cut, at = self._proxy.claim(data)
            if self._cut is not None:
                self._left = self._cut.after + (at if self._cut.direction == "up" else 0)
        if self._cut is None or self._cut.direction != direction:
            return data, False
        if len(data) >= self._left:
            return data[: self._left], True
        self._left -= len(data)
        return data, False

    @property
    def reset(self) -> bool:
        return self._cut is not None and self._cut.reset


class Proxy:
    """Passes TCP connections on to a port of this machine, in a thread of its own.

    Parameters
    ----------
    port
        Where they go, at 127.0.0.1.
    listener
        The socket they come to; a free port of 127.0.0.1 where it is not given.
    """

    def __init__(self, port: int, listener: socket.socket | None = None) -> None:
        self._to = port
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._armed: Cut | None = None
        self._was_cut = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def cut(self, cut: Cut) -> None:
        """Cut the next connection that has this request; only that one, and once."""
        self._was_cut.clear()
        self._armed = cut

    def wait_until_cut(self) -> None:
        """Wait until the connection was cut."""
        assert self._was_cut.wait(SECONDS), f"waited {SECONDS} s for a connection to be cut"

    def claim(self, data: bytes) -> tuple[Cut | None, int]:
        """Give the cut that is due if the data has its request, and where that begins."""
        at = -1 if self._armed is None else data.find(self._armed.request)
        if at < 0:
            return None, 0
        cut, self._armed = self._armed, None
        return cut, at

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._started.wait(SECONDS), f"waited {SECONDS} s for the proxy to start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(SECONDS)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._begin, sock=self._listener)
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._join(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        connection = _Connection(self)
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
            writers.append(there_writer)
            pumps = [
                asyncio.create_task(self._pump(connection, "up", reader, there_writer)),
                asyncio.create_task(self._pump(connection, "down", there_reader, writer)),
            ]
            try:
                # Whoever ends first ends both.
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                ended = await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:  # nobody is there, which the client sees by its closed connection
            ended = []
        for each in writers:
            if connection.reset:
                linger = struct.pack("ii", 1, 0)
                each.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
            each.transport.abort()
        if True in ended:
            self._was_cut.set()

    async def _pump(
        self,
        connection: _Connection,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Pass on until an end of file, or a cut: then True."""
        writer.transport.set_write_buffer_limits(0)  # so that `drain` waits for the last byte
        try:
            while data := await reader.read(2**16):
                passed, cut = connection.passing(direction, data)
                writer.write(passed)
                await writer.drain()
                if cut:
                    return True
        except OSError:  # one end hung up
            pass
        return False
