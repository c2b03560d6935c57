"""A small disk of one's own, which can be filled and taken away."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

BYTES = 96 * 2**20


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a tmpfs on a folder; needs the rights of an administrator, as CI has."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={BYTES},mode=700", "tmpfs", str(folder))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(folder))


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Keep everybody from writing there, root too, but for files that are open already."""
    _run("mount", "--bind", str(folder), str(folder))
    try:
        _run("mount", "-o", "remount,ro,bind", str(folder))
        yield
    finally:
        _run("umount", "--lazy", str(folder))


@contextlib.contextmanager
def filled(folder: Path, leave: int) -> Iterator[None]:
    """Fill a small disk but for some bytes."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for _ in range((BYTES - leave) // 2**16):
                file.write(bytes(2**16))
        yield
    finally:
        ballast.unlink()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(
            f"`{' '.join(command[:3])} …` failed: {done.stderr.strip()}. The faults of a full disk "
            "are made on a tmpfs of their own: run this as root, as CI does"
        )
