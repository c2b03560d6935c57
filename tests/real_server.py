"""A real Jupyter server with this extension, as a process of its own.

>>> with RealServer(tmp_path) as server:                                # doctest: +SKIP
...     browser = Browser(server.url)
...     await browser.log_in(server.token)
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

REPOSITORY = Path(__file__).parents[1]
SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RealServer:
    """`jupyter server` on a loopback port, which it keeps over `stop` and `start`.

    Parameters
    ----------
    folder
        Where it keeps everything: runtime files, configuration, the folder ``root`` it serves.
    app
        The module that is the application: ``"jupyter_server"`` or ``"jupyterlab"``.
    base_url
        Its base URL, with slashes at both ends.
    token
        Its token; ``""`` for a server without one, which then has the `password`, or is open.
    password
        A password for the login page.
    arguments
        Further arguments.
    environment
        Variables set on top of this process's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        app: str = "jupyter_server",
        base_url: str = "/",
        token: str | None = None,
        password: str = "",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.port = free_port()
        self.base_url = base_url
        self.token = secrets.token_urlsafe(16) if token is None else token
        self.password = password
        self._app = app
        self._arguments = list(arguments)
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[str] | None = None
        self._lines: deque[str] = deque(maxlen=2000)

    @property
    def url(self) -> str:
        """Where it listens, with the base URL and a slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    @property
    def url_with_token(self) -> str:
        """As a person pastes it."""
        return f"{self.url}?token={self.token}"

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    @property
    def log(self) -> str:
        """The last lines it printed."""
        return "".join(self._lines)

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", self._app, "--no-browser", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"]
        command += [f"--ServerApp.root_dir={self.root}", f"--ServerApp.base_url={self.base_url}"]
        command += ["--ServerApp.jpserver_extensions={'cellucid_ext': True}"]
        command += ["--ServerApp.allow_unauthenticated_access=False"]
        if not self.token:
            # An empty JUPYTER_TOKEN counts as none at all, and one is made up.
            command.append("--IdentityProvider.token=")
        if self.password:
            from jupyter_server.auth import passwd

            hashed = passwd(self.password)
            command.append(f"--PasswordIdentityProvider.hashed_password={hashed}")
        if os.name == "posix" and os.geteuid() == 0:
            command.append("--allow-root")
        return [*command, *self._arguments]

    def _variables(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
        return {
            **os.environ,
            "JUPYTER_TOKEN": self.token,
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "PYTHONPATH": path,
            **self._environment,
        }

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            self._command(),
            env=self._variables(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read_log, args=(self._process,), daemon=True)
        self._reader.start()
        deadline = time.monotonic() + SECONDS
        while not self._listens():
            assert self._process.poll() is None, f"the server ended at once:\n{self.log}"
            assert time.monotonic() < deadline, f"no answer within {SECONDS} s:\n{self.log}"
            time.sleep(0.05)

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def _read_log(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            self._lines.extend(output)

    def stop(self) -> None:
        """End it, and its kernels with it; harmless when it is not running."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """End it as a crash does, without a goodbye to anyone."""
        self._end(subprocess.Popen.kill)

    def _end(self, how: Any) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        how(process)
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(SECONDS)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask with the token; returns the status and the JSON answered, None where there is none.

        >>> server.ask("GET", "_cellucid/viewers")                      # doctest: +SKIP
        (200, {'viewers': []})
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = Request(self.url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=SECONDS) as answer:
                return answer.status, _json(answer.read())
        except HTTPError as error:
            with error:
                return error.code, _json(error.read())

    def __enter__(self) -> RealServer:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
