"""nginx in front of a Jupyter server, as an administrator sets it up who changes no limit."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.real_server import SECONDS, free_port

MISSING = (
    "These tests need nginx, which is not on this machine's PATH. "
    "On Debian: apt-get update && apt-get install -y nginx-light"
)
# Everything it writes is below the folder, so it needs no rights and leaves nothing behind.
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port};
        {settings}
        location / {{
            proxy_pass http://127.0.0.1:{to};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
        }}
    }}
}}
"""


class Nginx:
    """nginx on a free port of 127.0.0.1, which takes bodies of 1 MiB, as it does by default.

    Parameters
    ----------
    folder
        Where it keeps everything; made here.
    to
        The port of the server behind it.
    settings
        Further directives, such as ``"proxy_request_buffering off;"``.
    """

    def __init__(self, folder: Path, to: int, settings: Sequence[str] = ()) -> None:
        self.port = free_port()
        self._folder = folder
        self._text = _CONFIGURATION.format(
            folder=folder, port=self.port, to=to, settings="\n        ".join(settings)
        )

    @property
    def url(self) -> str:
        """Where it listens, with a slash at the end."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Nginx:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program is not None, MISSING
        self._folder.mkdir()
        configuration, log = self._folder / "nginx.conf", self._folder / "stderr.txt"
        configuration.write_text(self._text)
        with log.open("w") as output:
            command = [program, "-p", str(self._folder), "-c", str(configuration)]
            self._process = subprocess.Popen([*command, "-e", "stderr"], stderr=output)
        try:
            deadline = time.monotonic() + SECONDS
            while not self._listens():
                assert self._process.poll() is None, f"nginx ended at once:\n{log.read_text()}"
                assert time.monotonic() < deadline, f"nginx does not listen within {SECONDS} s"
                time.sleep(0.02)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(SECONDS)

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
