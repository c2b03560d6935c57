"""The floor of what a server does: one on loopback that answers, and echoes, and no more."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect


class _Answer(RequestHandler):
    def get(self) -> None:
        self.finish({})


class _Echo(WebSocketHandler):
    def on_message(self, message: str | bytes) -> None:  # type: ignore[override]
        self.write_message(message)


def _serve(port: Connection) -> None:
    async def serve() -> None:
        sockets = bind_sockets(0, "127.0.0.1")
        HTTPServer(Application([("/echo", _Echo), ("/api", _Answer)])).add_sockets(sockets)
        port.send(sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextlib.contextmanager
def bare_server() -> Iterator[str]:
    """Start it in a process of its own; gives its address, ends it with the block."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,))
    server.start()
    try:
        if not here.poll(30):
            raise RuntimeError("the bare server did not start within 30 s")
        yield f"http://127.0.0.1:{here.recv()}/"
    finally:
        server.terminate()
        server.join()


async def round_trips(count: int) -> list[float]:
    """Send so many small frames to a process of its own and back; returns the seconds of each."""
    with bare_server() as url:
        connection = await websocket_connect(url.replace("http", "ws", 1) + "echo")
        seconds = []
        for number in range(count):
            begin = time.perf_counter()
            await connection.write_message(f'{{"type":"ping","requestId":"{number}"}}')
            await asyncio.wait_for(connection.read_message(), 30)
            seconds.append(time.perf_counter() - begin)
        connection.close()
    return seconds
