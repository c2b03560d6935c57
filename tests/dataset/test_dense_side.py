"""Genes out of a dense matrix in a file: read, put in order, and everything in between."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import h5py
import numpy as np
import numpy.typing as npt
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from cellucid_ext.dataset import DatasetError
from cellucid_ext.dataset.genes.dense_file import DenseFile
from cellucid_ext.dataset.genes.dense_major import DenseMajor
from cellucid_ext.dataset.genes.genes import Genes

from .test_gene_major import LONG, PROMPT_SECONDS, run, temporary_files

SECONDS = 30.0
"""After so long, what should come does not."""

Array = npt.NDArray[Any]
Chunks = tuple[int, int] | None


def hdf5(values: Array, chunks: Chunks = None) -> Any:
    """A file in memory; cell after cell where there are no chunks."""
    file = h5py.File(f"{uuid4()}", "w", driver="core", backing_store=False)
    packed = {"chunks": chunks, "compression": "gzip", "compression_opts": 1} if chunks else {}
    return file.create_dataset("x", data=values, **packed)


def zarr_array(values: Array, chunks: Chunks = None) -> Any:
    return zarr.array(values, chunks=chunks or (1, values.shape[1]))


class Seen:
    """A matrix of which it is known how often each of its chunks was read."""

    def __init__(self, matrix: Any) -> None:
        self.matrix, self.shape, self.dtype = matrix, matrix.shape, matrix.dtype
        self.chunks = matrix.chunks
        self._chunk = self.chunks or (1, self.shape[1])
        counts = [-(-of // by) for of, by in zip(self.shape, self._chunk, strict=True)]
        self.times = np.zeros(counts, dtype=int)

    def __getitem__(self, key: Any) -> Any:
        cells, genes = key
        ends = cells, genes if isinstance(genes, slice) else slice(genes, genes + 1)
        self.times[
            tuple(
                slice(end.start // by, -(-end.stop // by))
                for end, by in zip(ends, self._chunk, strict=True)
            )
        ] += 1
        return self.matrix[key]


def float32(values: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(np.float32)


def all_of(genes: Genes | DenseMajor, n_genes: int) -> Array:
    return np.stack([genes.column(gene) for gene in range(n_genes)], axis=1)


def normal(n_cells: int, n_genes: int) -> Array:
    return np.random.default_rng(0).standard_normal((n_cells, n_genes), dtype=np.float32)


DTYPES = st.sampled_from(["f2", "f4", "f8", "i1", "u2", "i8", "?", ">f4"])
SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 9))
VALUES = DTYPES.flatmap(lambda dtype: stn.arrays(dtype, SHAPES))


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("store", [hdf5, zarr_array])
@given(values=VALUES, data=st.data())
@settings(deadline=None, max_examples=25)
def test_every_gene_read_and_in_order(
    store: Callable[..., Any], values: Array, data: st.DataObject
) -> None:
    n_cells, n_genes = values.shape
    chunk = st.tuples(st.integers(1, n_cells), st.integers(1, n_genes))
    matrix = store(values, data.draw(st.none() | chunk, label="chunk"))
    block_values = data.draw(st.integers(1, 60), label="block_values")
    place = st.integers(0, n_genes - 1)
    places = data.draw(st.lists(place, min_size=1, unique=True).map(sorted), label="places")
    looked = DenseMajor(DenseFile(matrix), block_values=block_values)
    looked.close()
    np.testing.assert_array_equal(all_of(looked, n_genes), float32(values))
    np.testing.assert_array_equal(looked.columns(np.array(places)), float32(values[:, places].T))
    for budget in (2**30, 0):
        seen = Seen(matrix)
        genes = DenseMajor(DenseFile(seen), budget, block_values)
        assert genes.wait_until_built(SECONDS)
        np.testing.assert_array_equal(all_of(genes, n_genes), float32(values))
        # To put it in order, and never after that.
        assert (seen.times == 1).all()


LARGE: dict[str, Callable[[], Any]] = {
    "by cell": lambda: hdf5(normal(1100, 1000)),
    "chunks": lambda: hdf5(normal(1100, 1000), (128, 960)),
    "chunks of few cells": lambda: hdf5(normal(1100, 1000), (3, 960)),
    "one chunk": lambda: hdf5(normal(1100, 1000), (1100, 1000)),
    "zarr": lambda: zarr_array(normal(1100, 1000), (300, 1000)),
}


@pytest.mark.parametrize("stored", LARGE)
def test_what_is_stored_by_cell_is_read_once(stored: str) -> None:
    """More than is read at once, and no whole number of chunks."""
    seen, values = Seen(LARGE[stored]()), normal(1100, 1000)
    genes = Genes(seen)
    assert genes.at_once() > 1000
    np.testing.assert_array_equal(genes.column(7), values[:, 7])
    for each in threading.enumerate():
        if each.name == "cellucid-genes":
            each.join(SECONDS)
    assert genes.at_once() == 1
    assert genes.wait_until_built(0)
    held = seen.times.copy()
    for gene in (0, 7, 959, 960, 999):
        np.testing.assert_array_equal(genes.column(gene), values[:, gene])
    np.testing.assert_array_equal(genes.columns([5, 999]), values[:, [5, 999]].T)
    assert (seen.times == held).all()
    genes.close()
    seen.times[:] = 0
    chosen = [3, *range(200, 700), 998]
    np.testing.assert_array_equal(genes.columns(chosen), values[:, chosen].T)
    assert (seen.times == 1).all()


def test_chunks_without_what_is_asked_for_are_not_read() -> None:
    values = normal(300, 3000)
    seen = Seen(hdf5(values, (300, 500)))
    genes = DenseMajor(DenseFile(seen))
    np.testing.assert_array_equal(genes.columns(np.array([3, 2999])), values[:, [3, 2999]].T)
    assert seen.times.tolist() == [[1, 0, 0, 0, 0, 1]]


NOT_BY_CELL: dict[str, Callable[[], Any]] = {
    "small": lambda: hdf5(normal(100, 50)),
    "chunks of a gene": lambda: hdf5(normal(1100, 1000), (1100, 1)),
    "zarr, chunks of few genes": lambda: zarr_array(normal(300_000, 8), (300_000, 4)),
    "in memory": lambda: normal(1100, 1000),
    "in memory by gene": lambda: np.asfortranarray(normal(1100, 1000)),
}


@pytest.mark.parametrize("stored", NOT_BY_CELL)
def test_what_is_not_stored_by_cell_stays_where_it_is(stored: str) -> None:
    matrix = NOT_BY_CELL[stored]()
    genes = Genes(matrix)
    before = set(threading.enumerate())
    genes.column(3)
    assert genes.wait_until_built(SECONDS)
    assert "cellucid-genes" not in {each.name for each in set(threading.enumerate()) - before}
    assert genes.at_once() == 1
    matrix[:, 3] = 1
    assert (genes.column(3) == 1).all()
    assert (genes.columns([2, 3])[1] == 1).all()


def test_several_genes_at_once() -> None:
    values = normal(2000, 40)
    genes = DenseMajor(DenseFile(hdf5(values)), block_values=800)
    together = threading.Barrier(8)

    def read(gene: int) -> Array:
        together.wait(SECONDS)
        return genes.column(gene)

    with ThreadPoolExecutor(8) as pool:
        found = np.stack(list(pool.map(read, range(40))), axis=1)
    np.testing.assert_array_equal(found, values)


def test_what_is_in_a_file_goes_with_it() -> None:
    values, before = normal(1000, 20), temporary_files()
    genes = DenseMajor(DenseFile(hdf5(values)), budget=0, block_values=500)
    genes.column(0)
    assert genes.wait_until_built(SECONDS)
    assert temporary_files() == before + 1
    genes.close()
    assert temporary_files() == before
    np.testing.assert_array_equal(all_of(genes, 20), values)
    assert not genes.wait_until_built(SECONDS)


def test_the_building_ends_when_it_is_closed() -> None:
    genes = DenseMajor(DenseFile(hdf5(np.zeros((LONG, 5)))), block_values=1)
    before = set(threading.enumerate())
    assert not genes.wait_until_built(0)
    [builder] = set(threading.enumerate()) - before
    genes.close()
    builder.join(PROMPT_SECONDS - 5)
    assert not builder.is_alive()
    assert not genes.built


def test_the_building_of_a_large_block_ends_when_it_is_closed() -> None:
    seen = Seen(hdf5(np.zeros((2, 20_000)), (2, 1)))
    genes = DenseMajor(DenseFile(seen), block_values=1)
    assert not genes.wait_until_built(0)
    genes.close()
    assert (seen.times == 0).any()


def test_what_is_let_go_is_not_kept_by_the_building() -> None:
    seen = Seen(hdf5(np.zeros((LONG, 5))))
    gone = threading.Event()
    weakref.finalize(seen, gone.set)
    genes = DenseMajor(DenseFile(seen), block_values=1)
    assert not genes.wait_until_built(0)
    del seen, genes
    gc.collect()
    assert gone.wait(PROMPT_SECONDS)


def test_a_process_may_end_while_it_is_built(tmp_path: Path) -> None:
    code = """
import sys, h5py, numpy as np, zarr
from cellucid_ext.dataset.genes.dense_file import DenseFile
from cellucid_ext.dataset.genes.dense_major import DenseMajor
values = np.zeros((20_000, 10))
stored = h5py.File(sys.argv[1], "w").create_dataset("x", data=values)
chunked = zarr.array(values, chunks=(1000, 10))
for matrix in (stored, chunked):
    genes = DenseMajor(DenseFile(matrix), block_values=1 if matrix is stored else 10_000)
    print(genes.wait_until_built(0.05 if matrix is stored else 0))
"""
    assert run(code, tmp_path / "x.h5") == "False\nFalse\n"


def test_a_disk_that_is_full_ends_the_building() -> None:
    code = """
import resource, warnings
import h5py, numpy as np
from cellucid_ext.dataset.genes.dense_file import DenseFile
from cellucid_ext.dataset.genes.dense_major import DenseMajor
resource.setrlimit(resource.RLIMIT_FSIZE, (18_000, 18_000))
values = np.random.default_rng(0).random((1000, 10), dtype="f4")
file = h5py.File("x", "w", driver="core", backing_store=False)
genes = DenseMajor(DenseFile(file.create_dataset("x", data=values)), 0, block_values=1000)
with warnings.catch_warnings(record=True) as told:
    print(genes.wait_until_built(30), len(told), "TMPDIR" in str(told[0].message))
for gene in range(10):
    np.testing.assert_array_equal(genes.column(gene), values[:, gene])
"""
    assert run(code) == "False 1 True\n"


def test_a_file_that_was_closed() -> None:
    matrix = hdf5(normal(1100, 1000))
    read, unread = Genes(matrix), Genes(matrix)
    read.column(0)
    read.close()
    matrix.file.close()
    for ask in (
        lambda: read.column(0),
        lambda: read.columns([0]),
        lambda: unread.column(0),
        unread.at_once,
        lambda: unread.wait_until_built(SECONDS),
    ):
        with pytest.raises(DatasetError, match="expression can't be read: its file was closed"):
            ask()
