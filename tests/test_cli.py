"""`jupyter cellucid`, as it stands on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from cellucid_ext import __version__
from cellucid_ext.check.server import OwnServer
from cellucid_ext.demo import write_demo

ROOT = Path(__file__).parents[1]


def jupyter_cellucid(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("jupyter"), "cellucid", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_version_is_one() -> None:
    assert jupyter_cellucid("--version").stdout.strip() == __version__
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] == __version__


def test_without_a_command_it_says_which_there_are() -> None:
    done = jupyter_cellucid()
    assert done.returncode == 2
    assert "usage: jupyter cellucid" in done.stderr
    assert "demo" in jupyter_cellucid("--help").stdout


def test_both_parts_are_enabled_without_a_further_step() -> None:
    for kind in ("server", "labextension"):
        name = "extension" if kind == "server" else None
        command = [Path(sys.executable).with_name("jupyter"), kind, *filter(None, [name]), "list"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        (line,) = [
            line
            for line in (done.stdout + done.stderr).replace("\x1b[32m", "").splitlines()
            if "cellucid" in line and "OK" in line
        ]
        assert "enabled" in line or kind == "server"


def test_the_demo_opens_in_jupyterlab(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    folder.parent.mkdir()
    with OwnServer(["demo", f"--folder={folder}"], app="cellucid_ext.cli", root=folder) as lab:
        notebook = write_demo(folder)
        url = f"{lab.url}api/contents/{notebook.name}?content=0&token={lab.token}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert json.load(answer)["name"] == notebook.name
        assert "The demo is in" in lab.log
        assert f"{lab.url}lab/tree/{notebook.name}?token=" in lab.log
