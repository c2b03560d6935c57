"""A dataset folder written from memory, next to the peer `cellucid` 0.0.9, each in a process.

Both get the same data, and write all its genes: once as float32, and once in 8 bits and gzipped.
Peak memory is what a process held at a time more than before, by Linux (VmHWM).
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .peers import CELLUCID_1, peer_python
from .serving import PIECE
from .shown import MEMORY
from .table import Table

_SECONDS: Final = 7200

_WAYS: Final = {"float32": (None, None), "8 bits, gzip 6": (8, 6)}
"""Bits of a value, and level of gzip."""

_RUN = f"""
import json, shutil, sys, time
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from benchmarks import synthetic
{MEMORY}
{{imports}}
def write(adata, folder, bits, level):
    {{call}}
folder, made = sys.argv[1], []
write(synthetic.in_memory(1000, 100), folder + "-warm", None, None)
adata = synthetic.in_memory({{cells}}, {{genes}})
for bits, level in {tuple(_WAYS.values())}:
    before, begin = mark(), time.perf_counter()
    write(adata, folder, bits, level)
    seconds, memory = time.perf_counter() - begin, peak() - before
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    shutil.rmtree(folder)
    made.append([seconds, memory, size])
print()
print(json.dumps(made))
"""

_OURS = {
    "imports": "from cellucid_ext import prepare",
    "call": "prepare(adata, folder, quantization=bits, compression=level, progress=False)",
}
_THEIRS = {
    "imports": "from cellucid import prepare",
    "call": """prepare(
        obs=adata.obs, var=adata.var, gene_expression=adata.X, X_umap_2d=adata.obsm["X_umap"],
        latent_space=adata.obsm["X_umap"], out_dir=folder, var_quantization=bits,
        obs_continuous_quantization=bits, compression=level)""",
}


@dataclass(frozen=True)
class _Written:
    """How long it took, how much memory more, and how much came out."""

    seconds: float
    memory: int
    size: int


def _written(
    python: Path | str, how: dict[str, str], cells: int, genes: int
) -> dict[str, _Written]:
    """Write the data in each of the ways, in a process of its own."""
    code = _RUN.format(**how, cells=cells, genes=genes)
    with tempfile.TemporaryDirectory(prefix="cellucid-benchmark-") as folder:
        command = [str(python), "-c", code, str(Path(folder, "made"))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode:
        raise RuntimeError(done.stderr)
    made = json.loads(done.stdout.splitlines()[-1])
    return {way: _Written(*numbers) for way, numbers in zip(_WAYS, made, strict=True)}


def _median(rounds: list[dict[str, _Written]], way: str) -> _Written:
    written = [each[way] for each in rounds]
    return _Written(
        statistics.median(each.seconds for each in written),
        max(each.memory for each in written),
        written[0].size,
    )


def _floor(files: int, size: int) -> float:
    """Write so many files of this size with a plain loop; returns the seconds it took."""
    content = memoryview(os.urandom(PIECE) * (size // PIECE + 1))[:size]
    folder = Path(tempfile.mkdtemp(prefix="cellucid-benchmark-"))
    try:
        begin = time.perf_counter()
        for number in range(files):
            (folder / str(number)).write_bytes(content)
        return time.perf_counter() - begin
    finally:
        shutil.rmtree(folder)


def run(*, quick: bool = False) -> Table:
    """Write 1,000,000 × 2,000 (2,000 × 100 when quick) three times and return the table."""
    cells, genes, rounds = (2_000, 100, 1) if quick else (1_000_000, 2_000, 3)
    peer = peer_python(CELLUCID_1)
    ours, theirs = list[dict[str, _Written]](), list[dict[str, _Written]]()
    # In turn, so that what else the machine does falls on both.
    for _ in range(rounds):
        ours.append(_written(sys.executable, _OURS, cells, genes))
        theirs.append(_written(peer, _THEIRS, cells, genes))
    floor = _floor(genes, 4 * cells)

    title = f"A folder of {cells:,} cells × {genes:,} genes, from a CSR, medians of {rounds}"
    table = Table(title)
    for way in _WAYS:
        mine, its = _median(ours, way), _median(theirs, way)
        table.add(f"{way}: of the time of cellucid 0.0.9", mine.seconds / its.seconds, "×", 1)
        table.add(f"{way}", cells / mine.seconds, "cells/s")
        table.add(f"{way}, cellucid 0.0.9 (peer)", cells / its.seconds, "cells/s")
        of_its = mine.memory / max(1, its.memory)
        table.add(f"{way}: memory beyond the data, of cellucid 0.0.9's", of_its, "×", 0.5)
        table.add(f"{way}: memory beyond the data", mine.memory / 1e6, "MB")
        table.add(f"{way}: memory beyond the data, cellucid 0.0.9 (peer)", its.memory / 1e6, "MB")
        table.add(f"{way}: size", mine.size / 1e6, "MB")
        table.add(f"{way}: size, cellucid 0.0.9 (peer)", its.size / 1e6, "MB")
    table.add("float32's files, written by a plain loop (floor)", cells / floor, "cells/s")
    return table
