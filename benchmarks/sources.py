"""How long datasets take to be drawn, and genes to come, from each kind of source, at full size.

Ours go through a real Jupyter server and a real kernel; the page is played over HTTP on loopback.
Next to it, in the same run, the same genes from the peer `cellucid` 0.9.5; see `peer_server`. What
is on disk was just written, so it is read from the system's cache as far as that holds it. Files
are made in a temporary folder (16 GB), or in the one that BENCHMARK_DATA names, which keeps them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cellucid_ext.check.server import OwnServer

from . import synthetic
from .cluster import LIMIT_BYTES, WORKERS, lazy_genes
from .peer_server import PeerServer, peer_server
from .shown import Answer, Kernel, Page, kernel_of
from .table import Table

_PREPARED_GENES: Final = 50

_PREPARE = f"""
from cellucid_ext import prepare
prepare({{path!r}}, {{folder!r}}, genes=[f"gene{{{{i}}}}" for i in range({_PREPARED_GENES})],
        overwrite=True, progress=False)
"""
_PEERS_PREPARED = f"""prepare(
    {{folder!r}}, format="h5ad", data=anndata.read_h5ad({{path!r}})[:, :{_PREPARED_GENES}].copy(),
    dataset_id="benchmark", dataset_name="benchmark", force=True)"""


_NAMES: Final = {"first": "first gene", "later": "later genes"}


@dataclass(frozen=True)
class _Sizes:
    """Of the data, and how often things are done."""

    cells: int
    genes: int
    narrow: int
    few: int
    cells_in_memory: int
    genes_in_memory: int
    shows: int
    reads: int


_FULL = _Sizes(1_000_000, 30_000, 2_000, 100, 200_000, 20_000, shows=5, reads=20)
_QUICK = _Sizes(5_000, 400, 200, 100, 4_000, 400, shows=1, reads=2)


@dataclass(frozen=True)
class _Genes:
    """Seconds that genes took, `shown` from showing the data; `waited` until all are in order."""

    shown: float
    first: float
    later: float
    second: float = 0
    waited: float = 0


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    if kept := os.environ.get("BENCHMARK_DATA"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
    else:
        with tempfile.TemporaryDirectory(prefix="cellucid-benchmark-") as name:
            yield Path(name)


def _written(path: Path, cells: int, genes: int, *, by_gene: bool = False) -> Path:
    if not path.exists():
        making = path.with_suffix(".making")
        synthetic.write_h5ad(making, cells, genes, by_gene=by_gene)
        making.rename(path)
    return path


async def _drawn(table: Table, kernel: Kernel, name: str, what: str, shows: int, s: float) -> None:
    """Show something some times, and note how long until it is drawn, and the memory."""
    seconds, extra, named = [], [], []
    for _ in range(shows):
        page = await kernel.show(what)
        files, took = await asyncio.to_thread(page.open)
        asked = sum(len(answer.content) for answer in files.values())
        seconds.append(took)
        extra.append((await kernel.extra_bytes() - asked) / 1e6)
        for path in ("rows.json", "obs_names.txt"):
            asked += len((await asyncio.to_thread(page.read, path)).content)
        named.append((await kernel.extra_bytes() - asked) / 1e6)
    table.add(f"{name}: from showing it until it is drawn", statistics.median(seconds), "s", s)
    table.add(f"{name}: memory beyond those files", max(extra), "MB", 200)
    table.add(f"{name}: and beyond names and hashes of the rows, later", max(named), "MB")


def _wire(table: Table, files: dict[str, Answer], gene: Answer, cells: int) -> None:
    for name, answer in (
        ("points in 2D", files["points_2d.bin"]),
        ("codes of 20 categories", files["obs/cell_type.codes.u8"]),
        ("a gene", gene),
    ):
        raw = len(answer.content) / cells
        table.add(f"{name}, of {raw:g} bytes a cell, on the wire", answer.wire_bytes / cells, "B")


async def _read(kernel: Kernel, what: str, shows: int, reads: int) -> tuple[_Genes, Page]:
    """Show something some times and read genes, the later ones when they are in order by gene."""
    shown, first = [], []
    for _ in range(shows):
        page = await kernel.show(what)
        first.append((await asyncio.to_thread(page.gene, 0)).seconds)
        shown.append(time.time() - page.began)
    second = (await asyncio.to_thread(page.gene, reads + 1)).seconds
    waited = await kernel.built()
    later = await asyncio.to_thread(_later, lambda number: page.gene(number).seconds, reads)
    return _Genes(statistics.median(shown), statistics.median(first), later, second, waited), page


def _later(read: Callable[[int], float], reads: int) -> float:
    return statistics.median([read(number) for number in range(1, reads + 1)])


def _read_peer(server: PeerServer, data: str, reads: int, page: Page) -> _Genes:
    """Read the same genes from the peer, and see that they are the same."""
    with server.serving(data) as peer:
        values, first = peer.gene(1)
        shown, later = time.time() - peer.began, first
        # A matrix by cell is gone through for each gene, each time for as long.
        if peer.by_gene:
            later = _later(lambda number: peer.gene(number + 1)[1], reads)
    if values.tobytes() != page.gene(1).content:
        raise RuntimeError("ours and cellucid 0.9.5 gave other values of the same gene")
    return _Genes(shown, first, later)


def _compare(table: Table, name: str, ours: _Genes, theirs: _Genes, **targets: float) -> None:
    """Note ours, and how they stand to theirs; `targets` are in ms."""
    for what in ("first", "later"):
        mine, its = 1000 * getattr(ours, what), 1000 * getattr(theirs, what)
        table.add(f"{name}: {_NAMES[what]}", mine, "ms", targets.get(what))
        table.add(f"… of the {its:.1f} ms of cellucid 0.9.5", mine / its, "×", 1)


def _by_cell(table: Table, name: str, ours: _Genes) -> None:
    table.add(f"{name}: second gene, at once", 1000 * ours.second, "ms")
    table.add(f"{name}: genes put in order, in the background, after these", ours.waited, "s")


async def _in_memory(table: Table, kernel: Kernel, peer: PeerServer, sizes: _Sizes) -> None:
    n, genes = sizes.cells_in_memory, sizes.genes_in_memory
    await kernel.run(f"adata = synthetic.in_memory({sizes.cells}, {sizes.few})")
    await _drawn(table, kernel, "in memory", "show_anndata(adata)", sizes.shows, 1.5)
    name, made = f"CSR in memory, {n:,} × {genes:,}", f"synthetic.in_memory({n}, {genes})"
    await kernel.run(f"viewer.stop(); del viewer, adata; adata = {made}")
    ours, page = await _read(kernel, "show_anndata(adata)", min(3, sizes.shows), sizes.reads)
    theirs = await asyncio.to_thread(_read_peer, peer, made, sizes.reads, page)
    await kernel.run("viewer.stop(); del viewer, adata")
    # It writes all into a file first.
    its = 1000 * theirs.shown
    table.add(f"{name}: from showing it to its first gene", 1000 * ours.shown, "ms")
    table.add(f"… of the {its:.1f} ms of cellucid 0.9.5", 1000 * ours.shown / its, "×", 1)
    _compare(table, name, ours, theirs, first=1000, later=30)
    _by_cell(table, name, ours)


async def _on_disk(
    table: Table, kernel: Kernel, peer: PeerServer, sizes: _Sizes, folder: Path
) -> None:
    n, reads, shows = sizes.cells, sizes.reads, min(3, sizes.shows)
    wide, narrow = str(folder / "by-cell.h5ad"), str(folder / "by-gene.h5ad")
    prepared, peers = str(folder / "prepared"), str(folder / "peers.h5ad")
    await _drawn(table, kernel, ".h5ad", f"show({wide!r})", sizes.shows, 3)

    name = f"CSC in .h5ad, {n:,} × {sizes.narrow:,}"
    ours, page = await _read(kernel, f"show({narrow!r})", shows, reads)
    files, _ = await asyncio.to_thread(page.open)
    _wire(table, files, page.gene(1), n)
    theirs = await asyncio.to_thread(_read_peer, peer, repr(narrow), reads, page)
    _compare(table, name, ours, theirs, first=50, later=50)

    await kernel.run(_PREPARE.format(path=narrow, folder=prepared))
    name = f"prepared folder, {n:,} × {_PREPARED_GENES}"
    ours, page = await _read(kernel, f"show({prepared!r})", shows, reads)
    its = _PEERS_PREPARED.format(path=narrow, folder=peers)
    theirs = await asyncio.to_thread(_read_peer, peer, its, reads, page)
    _compare(table, name, ours, theirs, first=50, later=50)

    name = f"CSR in .h5ad, {n:,} × {sizes.genes:,}"
    ours, page = await _read(kernel, f"show({wide!r})", 1, reads)
    theirs = await asyncio.to_thread(_read_peer, peer, repr(wide), reads, page)
    _compare(table, name, ours, theirs)
    _by_cell(table, name, ours)


async def _measure(table: Table, server: OwnServer, sizes: _Sizes, folder: Path) -> None:
    with peer_server() as peer:
        async with kernel_of(server) as kernel:
            await _on_disk(table, kernel, peer, sizes, folder)
            await _in_memory(table, kernel, peer, sizes)


def run(*, quick: bool = False) -> Table:
    """Measure 1,000,000 × 30,000 on disk and 200,000 × 20,000 in memory (tiny when quick)."""
    sizes = _QUICK if quick else _FULL
    title = f"Sources of {sizes.cells:,} cells, medians of {sizes.shows} shows, {sizes.reads} genes"
    table = Table(title)
    with _folder() as folder, OwnServer() as server:
        wide = _written(folder / "by-cell.h5ad", sizes.cells, sizes.genes)
        _written(folder / "by-gene.h5ad", sizes.cells, sizes.narrow, by_gene=True)
        asyncio.run(_measure(table, server, sizes, folder))
        lazy = lazy_genes(server, wide, 1 if quick else 3, processes=not quick)
        size = wide.stat().st_size
    name = f"lazy, {WORKERS} Dask workers, {size / 1e9:.3g} GB"
    larger = size / LIMIT_BYTES
    table.add(f"{name}: of what the kernel may take", larger, "×", at_least=None if quick else 1)
    table.add(f"{name}: from showing it until it is drawn", lazy.drawn, "s")
    table.add(f"{name}: a gene", lazy.gene, "s")
    table.add(f"{name}: peak memory of the kernel", lazy.peak_bytes / 1e6, "MB", LIMIT_BYTES / 1e6)
    return table
