"""A Jupyter server with the extension, real kernels that prove themselves, and both peers."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.utils import JupyterServerAuthWarning
from tornado.httpclient import HTTPResponse

from cellucid_ext.dataset import Source, open_source
from cellucid_ext.server.app import CellucidExtension
from tests.dataset.reading import make
from tests.dataset.test_folder import write

from .peers import DATASET, KernelPeer, Peer


@pytest.fixture
def spool_parent(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def extension_config() -> dict[str, Any]:
    """What a test configures of the extension itself."""
    return {}


@pytest.fixture
def jp_server_config(spool_parent: Path, extension_config: dict[str, Any]) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"cellucid_ext": True},
            "allow_unauthenticated_access": False,
        },
        "CellucidExtension": {"spool_folder": str(spool_parent), **extension_config},
    }


@pytest.fixture
def jp_serverapp(jp_server_config: Any, jp_argv: Any, jp_configurable_serverapp: Any) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=r"(?s).*TermSocket", category=JupyterServerAuthWarning
        )
        return jp_configurable_serverapp(config=jp_server_config, argv=jp_argv)


@pytest.fixture
def extension(jp_serverapp: Any) -> CellucidExtension:
    app: CellucidExtension = jp_serverapp.web_app.settings["cellucid_ext"]
    return app


@pytest.fixture
def files(extension: CellucidExtension) -> Callable[[], Awaitable[list[str]]]:
    """Names of the files in the spool, once what is being removed is gone; waits at most 10 s."""

    async def listed() -> list[str]:
        for _ in range(500):
            if not (names := _names(extension.spool.folder)):
                break
            await asyncio.sleep(0.02)
        return names

    return listed


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name != ".lock"]


@pytest.fixture
def start_kernel(
    jp_serverapp: Any,
    jp_asyncio_loop: Any,
    http_server_client: Any,
    jp_base_url: str,
    jp_server_cleanup: None,  # comes after this one's: kernels that are gone need no farewell
) -> Iterator[Callable[[], KernelPeer]]:
    """Start real kernels; their peers sign with the keys the server has."""
    manager, loop, started = jp_serverapp.kernel_manager, jp_asyncio_loop, []

    def start() -> KernelPeer:
        kernel_id = loop.run_until_complete(manager.start_kernel())
        started.append(kernel_id)
        key = manager.get_kernel(kernel_id).session.key
        return KernelPeer(kernel_id, key, http_server_client, f"{jp_base_url}_cellucid/")

    yield start
    for socket in list(manager.context._sockets):
        socket.linger = 0
    for kernel_id in started:
        if kernel_id in manager:
            loop.run_until_complete(manager.shutdown_kernel(kernel_id, now=True))


@pytest.fixture
def kernel(start_kernel: Callable[[], KernelPeer]) -> KernelPeer:
    return start_kernel()


@pytest.fixture
def viewer_id(kernel: KernelPeer, jp_asyncio_loop: Any) -> str:
    """A viewer that the kernel has registered."""
    answer = jp_asyncio_loop.run_until_complete(kernel.json("POST", "viewers", DATASET, status=201))
    name: str = answer["viewerId"]
    return name


@pytest.fixture
def person(http_server_client: Any, jp_auth_header: Any, jp_base_url: str) -> Peer:
    """Somebody with the server's token."""
    return Peer(http_server_client, f"{jp_base_url}_cellucid/", dict(jp_auth_header))


@pytest.fixture
def stranger(http_server_client: Any, jp_base_url: str) -> Peer:
    return Peer(http_server_client, f"{jp_base_url}_cellucid/", {})


@pytest.fixture
def cookie_person(
    http_server_client: Any, jp_auth_header: Any, jp_base_url: str, jp_asyncio_loop: Any
) -> Peer:
    """Somebody with a login cookie, and an XSRF cookie that they don't show in a header."""

    async def log_in() -> str:
        answer: HTTPResponse = await http_server_client.fetch(
            f"{jp_base_url}api/kernelspecs?{token}", raise_error=False
        )
        cookies = [c.split(";")[0] for c in answer.headers.get_list("Set-Cookie")]
        assert cookies
        return "; ".join([*cookies, "_xsrf=2|00000000|00000000000000000000000000000000|0"])

    token = "token=" + jp_auth_header["Authorization"].split()[1]
    cookie = jp_asyncio_loop.run_until_complete(log_in())
    return Peer(http_server_client, f"{jp_base_url}_cellucid/", {"Cookie": cookie})


@pytest.fixture
def root(jp_root_dir: Path) -> Path:
    return jp_root_dir


@pytest.fixture
def played() -> Source:
    return open_source(make({"size": range(6), "kind": list("aabbcc")}), name="pbmc")


@pytest.fixture
def folder(root: Path, played: Source) -> Path:
    return write(played, root / "some data" / "pbmc")
