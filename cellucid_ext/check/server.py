"""A Jupyter server of one's own, for as long as it is needed."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from .errors import CheckError

_STOP_SECONDS = 15
"""A server that is told to stop while it starts a kernel hangs for a minute."""
_POLL_SECONDS = 0.05
_AUTOSAVES = "--CellucidExtension.autosave_count"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _encode_base_url(argument: str) -> str:
    # Jupyter Server matches paths as they are sent, percent-encoded: with a space in its base URL
    # it would answer nothing at all.
    name, equals, value = argument.partition("=")
    if name not in ("--ServerApp.base_url", "--NotebookApp.base_url") or not equals:
        return argument
    return f"{name}={quote(unquote(value))}"


class OwnServer:
    """A `jupyter server` process on a free loopback port, with the person's own configuration.

    Its pages save no unfinished work, unless the arguments say so: that is among the person's data.

    Parameters
    ----------
    arguments
        Further arguments of `jupyter server`, such as ``--ServerApp.base_url=/hub/``.
    app
        The module that is the Jupyter application: ``"jupyter_server"``, or ``"jupyterlab"``.
    root
        The folder it serves; a temporary one where it is not given.
    environment
        Variables set on top of this process's.
    timeout
        Seconds the server has to come up, and to go.

    Examples
    --------
    >>> with OwnServer() as server:                                     # doctest: +SKIP
    ...     print(server.url)
    http://127.0.0.1:37651/
    """

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        app: str = "jupyter_server",
        root: Path | None = None,
        environment: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> None:
        self._arguments = [_encode_base_url(argument) for argument in arguments]
        if not any(argument.startswith(_AUTOSAVES) for argument in arguments):
            self._arguments.append(f"{_AUTOSAVES}=0")
        self._app = app
        self._environment = dict(environment or {})
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="cellucid-check-")
        self._root = root
        self._lines: deque[str] = deque(maxlen=400)
        self._process: subprocess.Popen[str] | None = None
        self._info: dict[str, Any] = {}

    @property
    def folder(self) -> Path:
        """Where the server's runtime files are; gone when it stops."""
        return Path(self._folder.name)

    @property
    def root(self) -> Path:
        """The folder it serves."""
        return self._root or self.folder / "root"

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        if self._process is None:
            raise CheckError("the server is not running")
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it listens, with the base URL and a slash at the end."""
        path = urlsplit(self._info["url"]).path
        return f"http://127.0.0.1:{self._info['port']}{quote(unquote(path))}"

    @property
    def token(self) -> str:
        """The token that opens it; empty where it asks for none."""
        return str(self._info["token"])

    @property
    def log(self) -> str:
        """The last lines it printed."""
        return "".join(self._lines)

    def start(self) -> None:
        """Start it and wait until it listens.

        Raises
        ------
        CheckError
            If it ends, or does not listen in time; its own last words are in the message.
        """
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.root.mkdir(exist_ok=True)
        command = [sys.executable, "-m", self._app]
        command += ["--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={_free_port()}"]
        command += [f"--ServerApp.root_dir={self.root}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        environment = {
            **os.environ,
            "JUPYTER_TOKEN": secrets.token_urlsafe(24),
            "JUPYTER_RUNTIME_DIR": str(runtime),
            **self._environment,
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, arguments of the caller
            [*command, *self._arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._read_log, daemon=True).start()
        self._info = self._wait_until_it_listens(runtime / f"jpserver-{self.pid}.json")

    def _read_log(self) -> None:
        process = self._process
        if process is not None and process.stdout is not None:
            with process.stdout as output:
                self._lines.extend(output)

    def _wait_until_it_listens(self, record: Path) -> dict[str, Any]:
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise CheckError(f"the Jupyter server ended at once: {self._last_words()}")
            try:
                info: dict[str, Any] = json.loads(record.read_text())
                with socket.create_connection(("127.0.0.1", info["port"]), timeout=1):
                    return info
            except (OSError, ValueError):
                time.sleep(_POLL_SECONDS)
        self.stop()
        raise CheckError(
            f"the Jupyter server did not listen within {self._timeout:.0f} s: {self._last_words()}"
        )

    def _last_words(self) -> str:
        words = [line.strip() for line in self._lines if line.strip()]
        return words[-1] if words else "it printed nothing"

    def stop(self) -> None:
        """End it, and its kernels with it; harmless when it is not running."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()

    def __enter__(self) -> OwnServer:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
