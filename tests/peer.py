"""The PyPI package `cellucid` 0.0.9, in an environment of its own, to hold results against."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENTS = ["cellucid==0.0.9", "anndata<0.12", "pandas<3"]


@pytest.fixture(scope="session")
def peer_python(request: pytest.FixtureRequest) -> Path:
    """Its interpreter; the environment is made once and kept in pytest's cache folder."""
    folder = request.config.cache.mkdir("peer-cellucid-0.0.9")
    python = folder / "env" / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", python.parents[1]], check=True)
        install = [python, "-m", "pip", "install", "-qq", *REQUIREMENTS]
        subprocess.run(install, check=True, timeout=600)
        done.touch()
    return python


def run(python: Path, code: str, *arguments: str | Path) -> str:
    """Run code in the peer's environment; returns what it printed."""
    done = subprocess.run(
        [python, "-c", code, *arguments], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
