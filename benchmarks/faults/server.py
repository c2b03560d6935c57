"""A Jupyter server that keeps its port, token and folders when it ends and is started again."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 20.0

MAX_UPLOAD_BYTES = 16 * 2**20
MIN_TTL_SECONDS = 0.2


class Server:
    """One `jupyter server` process on a loopback port.

    Parameters
    ----------
    folder
        Where it keeps everything; its spool is there in ``spool``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.runtime = folder / "runtime"
        self.token = secrets.token_urlsafe(24)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def log(self) -> str:
        """What it printed."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        for folder in (self.folder / "root", self.spool, self.runtime):
            folder.mkdir(parents=True, exist_ok=True)
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.folder / "root",
            "ServerApp.jpserver_extensions": "{'cellucid_ext': True}",
            "CellucidExtension.spool_folder": self.spool,
            "CellucidExtension.max_upload_bytes": MAX_UPLOAD_BYTES,
            "CellucidExtension.min_ttl_seconds": MIN_TTL_SECONDS,
        }
        command = [sys.executable, "-m", "jupyter_server", "--no-browser"]
        command += [f"--{name}={value}" for name, value in options.items()]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        environment = {"JUPYTER_TOKEN": self.token, "JUPYTER_RUNTIME_DIR": str(self.runtime)}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.log}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server did not listen in {START_SECONDS} s:\n{self.log}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it with a signal; harmless when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def files(self) -> list[Path]:
        """List what is in the spool, besides the locks of its folders."""
        return [path for path in self.spool.rglob("*") if path.is_file() and path.name != ".lock"]
