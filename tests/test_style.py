"""The code's own rules: lint, format, types, and who may import whom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [sys.executable, "-m", "mypy"],
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
    ],
    ids=["lint", "format", "types", "imports"],
)
def test_style(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=220)
    assert done.returncode == 0, done.stdout + done.stderr


def test_frontend() -> None:
    """Types, lint, import rules and unit tests of both TypeScript parts."""
    folder = ROOT / "labextension"
    # Node and npm of the test requirements: the machine may have none, or older ones.
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    npm = shutil.which("npm", path=programs)
    assert npm is not None
    for script in ("ci", "run check"):
        done = subprocess.run(
            [npm, *script.split()],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=220,
        )
        assert done.returncode == 0, done.stdout + done.stderr
