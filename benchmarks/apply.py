"""A session of a million cells applied, next to the peer `cellucid` 0.0.9 and to a floor.

Both apply the same file in place, in turn, in processes of their own; the floor is the inflating
of its chunks and the making of arrays of the size of its columns.
"""

from __future__ import annotations

import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from cellucid_ext import SessionWriter
from cellucid_ext.session.codecs import encode_cells, encode_codes
from cellucid_ext.session.container import MAGIC

from .peers import CELLUCID_1, peer_python
from .table import Table

N_GROUPS, N_FIELDS, N_CATEGORIES = 20, 5, 10

# Run by both packages; only the import differs. Every round begins with an AnnData of its own.
_ROUNDS = """
import gc, json, sys, time, warnings
import anndata, numpy as np, pandas as pd
from {package} import CellucidSessionBundle, apply_cellucid_session_to_anndata
warnings.simplefilter("ignore")
file, n, rounds, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
names = [f"cell{{i}}-1" for i in range(n)][::step]
seconds = []
for _ in range(rounds + 1):
    obs = pd.DataFrame({{"depth": np.arange(n, dtype=np.float32)}}, index=names)
    adata = anndata.AnnData(np.zeros((n, 2), dtype=np.float32), obs=obs)
    gc.collect()
    begin = time.perf_counter()
    _, summary = apply_cellucid_session_to_anndata(file, adata, inplace=True, return_summary=True)
    seconds.append(time.perf_counter() - begin)
    assert len(summary.added_obs_columns) == {columns}, summary
print(json.dumps(seconds[1:]))
"""

_MEMORY = """
import json, sys, tracemalloc
import anndata, numpy as np, pandas as pd
from cellucid_ext import apply_cellucid_session_to_anndata
file, n = sys.argv[1], int(sys.argv[2])
names = [f"cell{i}-1" for i in range(n)]
obs = pd.DataFrame({"depth": np.arange(n, dtype=np.float32)}, index=names)
adata = anndata.AnnData(np.zeros((n, 2), dtype=np.float32), obs=obs)
small = adata[:10].copy()
apply_cellucid_session_to_anndata(file, small, inplace=True, dataset_mismatch="skip")
before = adata.obs.memory_usage(index=False).sum()
tracemalloc.start()
apply_cellucid_session_to_anndata(file, adata, inplace=True)
peak = tracemalloc.get_traced_memory()[1]
print(json.dumps([int(peak), int(adata.obs.memory_usage(index=False).sum() - before)]))
"""

_OPEN = """
import json, sys, time
from cellucid_ext import CellucidSessionBundle
seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.perf_counter()
    CellucidSessionBundle(sys.argv[1]).list_chunk_ids()
    seconds.append(time.perf_counter() - begin)
print(json.dumps(seconds))
"""


def _python(python: Path | str, code: str, *arguments: object) -> list[float]:
    command = [str(python), "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr)
    seconds: list[float] = json.loads(done.stdout)
    return seconds


def write_session(path: Path, n: int, *, genes: int = 2, names: bool = False) -> None:
    """Write a session of groups of a tenth of the cells each, and of fields, all at random."""
    rng = np.random.default_rng(1)
    writer = SessionWriter(
        {"sourceType": "jupyter", "datasetId": "benchmark", "cellCount": n, "varCount": genes}
    )
    groups = [
        {
            "id": f"highlight_{i}",
            "type": "lasso",
            "label": f"Group {i}",
            "enabled": True,
            "cellCount": n // 10,
        }
        for i in range(N_GROUPS)
    ]
    page = {"id": "page_1", "name": "Page 1", "color": "#d81b60", "highlightedGroups": groups}
    writer.add_json("highlights/meta", {"pages": [page]}, contributor="highlights-meta")
    fields = [
        {
            "id": f"user_cat_{i}",
            "source": "obs",
            "kind": "category",
            "key": f"field {i}",
            "categories": [f"category {k}" for k in range(N_CATEGORIES)],
            "codesLength": n,
            "codesType": "Uint8Array",
            "isDeleted": False,
            "isPurged": False,
        }
        for i in range(N_FIELDS)
    ]
    overlays = {"userDefinedFields": fields}
    writer.add_json("core/field-overlays", overlays, contributor="field-overlays")
    for group in groups:
        cells = np.sort(rng.choice(n, n // 10, replace=False))
        chunk_id = f"highlights/cells/{group['id']}"
        writer.add_bytes(chunk_id, encode_cells(cells), contributor="highlights-cells")
    for field in fields:
        codes = rng.integers(0, N_CATEGORIES, n).astype(np.uint8)
        chunk_id = f"user-defined/codes/{field['id']}"
        writer.add_bytes(chunk_id, encode_codes(codes), contributor="user-defined-codes")
    if names:
        writer.add_names(f"cell{i}-1" for i in range(n))
    writer.write(path)


def _write_large(path: Path, size: int) -> None:
    """Write a session of 100 uncompressed chunks, whose bytes are a hole in the file."""
    n = 100
    each = size // n
    meta = {"contributorId": "benchmark", "priority": "lazy", "kind": "binary", "codec": "none"}
    meta |= {"label": "bytes", "datasetDependent": False}
    sizes = {"storedBytes": each, "uncompressedBytes": each}
    chunks = [{"id": f"benchmark/{i}", **meta, **sizes} for i in range(n)]
    head = json.dumps({"createdAt": "2026-01-01T00:00:00.000Z", "chunks": chunks}).encode()
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<I", len(head)) + head)
        for _ in range(n):
            file.write(struct.pack("<I", each))
            file.seek(each - 1, os.SEEK_CUR)
            file.write(b"\0")


_FLOOR = """
import json, sys, time, zlib
import numpy as np
from cellucid_ext import CellucidSessionBundle
file, n, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seconds = []
for _ in range(rounds + 1):
    begin = time.perf_counter()
    bundle = CellucidSessionBundle(file)
    for chunk_id in bundle.list_chunk_ids():
        zlib.decompress(bundle.read_chunk_bytes(chunk_id), wbits=31)
    columns = [np.zeros(n, dtype=bool) for _ in range(int(sys.argv[4]))]
    seconds.append(time.perf_counter() - begin)
print(json.dumps(seconds[1:]))
"""


def run(*, quick: bool = False) -> Table:
    """Apply sessions of 1,000,000 cells (20,000 when quick) and return the table."""
    n, rounds = (20_000, 1) if quick else (1_000_000, 7)
    columns = N_GROUPS + N_FIELDS
    ours = _ROUNDS.format(package="cellucid_ext", columns=columns)
    theirs = _ROUNDS.format(package="cellucid", columns=columns)
    peer = peer_python(CELLUCID_1)
    with tempfile.TemporaryDirectory() as name:
        file, named = Path(name) / "plain.cellucid-session", Path(name) / "named.cellucid-session"
        large = Path(name) / "large.cellucid-session"
        write_session(file, n)
        write_session(named, n, names=True)
        _write_large(large, 500_000_000)
        # In turn, so that what else the machine does falls on both.
        turns: dict[str, list[float]] = {"ours": [], "theirs": [], "floor": []}
        for _ in range(1 if quick else 3):
            turns["ours"] += _python(sys.executable, ours, file, n, rounds, 1)
            turns["theirs"] += _python(peer, theirs, file, n, rounds, 1)
            turns["floor"] += _python(sys.executable, _FLOOR, file, n, rounds, columns)
        took = {who: statistics.median(seconds) for who, seconds in turns.items()}
        known = statistics.median(_python(sys.executable, ours, named, n, rounds, 1))
        moved = statistics.median(_python(sys.executable, ours, named, n, rounds, -1))
        opened = statistics.median(_python(sys.executable, _OPEN, large, 5 * rounds))
        peak, added = _python(sys.executable, _MEMORY, file, n)

    table = Table(f"A session applied to {n:,} cells: {N_GROUPS} groups, {N_FIELDS} fields")
    largest = n + 4
    table.add("in place, of the time of cellucid 0.0.9", took["ours"] / took["theirs"], "×", 0.15)
    table.add("in place", 1000 * took["ours"], "ms")
    table.add("in place, cellucid 0.0.9 (peer)", 1000 * took["theirs"], "ms")
    table.add("its chunks inflated and the arrays made (floor)", 1000 * took["floor"], "ms")
    table.add("in place, the cells' names compared", 1000 * known, "ms")
    table.add("rows reversed, found by name", moved, "s", 1.5)
    table.add("a file of 500 MB opened and listed", 1000 * opened, "ms", 10)
    table.add(
        "peak memory, of 2 × the new columns + the largest chunk",
        peak / (2 * added + largest),
        "×",
        1,
    )
    table.add("peak memory", peak / 2**20, "MiB")
    return table
