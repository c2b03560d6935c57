"""The oldest versions of what we stand on, and a room's tests run on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
OLDEST = {"jupyter_server": "2.13.0", "tornado": "6.4", "ipykernel": "6.29.0"}
"""With the newest of all else; the other tests run on the newest of these."""


def environment(cache: Path) -> dict[str, str]:
    """Variables with which Python finds the oldest versions first, kernels' Pythons too."""
    named = [f"{name}=={version}" for name, version in OLDEST.items()]
    folder = cache / "-".join(named).replace("==", "-")
    with FileLock(cache / "lock"):
        if not (folder / "installed").exists():
            install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--upgrade"]
            subprocess.run([*install, "--target", folder, *named], check=True, timeout=300)
            (folder / "installed").touch()
    return {**os.environ, "PYTHONPATH": str(folder)}


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=570,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def version_of(package: str, cache: Path) -> str:
    """Tell which version Python finds there."""
    program = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    return _run(environment(cache), "-c", program, package).strip()


def check(tests: Sequence[str], cache: Path) -> None:
    """Run tests on the oldest versions; none may fail or be left out."""
    said = _run(environment(cache), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert " passed" in said.splitlines()[-1]
    assert "skipped" not in said.splitlines()[-1]
