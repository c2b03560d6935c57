"""Genes out of a row-compressed matrix: looked for, put in order, and everything in between."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp
from anndata.io import sparse_dataset, write_elem
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext.dataset.genes.compressed import Compressed
from cellucid_ext.dataset.genes.gene_major import GeneMajor
from cellucid_ext.dataset.genes.genes import Genes
from cellucid_ext.dataset.genes.room import free_memory, roomy_folder
from cellucid_ext.dataset.source import DatasetError

SECONDS = 30.0
"""After so long, what should come does not."""


@dataclass
class Sparse:
    """Values as they stand in the arrays: in any order in a row, some more than once."""

    shape: tuple[int, int]
    rows: npt.NDArray[np.int64]
    genes: npt.NDArray[np.int64]
    values: npt.NDArray[Any]

    def dense(self) -> npt.NDArray[np.float32]:
        sums = np.zeros(self.shape, dtype=self.values.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            np.add.at(sums, (self.rows, self.genes), self.values)
            return sums.astype(np.float32)

    def arrays(self, by: str) -> tuple[npt.NDArray[Any], ...]:
        major, minor = (self.rows, self.genes) if by == "csr" else (self.genes, self.rows)
        n_major = self.shape[0 if by == "csr" else 1]
        order = np.argsort(major, kind="stable")
        indptr = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=n_major))])
        return self.values[order], minor[order], indptr

    def compressed(self, by: str, kind: Any = None, index: Any = np.int32) -> Any:
        values, minor, indptr = self.arrays(by)
        kind = kind or getattr(sp, f"{by}_matrix")
        made = kind((values, minor.astype(index), indptr.astype(index)), shape=self.shape)
        made.indices, made.indptr = minor.astype(index), indptr.astype(index)
        return made


@st.composite
def sparse(draw: st.DrawFn) -> Sparse:
    shape = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    n = draw(st.integers(0, 40))
    rows = draw(st.lists(st.integers(0, shape[0] - 1), min_size=n, max_size=n))
    genes = draw(st.lists(st.integers(0, shape[1] - 1), min_size=n, max_size=n))
    dtype = np.dtype(draw(st.sampled_from(["f4", "f8", "i1", "u2", "i8", "?", ">f4"])))
    number = st.sampled_from([0.0, -1.5, 2.25, np.nan, np.inf, -np.inf, 3e38])
    if dtype.kind in "iu":
        number = st.integers(0, 100)
    elif dtype.kind == "b":
        number = st.booleans()
    values = np.array(draw(st.lists(number, min_size=n, max_size=n)), dtype=dtype)
    return Sparse(shape, np.array(rows, dtype=np.int64), np.array(genes, dtype=np.int64), values)


def some(n_cells: int, n_genes: int, per_cell: int) -> Sparse:
    """As many values in each cell."""
    random = np.random.default_rng(0)
    rows = np.repeat(np.arange(n_cells), per_cell)
    genes = random.integers(0, n_genes, n_cells * per_cell)
    return Sparse((n_cells, n_genes), rows, genes, random.random(len(rows), dtype=np.float32))


def all_of(genes: Genes | GeneMajor, n_genes: int) -> npt.NDArray[np.float32]:
    return np.stack([genes.column(gene) for gene in range(n_genes)], axis=1)


def temporary_files() -> int:
    """How many files this process has open that no folder has."""
    links = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:
            continue
    return sum(link.endswith("(deleted)") for link in links)


def looked_for(genes: GeneMajor) -> None:
    genes.close()


def built(genes: GeneMajor) -> None:
    assert genes.wait_until_built(SECONDS)


@pytest.mark.parametrize(("state", "budget"), [(looked_for, 0), (built, 2**30), (built, 0)])
@given(matrix=sparse(), block=st.integers(1, 50), index=st.sampled_from([np.int32, np.int64]))
@settings(deadline=None, max_examples=60)
def test_every_gene_of_a_row_compressed_matrix(
    state: Callable[[GeneMajor], None],
    budget: int,
    matrix: Sparse,
    block: int,
    index: Any,
) -> None:
    compressed = Compressed(matrix.compressed("csr", index=index))
    genes = GeneMajor(compressed, budget=budget, block_values=block)
    state(genes)
    np.testing.assert_array_equal(all_of(genes, matrix.shape[1]), matrix.dense())


@pytest.mark.filterwarnings("error")
@given(
    matrix=sparse(),
    kind=st.sampled_from([sp.csr_matrix, sp.csr_array, sp.csc_matrix, sp.csc_array]),
)
@settings(deadline=None, max_examples=60)
def test_every_gene_while_it_is_built(matrix: Sparse, kind: Any) -> None:
    genes = Genes(matrix.compressed(kind.__name__[:3], kind))
    for _ in range(2):
        np.testing.assert_array_equal(all_of(genes, matrix.shape[1]), matrix.dense())


@pytest.mark.parametrize("dtype", ["<f2", ">f2"])
def test_half_precision_is_added_as_single(dtype: str) -> None:
    """As it is, 2048 + 1 is 2048; and what is built gives what is looked for."""
    x = sp.csr_matrix((3, 2), dtype=np.float32)
    x.data, x.indices = np.array([2048, 1, 1, 5], dtype=dtype), np.array([1, 1, 1, 0])
    x.indptr = np.array([0, 3, 3, 4])
    genes = GeneMajor(Compressed(x))
    assert genes.column(1).tolist() == [2050, 0, 0]
    assert genes.wait_until_built(SECONDS)
    assert genes.column(1).tolist() == [2050, 0, 0]


@pytest.mark.parametrize("budget", [2**30, 0])
def test_some_blocks_are_built_and_some_are_not(budget: int) -> None:
    matrix = some(100, 7, 5)
    compressed = matrix.compressed("csr")
    # The building ends where there is no such gene; to look for one goes on.
    compressed.indices[300] = 99
    matrix.genes[300], matrix.values[300] = 0, 0
    before = temporary_files()
    genes = GeneMajor(Compressed(compressed), budget=budget, block_values=20)
    assert not genes.wait_until_built(SECONDS)
    assert temporary_files() == before + (budget == 0)
    np.testing.assert_array_equal(all_of(genes, 7), matrix.dense())


def test_a_large_matrix_is_put_in_order_in_a_file_that_goes_with_it() -> None:
    matrix = some(200_000, 5, 1)
    before = temporary_files()
    genes = GeneMajor(Compressed(matrix.compressed("csr")), budget=0)
    genes.column(0)
    built(genes)
    assert temporary_files() == before + 1
    np.testing.assert_array_equal(all_of(genes, 5), matrix.dense())
    genes.close()
    assert temporary_files() == before
    np.testing.assert_array_equal(all_of(genes, 5), matrix.dense())


def test_the_matrix_stays_as_it_is() -> None:
    matrix = some(50, 7, 5).compressed("csr")
    before = [array.copy() for array in (matrix.data, matrix.indices, matrix.indptr)]
    genes = Genes(matrix)
    genes.column(0)
    assert genes.wait_until_built(SECONDS)
    after = (matrix.data, matrix.indices, matrix.indptr)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not matrix.has_sorted_indices


def test_several_genes_at_once() -> None:
    matrix = some(2000, 40, 5)
    genes = GeneMajor(Compressed(matrix.compressed("csr")), block_values=50)
    together = threading.Barrier(8)

    def read(gene: int) -> npt.NDArray[np.float32]:
        together.wait(SECONDS)
        return genes.column(gene)

    with ThreadPoolExecutor(8) as pool:
        found = np.stack(list(pool.map(read, range(40))), axis=1)
    np.testing.assert_array_equal(found, matrix.dense())


LONG = 150_000
"""So many cells with a block for each are put in order for longer than `PROMPT_SECONDS`."""
PROMPT_SECONDS = 8.0


def test_the_building_ends_when_it_is_closed() -> None:
    genes = GeneMajor(Compressed(some(LONG, 5, 1).compressed("csr")), block_values=1)
    before = set(threading.enumerate())
    assert not genes.wait_until_built(0)
    [builder] = set(threading.enumerate()) - before
    genes.close()
    genes.close()
    builder.join(PROMPT_SECONDS - 5)
    assert not builder.is_alive()
    assert not genes.wait_until_built(SECONDS)


def test_what_is_closed_before_it_began() -> None:
    matrix = some(10, 5, 1)
    genes = GeneMajor(Compressed(matrix.compressed("csr")))
    genes.close()
    np.testing.assert_array_equal(all_of(genes, 5), matrix.dense())
    assert not genes.wait_until_built(SECONDS)


def test_what_is_let_go_is_not_kept_by_the_building() -> None:
    matrix = some(LONG, 5, 1).compressed("csr")
    gone = threading.Event()
    weakref.finalize(matrix.data, gone.set)
    genes = GeneMajor(Compressed(matrix), block_values=1)
    assert not genes.wait_until_built(0)
    del matrix, genes
    gc.collect()
    assert gone.wait(PROMPT_SECONDS)


def run(code: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_a_process_may_end_while_it_is_built(tmp_path: Path) -> None:
    code = """
import sys, h5py, numpy as np, scipy.sparse as sp
from anndata.io import sparse_dataset, write_elem
from cellucid_ext.dataset.genes.compressed import Compressed
from cellucid_ext.dataset.genes.gene_major import GeneMajor
file = h5py.File(sys.argv[1], "w")
write_elem(file, "X", sp.csr_matrix(np.ones((20_000, 1), dtype="f4")))
genes = GeneMajor(Compressed(sparse_dataset(file["X"])), block_values=1)
print(genes.wait_until_built(0.2))
"""
    assert run(code, tmp_path / "x.h5") == "False\n"


def test_a_process_that_was_forked_need_not_wait() -> None:
    """The thread stays in its parent, where it is told to end by a line of input."""
    code = """
import os, sys, threading, time
import numpy as np, scipy.sparse as sp
from cellucid_ext.dataset.genes.building import Building
begun, go_on = threading.Event(), threading.Event()
def make(budget):
    begun.set(); go_on.wait(30)
    yield 1
building = Building(1, make, 0)
waiting = threading.Thread(target=building.wait_until_built, args=(30,))
waiting.start(); begun.wait(30)
child = os.fork()
if child == 0:
    building.close()
    print(building.wait_until_built(10**6), flush=True)
    os._exit(0)
os.waitpid(child, 0)
go_on.set(); waiting.join(30)
print(building.built)
"""
    assert run(code) == "False\nTrue\n"


@pytest.mark.parametrize("form", ["sparse", "dense"])
def test_no_room_is_said(form: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        if form == "dense":
            file.create_dataset("x", (2**26, 2**20), chunks=(2**16, 2**4), dtype="f4")
            genes = Genes(file["x"])
        else:
            write_elem(file, "x", sp.csr_matrix((1, 3), dtype=np.float32))
            del file["x/data"], file["x/indices"], file["x/indptr"]
            for key, dtype in (("data", "f4"), ("indices", "i8")):
                file["x"].create_dataset(key, (2**46,), chunks=(2**20,), dtype=dtype)
            file["x/indptr"] = [0, 2**46]
            genes = Genes(sparse_dataset(file["x"]))
        with pytest.warns(RuntimeWarning, match=r"no room for [\d,.]+ GB\), so each .* set TMPDIR"):
            assert not genes.wait_until_built(SECONDS)


def test_a_disk_that_is_full_ends_the_building() -> None:
    code = """
import resource, warnings
import numpy as np, scipy.sparse as sp
from cellucid_ext.dataset.genes.compressed import Compressed
from cellucid_ext.dataset.genes.gene_major import GeneMajor
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
dense = np.random.default_rng(0).integers(1, 9, (1000, 10)).astype("f4")
genes = GeneMajor(Compressed(sp.csr_matrix(dense)), budget=0, block_values=1000)
with warnings.catch_warnings(record=True) as told:
    print(genes.wait_until_built(30), len(told), "TMPDIR" in str(told[0].message))
for gene in range(10):
    np.testing.assert_array_equal(genes.column(gene), dense[:, gene])
"""
    assert run(code) == "False 1 True\n"


def test_a_limit_of_memory_is_kept() -> None:
    code = """
import resource
from cellucid_ext.dataset.genes.room import free_memory
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 2**30, taken + 2**30))
free = free_memory()
print(0 < free <= 2**30, free)
taken = bytearray(2**29)
print(0 < free_memory() <= free - 2**29)
"""
    first, _, second = run(code).split()
    assert (first, second) == ("True", "True")


def test_temporary_files_are_put_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_memory()
    assert free is None or free > 0
    assert roomy_folder(1) is not None
    assert roomy_folder(2**60) is None
    monkeypatch.setattr("tempfile.tempdir", "/dev/shm")
    assert roomy_folder(1) != "/dev/shm"


def test_arrays_that_do_not_belong_together() -> None:
    matrix = some(10, 4, 2).compressed("csr")
    matrix.indptr[-1] += 5
    with pytest.raises(DatasetError, match=r"20 values do not belong to the 10 rows"):
        Genes(matrix).column(0)
    matrix = some(10, 4, 2).compressed("csc")
    matrix.indices[0] = 10
    with pytest.raises(DatasetError, match="there are 10"):
        Genes(matrix).column(0)
