"""The rules and unit tests of both TypeScript parts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "labextension"


def npm(*arguments: str) -> None:
    # Node and npm of the test requirements: the machine may have none, or older ones.
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    program = shutil.which("npm", path=programs)
    assert program is not None
    done = subprocess.run(
        [program, *arguments],
        cwd=FOLDER,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def packages(lock: Path) -> dict[str, Any]:
    """The packages that a lock file names; none if it is not there."""
    found: dict[str, Any] = json.loads(lock.read_text())["packages"] if lock.exists() else {}
    return found


def installed_as_locked() -> bool:
    """Whether npm has installed what the lock file says: pip has it build the package here."""
    locked = packages(FOLDER / "package-lock.json")
    # Npm's own note of what it put there.
    installed = packages(FOLDER / "node_modules" / ".package-lock.json")
    wanted = {name for name, package in locked.items() if name and not package.get("optional")}
    return wanted <= installed.keys() and installed.items() <= locked.items()


@pytest.mark.timeout(420)
def test_frontend() -> None:
    """Types, lint, import rules and unit tests."""
    if not installed_as_locked():
        npm("ci")
    npm("run", "check")
