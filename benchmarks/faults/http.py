"""One HTTP request over a connection of its own, sent in the pieces that a fault needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object answered, empty where it is none."""
        with contextlib.suppress(ValueError):
            document = json.loads(self.body)
            if isinstance(document, dict):
                return document
        return {}

    @property
    def seen(self) -> str:
        """Status, code and message, as a page shows them."""
        told = self.document
        if self.status < 300:
            return f"{self.status} {told.get('status') or told.get('state') or 'ok'}"
        return f"{self.status} {told.get('code')}: {told.get('message')}"


class Connection:
    """A connection to a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    def end(self) -> None:
        """Say that nothing more comes, and go on reading."""
        self._writer.write_eof()

    def hang_up(self) -> None:
        """Close it once all is sent, without waiting for the answer."""
        self._writer.close()

    def cut(self) -> None:
        """Break it without a word."""
        self._writer.transport.abort()

    async def read(self, size: int) -> bytes:
        """Read some of what the server sends, at least one byte."""
        return await asyncio.wait_for(self._reader.read(size), SECONDS)

    async def answer(self) -> Answer:
        """Read one answer, and close."""
        try:
            async with asyncio.timeout(SECONDS):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
                body = await self._reader.readexactly(int(fields.get("content-length", 0)))
                return Answer(int(head[0].split()[1]), body)
        except TimeoutError:
            raise RuntimeError(f"no answer came within {SECONDS:g} s") from None
        finally:
            self.cut()


def head(port: int, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Write the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def send(
    port: int, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> Answer:
    """Send a whole request, and read its answer."""
    connection = await Connection.open(port)
    length = {"Content-Length": str(len(body))}
    await connection.write(head(port, method, path, {**headers, **length}) + body)
    return await connection.answer()
