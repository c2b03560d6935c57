"""Python on "another machine": of the server it has an address and a token, nothing else.

It runs in a network namespace of its own, where only one port leads out, to the server; with an
empty home, no variable of this process, and nothing in the server's folder.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import Final

from tests.real_server import REPOSITORY, SECONDS

from .proxies import Proxy

ADDRESS: Final = "192.0.2.1"
"""Of the server as the far machine sees it; reserved for documentation, so nobody's."""

PORT: Final = 8888

_CLONE_NEWNET = 0x40000000
_MAKE = """
mount -t tmpfs tmpfs "$1" && ip link set lo up && ip address add "$2" dev lo && shift 2 && exec "$@"
"""
_READ_AND_RUN = """
import contextlib, io, json, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    printed, error = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(json.loads(line), names)
        except Exception:
            error = traceback.format_exc()
    print(json.dumps([printed.getvalue(), error]), flush=True)
"""


class FarMachine:
    """A Python that reaches one port of this machine under an address of its own.

    Parameters
    ----------
    folder
        Its home and its working folder; made here.
    hidden
        A folder of this machine that is empty there.
    port
        The port of 127.0.0.1 here that is `ADDRESS` and `PORT` there.
    server_url
        What it is told, as ``CELLUCID_SERVER_URL``.
    """

    def __init__(self, folder: Path, *, hidden: Path, port: int, server_url: str) -> None:
        self.folder = folder
        self._hidden = hidden
        self._to = port
        self._server_url = server_url
        self._answers: Queue[str] = Queue()

    def run(self, code: str, *, seconds: float = SECONDS) -> str:
        """Run code there; returns what it printed, and fails with its traceback."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        try:
            answer = self._answers.get(timeout=seconds)
        except Empty:
            raise AssertionError(f"waited {seconds:g} s for this to end:\n{code}") from None
        assert answer, f"Python ended:\n{self._errors()}"
        printed, error = json.loads(answer)
        assert not error, error
        return str(printed)

    def __enter__(self) -> FarMachine:
        self.folder.mkdir()
        for name in ("home", "tmp", "runtime"):
            (self.folder / name).mkdir()
        self._stderr = (self.folder / "stderr.txt").open("w+")
        command = ["unshare", "--net", "--mount", "sh", "-c", _MAKE, "far", str(self._hidden)]
        command += [f"{ADDRESS}/32", sys.executable, "-c", _READ_AND_RUN]
        self._process = subprocess.Popen(
            command,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(REPOSITORY),
                "HOME": str(self.folder / "home"),
                "TMPDIR": str(self.folder / "tmp"),
                "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
                "CELLUCID_SERVER_URL": self._server_url,
            },
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._begin()
            self._way_in = Proxy(self._to, _listen_in(self._process.pid)).__enter__()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._way_in.__exit__()
        self._end()

    def _begin(self) -> None:
        try:
            assert self.run("print('here')") == "here\n"
        except (AssertionError, OSError) as error:
            raise RuntimeError(
                "no machine of its own could be made for Python: that takes root (CAP_SYS_ADMIN), "
                f"and the programs unshare, mount and ip.\n{error}\n{self._errors()}"
            ) from error

    def _end(self) -> None:
        # The namespaces, and all that is in them, go with their only process.
        self._process.kill()
        self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._stderr.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put("")

    def _errors(self) -> str:
        return (self.folder / "stderr.txt").read_text()


def _listen_in(pid: int) -> socket.socket:
    """Listen in the network namespace of a process; who accepts may be anywhere."""
    made: Queue[socket.socket | OSError] = Queue()

    def listen() -> None:
        # A thread has its own namespace, and this one ends at once.
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            with open(f"/proc/{pid}/ns/net") as namespace:
                if libc.setns(namespace.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            made.put(socket.create_server((ADDRESS, PORT)))
        except OSError as error:
            made.put(error)

    threading.Thread(target=listen).start()
    found = made.get(timeout=SECONDS)
    if isinstance(found, OSError):
        raise found
    return found
