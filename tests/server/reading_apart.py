"""The processes that read files for a server."""

from __future__ import annotations

import asyncio

import psutil

PROGRAMS = ("cellucid_ext.dataset.serving", "tests.server.stand_in")


def readers(server: int | None = None) -> list[psutil.Process]:
    """Those of this process, or of the server with this id."""
    found = []
    for process in psutil.Process(server).children():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if any(program in command for program in PROGRAMS):
            found.append(process)
    return found


async def are_gone(processes: list[psutil.Process]) -> None:
    """Wait until none of them is left, 10 s at most; what is dead must be buried, too."""
    for _ in range(500):
        if not any(process.is_running() for process in processes):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"these are left: {processes}")
