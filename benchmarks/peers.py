"""Environments of other packages, made once, to measure and test against.

Each has what it needs in a folder of its own, and takes from this environment what is here already
in a version that suits it: half a minute less than to install NumPy, pandas and AnnData again.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from filelock import FileLock

CELLUCID_1: Final = ("cellucid==0.0.9", "anndata<0.12", "pandas<3", "zarr<3")
"""The last release that reads format 1, with what was current at its time."""

CACHE: Final = Path(__file__).parents[1] / ".pytest_cache" / "d"
"""Where tests keep their environments, too."""


def peer_python(requirements: tuple[str, ...], cache: Path = CACHE) -> Path:
    """Give the interpreter of an environment that has the requirements.

    Parameters
    ----------
    requirements
        As pip takes them; the first names the environment.
    cache
        The folder it is made in, if it is not there.
    """
    folder = cache / f"peer-{requirements[0].replace('==', '-')}"
    python = folder / "env" / "bin" / "python"
    done = folder / "installed"
    cache.mkdir(parents=True, exist_ok=True)
    # Tests that run side by side want the same one.
    with FileLock(cache / f"{folder.name}.lock"):
        if not done.exists():
            make = [sys.executable, "-m", "virtualenv", "-q", "--clear", str(python.parents[1])]
            subprocess.run(make, check=True, timeout=600)
            ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
            its = subprocess.run(ask, check=True, capture_output=True, text=True, timeout=60)
            ours = Path(its.stdout.strip(), "ours.pth")
            ours.write_text(sysconfig.get_path("purelib") + "\n")
            install = [str(python), "-m", "pip", "install", "-qq", *requirements]
            subprocess.run(install, check=True, timeout=600)
            done.touch()
    return python
