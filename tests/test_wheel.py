"""The wheel, built as on a machine that has no Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", "node_modules", "static", ".*_cache", "__pycache__", "lib", "build", "dist"
)


def path_without_node(folder: Path) -> Path:
    """A folder with all programs of PATH but Node and what comes with it."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        if Path(place) == Path(sys.executable).parent or not Path(place).is_dir():
            continue
        for program in Path(place).iterdir():
            link = folder / program.name
            if not program.name.startswith(("node", "npm", "npx")) and not link.is_symlink():
                link.symlink_to(program)
    return folder


def link_what_npm_installed(source: Path) -> None:
    """Spare npm from fetching its packages again; it still sees to it that all are there."""
    installed = ROOT / "labextension" / "node_modules"
    if installed.exists():
        # Files that npm and others write in place are not shared.
        theirs = shutil.ignore_patterns(".package-lock.json", ".cache", ".vite*")
        shutil.copytree(
            installed,
            source / "labextension" / "node_modules",
            symlinks=True,
            ignore=theirs,
            copy_function=link,
        )


def link(file: str, to: str) -> None:
    """A second name for a file, or a copy where it lies on another disk."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)


def test_a_wheel_has_both_front_end_parts(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=LEFT_BEHIND)
    link_what_npm_installed(source)
    assert not (source / "cellucid_ext" / "static").exists()
    shutil.rmtree(source / "cellucid_ext" / "labextension", ignore_errors=True)
    path = str(path_without_node(tmp_path / "bin"))
    assert shutil.which("node", path=path) is None
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(source)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=220,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cellucid_ext/static/viewer.js" in names
    assert "cellucid_ext/static/viewer-worker.js" in names
    assert "cellucid_ext/static/viewer.css" in names
    shared = [name.partition(".data/data/")[2] for name in names if ".data/data/" in name]
    assert "share/jupyter/labextensions/cellucid-ext/package.json" in shared
    assert any(
        name.startswith("share/jupyter/labextensions/cellucid-ext/static/") for name in shared
    )
    assert "etc/jupyter/jupyter_server_config.d/cellucid_ext.json" in shared
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]
