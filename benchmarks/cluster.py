"""Genes of a file that does not fit into the kernel, read for it by a Dask cluster.

The workers are two processes of their own; the kernel may take no more address space than its
limit (RLIMIT_AS, what ``ulimit -v`` sets), which is set in it before anything is loaded.
"""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cellucid_ext.check.server import OwnServer

from .shown import kernel_of

LIMIT_BYTES: Final = 4 * 2**30
WORKERS: Final = 2

_BEGIN = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, ({LIMIT_BYTES}, {LIMIT_BYTES}))
"""
_CELLS_IN_CHUNK: Final = 20_000
"""A task for each thousand cells, as `read_lazy` makes them, spends most of its time on itself."""

_CONNECT = f"""
import anndata, distributed, h5py
client = distributed.Client({{address!r}}, timeout=30)
lazy = anndata.experimental.read_lazy({{path!r}})
chunks = min({_CELLS_IN_CHUNK}, lazy.n_obs), lazy.n_vars
lazy.X = anndata.experimental.read_elem_lazy(h5py.File({{path!r}}, "r")["X"], chunks=chunks)
"""


@dataclass(frozen=True)
class Lazy:
    """Seconds from showing it until it is drawn, and of a gene; the peak of the kernel's memory."""

    drawn: float
    gene: float
    peak_bytes: int


def lazy_genes(server: OwnServer, path: Path, genes: int, *, processes: bool = True) -> Lazy:
    """Show an ``.h5ad`` lazily on a cluster, and read so many genes.

    Parameters
    ----------
    server
        The Jupyter server that the kernel belongs to.
    path
        The file.
    genes
        How many genes.
    processes
        Whether the workers are processes; threads of this one otherwise, which start sooner.
    """
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=WORKERS,
        threads_per_worker=1,
        processes=processes,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=None,
        silence_logs=40,
    ) as cluster:
        return asyncio.run(_measure(server, cluster.scheduler_address, path, genes))


async def _measure(server: OwnServer, address: str, path: Path, genes: int) -> Lazy:
    async with kernel_of(server, before=_BEGIN) as kernel:
        await kernel.run(_CONNECT.format(address=address, path=str(path)))
        page = await kernel.show("show_anndata(lazy)")
        _, drawn = await asyncio.to_thread(page.open)
        seconds = [(await asyncio.to_thread(page.gene, n)).seconds for n in range(genes)]
        peak = await kernel.ask("print(peak())")
        await kernel.run("viewer.stop(); client.close()")
    return Lazy(drawn, statistics.median(seconds), peak)
