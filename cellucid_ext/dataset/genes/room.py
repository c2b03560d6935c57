"""How much memory and disk is free, as far as the machine says so."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def free_memory() -> int | None:
    """Give how many bytes this process may still take; None where nothing says so.

    The least of what the machine has, what is left to the control group (a container's limit), and
    what is left of the address space (``ulimit -v``).
    """
    return min((free for free in _free() if free is not None), default=None)


def fits_in_memory(size: int, budget: int) -> bool:
    """Say whether `size` bytes are within a budget, and at most half of what is free."""
    free = free_memory()
    return size <= budget and (free is None or size <= free // 2)


def roomy_folder(size: int) -> str | None:
    """Give a folder for temporary files on a disk where twice `size` bytes are free, if any.

    A folder that is itself in memory does not count.
    """
    for folder in dict.fromkeys((tempfile.gettempdir(), "/var/tmp")):  # noqa: S108
        try:
            if not _in_memory(folder) and shutil.disk_usage(folder).free >= 2 * size:
                return folder
        except OSError:
            continue
    return None


def no_room(size: int) -> OSError:
    """Say that `size` bytes have a place neither in memory nor on disk.

    Examples
    --------
    >>> no_room(12_000_000_000).strerror
    'there is no room for 12.0 GB'
    """
    return OSError(errno.ENOSPC, f"there is no room for {size / 1e9:,.1f} GB")


def _free() -> Iterator[int | None]:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
    for line in _lines("/proc/self/cgroup"):
        if line.startswith("0::"):
            group = Path("/sys/fs/cgroup", line[3:].strip("/"))
            for folder in (group, *group.parents[:-3]):
                yield _left(folder, "memory.max", "memory.current")
    yield _left(Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes")
    try:
        import resource
    except ImportError:  # not on Windows
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    for line in _lines("/proc/self/statm"):
        if limit != resource.RLIM_INFINITY:
            yield max(limit - int(line.split()[0]) * resource.getpagesize(), 0)


def _left(group: Path, limit: str, used: str) -> int | None:
    of, taken = _lines(group / limit), _lines(group / used)
    if not of or not taken or not of[0].isdigit():
        return None
    # What was read from files counts as used, and goes when its room is needed.
    cached = [
        int(line.split()[1])
        for line in _lines(group / "memory.stat")
        if line.startswith("inactive_file ")
    ]
    return max(int(of[0]) - int(taken[0]) + sum(cached), 0)


def _lines(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _in_memory(folder: str) -> bool:
    device = os.stat(folder).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in _lines("/proc/self/mountinfo"):
        mount, _, kind = line.partition(" - ")
        if mount.split()[2] == number:
            return kind.split()[0] in ("tmpfs", "ramfs")
    return False
