"""`jupyter cellucid check` on the kinds of servers that institutions run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from jupyter_server.auth import passwd

HASHED = f"--PasswordIdentityProvider.hashed_password={passwd('secret', algorithm='sha1')}"


def check(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cellucid_ext.cli", "check", *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, **variables},
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [
            HASHED,
            "--ServerApp.base_url=/a b/c%40d/",
            "--ServerApp.allow_unauthenticated_access=False",
        ],
        ["--IdentityProvider.token="],
    ],
    ids=["as it is", "with all that may be set", "open"],
)
def test_the_whole_way_works(arguments: list[str]) -> None:
    done = check(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "everything works"
    assert done.stdout.count("\nok ") >= 11


def test_a_server_with_nothing_but_a_password() -> None:
    arguments = [HASHED, "--IdentityProvider.token="]
    done = check(*arguments, CELLUCID_CHECK_PASSWORD="secret")
    assert done.returncode == 0, done.stdout + done.stderr
    refused = check(*arguments, CELLUCID_CHECK_PASSWORD="")
    assert refused.returncode == 1
    assert "FAILED  log in as a browser does" in refused.stderr
    assert "CELLUCID_CHECK_PASSWORD" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        (["--ServerApp.jpserver_extensions={'cellucid_ext': False}"], "log in as a browser does"),
        (["--ServerApp.certfile=/nowhere.pem"], "start a Jupyter server"),
        (["--MappingKernelManager.default_kernel_name=none"], "start a kernel"),
    ],
    ids=["extension off", "server that does not start", "no kernel"],
)
def test_what_fails_is_told_in_one_line(arguments: list[str], step: str) -> None:
    done = check(*arguments)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"FAILED  {step}: ")
