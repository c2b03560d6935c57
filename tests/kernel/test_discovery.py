"""Where a kernel looks for its server, in which order, and what it says about each place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cellucid_ext.kernel.discovery import Candidate, Kernel, candidates, this_kernel

KERNEL = Kernel("k1", b"key")
NO_KERNEL = Kernel("outside-1", b"")


def record(folder: Path, pid: int = 7, **values: object) -> None:
    content = {"url": "http://localhost:8888/", "token": "secret", "pid": pid, **values}
    (folder / f"jpserver-{pid}.json").write_text(json.dumps(content))


def found(environ: dict[str, str], runtime: Path, kernel: Kernel = KERNEL) -> list[str]:
    return [c.url for c in candidates(None, environ, runtime, kernel) if not c.problem]


def test_order(tmp_path: Path) -> None:
    record(tmp_path, url="http://localhost:3/")
    environ = {
        "JPY_PARENT_PID": "7",
        "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:2/user/jo/",
        "JUPYTERHUB_SERVICE_PREFIX": "/user/jo/",
        "JUPYTERHUB_API_TOKEN": "hub-token",
        "CELLUCID_SERVER_URL": "http://127.0.0.1:1/",
    }
    assert found(environ, tmp_path) == [
        "http://127.0.0.1:1/",
        "http://127.0.0.1:2/user/jo/",
        "http://localhost:3/",
    ]
    tokens = [c.token for c in candidates(None, environ, tmp_path, KERNEL)]
    assert tokens == ["", "hub-token", ""], "the record's token is not used where a proof will do"


def test_argument_is_the_only_place(tmp_path: Path) -> None:
    environ = {"CELLUCID_SERVER_URL": "http://127.0.0.1:1/"}
    (only,) = candidates(
        "http://localhost:9/base/lab/tree/a.ipynb?token=t", environ, tmp_path, KERNEL
    )
    assert (only.url, only.token) == ("http://localhost:9/base/", "t")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://0.0.0.0:8888", "http://127.0.0.1:8888/"),
        ("http://[::]:8888/x", "http://[::1]:8888/x/"),
        ("https://example.org/user/a%40b/", "https://example.org/user/a%40b/"),
        ("http://localhost:8888/user/lab/", "http://localhost:8888/user/lab/"),
        ("http://localhost:8888/lab?token=t", "http://localhost:8888/"),
    ],
)
def test_addresses(text: str, url: str, tmp_path: Path) -> None:
    assert candidates(text, {}, tmp_path, KERNEL)[0].url == url


BAD = [
    "localhost:8888",
    "localhost:8888/lab",
    "myhost",
    "ftp://x/",
    "http://",
    "http//x/lab",
    "http://x:port/",
    "http://x:99999999/",
    "http://[::1:8888/",
    "http://\u2100/",
]


@pytest.mark.parametrize("secret", ["", "?token=hush", "#hush"])
@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_is_named(text: str, secret: str, tmp_path: Path) -> None:
    (only,) = candidates(text + secret, {}, tmp_path, KERNEL)
    variable, *_ = candidates(None, {"CELLUCID_SERVER_URL": text + secret}, tmp_path, KERNEL)
    hub = {"JUPYTERHUB_SERVICE_URL": text + secret, "JUPYTERHUB_SERVICE_PREFIX": "/"}
    assert repr(text) in only.problem
    assert "hush" not in only.problem
    assert variable.problem == only.problem
    assert candidates(None, hub, tmp_path, KERNEL)[1].problem


@pytest.mark.parametrize("text", BAD)
def test_user_and_password_are_not_printed(text: str, tmp_path: Path) -> None:
    scheme, slashes, rest = text.rpartition("//")
    (only,) = candidates(f"{scheme}{slashes}jo:hu/sh@{rest}", {}, tmp_path, KERNEL)
    assert only.problem
    assert "jo" not in only.problem
    assert "sh" not in only.problem


@pytest.mark.parametrize("text", ["localhost:8888/?token=x", "10.0.0.7", "my-host.org:80/user/jo"])
def test_http_is_asked_for_where_only_it_is_missing(text: str, tmp_path: Path) -> None:
    (only,) = candidates(text, {}, tmp_path, KERNEL)
    assert only.problem.endswith("write http:// before it")


def test_hub_keys(tmp_path: Path) -> None:
    environ = {
        "JUPYTERHUB_SERVICE_URL": "https://0.0.0.0:8888/user/jo/",
        "JUPYTERHUB_SERVICE_PREFIX": "/user/jo/",
        "JUPYTERHUB_API_TOKEN": "t",
        "JUPYTERHUB_SSL_CERTFILE": "c.pem",
        "JUPYTERHUB_SSL_KEYFILE": "k.pem",
        "JUPYTERHUB_SSL_CLIENT_CA": "ca.pem",
    }
    hub = candidates(None, environ, tmp_path, KERNEL)[1]
    assert hub.url == "https://127.0.0.1:8888/user/jo/"
    assert dict(hub.tls) == {"certfile": "c.pem", "keyfile": "k.pem", "cafile": "ca.pem"}


def test_outside_of_a_kernel_only_tokens_count(tmp_path: Path) -> None:
    record(tmp_path)
    environ = {"JPY_PARENT_PID": "7", "CELLUCID_SERVER_URL": "http://127.0.0.1:1/"}
    first, _, last = candidates(None, environ, tmp_path, NO_KERNEL)
    assert "no kernel" in first.problem
    assert (last.url, last.token) == ("http://localhost:8888/", "secret")


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"url": "http+unix://%2Fs/"}'])
def test_bad_records(content: str, tmp_path: Path) -> None:
    (tmp_path / "jpserver-7.json").write_text(content)
    last = candidates(None, {"JPY_PARENT_PID": "7"}, tmp_path, KERNEL)[-1]
    assert last.how == "jpserver-7.json"
    assert last.problem
    assert (tmp_path / "jpserver-7.json").read_text() == content


@pytest.mark.parametrize("pid", ["", "../x", "7/../8"])
def test_pid_is_a_number(pid: str, tmp_path: Path) -> None:
    last = candidates(None, {"JPY_PARENT_PID": pid}, tmp_path, KERNEL)[-1]
    assert last == Candidate("JPY_PARENT_PID", problem="is not set")


def test_secrets_are_not_printed() -> None:
    assert "hush" not in repr(Candidate("x", "http://x/", token="hush"))
    assert "hush" not in repr(Kernel("x", b"hush"))


def test_outside_of_a_kernel_there_is_no_key() -> None:
    assert this_kernel().key == b""
    assert this_kernel().id == this_kernel().id


def test_a_plain_script_is_told_what_to_do(tmp_path: Path) -> None:
    code = """
from cellucid_ext.kernel import Viewer, ViewerError
class Source:
    id = name = "x"; n_cells = n_vars = 1
try:
    Viewer(Source())
except ViewerError as error:
    print(type(error).__name__, error)
"""
    environ = {"PATH": "", "JUPYTER_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for words in ("NoServer", "CELLUCID_SERVER_URL", "JUPYTERHUB_SERVICE_URL", "JPY_PARENT_PID"):
        assert words in done.stdout
    assert "JupyterLab" in done.stdout
    assert not done.stderr
