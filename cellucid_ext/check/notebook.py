"""A kernel used as a front end uses it: started over REST, cells run over its websocket.

The messages are those of "Messaging in Jupyter", in the JSON form of the server's kernel websocket.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from .browser import Browser, text_of
from .errors import CheckError


@dataclass
class Output:
    """What a cell put out: its text, the MIME bundles it displayed, and its error if it failed."""

    text: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None


class Notebook:
    """One kernel.

    Parameters
    ----------
    browser
        A logged-in browser.
    timeout
        Seconds that a cell may take.
    """

    def __init__(self, browser: Browser, *, timeout: float = 120) -> None:
        self._browser = browser
        self._timeout = timeout
        self._socket: WebSocketClientConnection | None = None
        self.kernel_id = ""

    async def start(self) -> None:
        """Start the default kernel and connect to it."""
        answer = await self._browser.send("api/kernels", b"{}")
        if answer.code != 201:
            raise CheckError(f"no kernel was started: {answer.code} {text_of(answer)}")
        self.kernel_id = json.loads(answer.body)["id"]
        await self._connect()

    async def restart(self) -> None:
        """Restart the kernel, and connect anew as front ends do.

        On the old connection, what the kernel first puts out may be lost.
        """
        answer = await self._browser.send(f"api/kernels/{self.kernel_id}/restart", b"{}")
        if answer.code != 200:
            raise CheckError(f"the kernel was not restarted: {answer.code} {text_of(answer)}")
        self._connection.close()
        await self._connect()

    async def _connect(self) -> None:
        address = self._browser.url(f"api/kernels/{self.kernel_id}/channels")
        request = HTTPRequest(address.replace("http", "ws", 1), headers=self._browser.headers)
        self._socket = await websocket_connect(request, max_message_size=100 * 2**20)

    async def run(self, code: str) -> Output:
        """Run a cell to its end.

        Raises
        ------
        CheckError
            If the kernel goes, or the cell takes longer than the timeout.
        """
        return await self.result(await self.begin(code))

    async def begin(self, code: str) -> str:
        """Start a cell and return at once; `result` waits for it with the id given back."""
        message_id = uuid.uuid4().hex
        header = {
            "msg_id": message_id,
            "msg_type": "execute_request",
            "session": uuid.uuid4().hex,
            "username": "",
            "date": "",
            "version": "5.3",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            # Or a cell begun just after one that failed is dropped without a word.
            "stop_on_error": False,
        }
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await self._connection.write_message(json.dumps({**message, "channel": "shell"}))
        return message_id

    async def result(self, message_id: str) -> Output:
        """Wait for the end of a cell that was begun."""
        output = Output()
        try:
            async with asyncio.timeout(self._timeout):
                while not await self._take(message_id, output):
                    pass
        except TimeoutError:
            raise CheckError(f"the kernel's cell took longer than {self._timeout:.0f} s") from None
        return output

    async def _take(self, message_id: str, output: Output) -> bool:
        text = await self._connection.read_message()
        if text is None:
            raise CheckError("the kernel's websocket was closed")
        message = json.loads(text)
        if message.get("parent_header", {}).get("msg_id") != message_id:
            return False
        content, kind = message["content"], message["msg_type"]
        if kind == "stream":
            output.text += content["text"]
        elif kind in ("display_data", "execute_result"):
            output.displays.append(content["data"])
        elif kind == "error":
            output.error = f"{content['ename']}: {content['evalue']}"
        return bool(kind == "status" and content["execution_state"] == "idle")

    async def interrupt(self) -> None:
        """Interrupt the running cell, as the stop button does."""
        await self._browser.send(f"api/kernels/{self.kernel_id}/interrupt", b"{}")

    async def stop(self) -> None:
        """Shut the kernel down; harmless when none was started."""
        if self._socket is not None:
            self._socket.close()
        if self.kernel_id:
            await self._browser.fetch(f"api/kernels/{self.kernel_id}", "DELETE")

    @property
    def _connection(self) -> WebSocketClientConnection:
        if self._socket is None:
            raise CheckError("the notebook has no kernel yet")
        return self._socket
