"""Faults, each one made for real: what is seen of it, what stays behind, whether it goes on.

A Jupyter server in a process of its own, the kernel's link in this one or in a real kernel, and
pages that speak the protocol over sockets, so that they can break it. After each fault no file
may be left on disk, no request or upload may be left open, and the next capture must work.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cellucid_ext.kernel.connect import disconnect

from ..table import Table
from . import claims, contents, cuts, disk, frames, kernels, limits, pages, parts, proofs, servers
from . import slow as slow_peers
from .family import HEAD, Family, Found
from .place import Place
from .server import Server
from .smalldisk import small_disk

FAMILIES: list[Family] = [
    module.FAMILY
    for module in (
        cuts, contents, claims, parts, pages, frames, proofs, limits, slow_peers, kernels, disk,
        servers,
    )
]  # fmt: skip


@dataclass
class Report:
    """Every fault with what was found, and the figures over all of them."""

    found: list[tuple[Family, list[Found]]]
    table: Table

    @property
    def met(self) -> bool:
        """Whether nothing was left, and everything was shown right."""
        return self.table.met

    def __str__(self) -> str:
        lines = [HEAD, "-" * len(HEAD)]
        for family, all_found in self.found:
            lines.append(f"== {family.title}")
            for found in all_found:
                lines.extend(found.lines())
        return "\n".join([*lines, "", str(self.table)])


def run(*, quick: bool = False) -> Report:
    """Run all faults, or those that are quick to run."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="faults-") as name, _temporary_files(Path(name)):
        found = asyncio.run(_run(Path(name), [f for f in FAMILIES if f.quick or not quick]))
    every = [one for _, some in found for one in some]
    table = Table("All faults together")
    table.add("faults", len(every), "faults", at_least=40)
    table.add("shown wrong", sum(not one.shown_right for one in every), "faults", 0)
    table.add("files left", sum(one.files for one in every), "files", 0)
    table.add("requests or uploads left", sum(one.pending != 0 for one in every), "faults", 0)
    table.add("next capture failed", sum(bool(one.after) for one in every), "faults", 0)
    slowest = max(every, key=lambda one: one.seconds)
    table.add(f"slowest ({slowest.fault.what})", slowest.seconds, "s", 60)
    table.add("all", time.perf_counter() - begin, "s")
    return Report(found, table)


@contextlib.contextmanager
def _temporary_files(folder: Path) -> Iterator[None]:
    # So that what the kernel's side leaves can be counted.
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "temporary")
    Path(tempfile.tempdir).mkdir()
    try:
        yield
    finally:
        tempfile.tempdir = before


async def _run(folder: Path, families: list[Family]) -> list[tuple[Family, list[Found]]]:
    shared = [family for family in families if not family.own_server]
    found = await _on_one_server(folder / "shared", shared)
    for family in families:
        if family.own_server:
            found += await _on_one_server(folder / family.title, [family])
    return found


async def _on_one_server(folder: Path, families: list[Family]) -> list[tuple[Family, list[Found]]]:
    server = Server(folder)
    with contextlib.ExitStack() as stack:
        if any(family.small_disk for family in families):
            stack.enter_context(small_disk(server.spool))
        stack.callback(server.end)
        await asyncio.to_thread(server.start)
        stack.callback(disconnect)
        place = Place(server)
        await place.browser.log_in(server.token)
        return [
            (family, [await place.run(fault) for fault in family.faults]) for family in families
        ]
