from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.array as da
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import zarr
from anndata.io import sparse_dataset, write_elem

from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.genes.genes import Genes

from .reading import X, expression, genes, identity, make, read_json

FORMS: dict[str, Callable[[Any], Any]] = {
    "dense": np.array,
    "dense by gene": np.asfortranarray,
    "dense integer": lambda x: x.astype(np.int64),
    "dense double": lambda x: x.astype(np.float64),
    "csr": sp.csr_matrix,
    "csc": sp.csc_matrix,
    "csr array": sp.csr_array,
    "csc array": sp.csc_array,
    "csr integer": lambda x: sp.csr_matrix(x.astype(np.int32)),
    "dense half": lambda x: x.astype(np.float16),
    "dense with gaps": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
    "dense backwards": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
}

STORES: dict[str, Callable[[Path], Any]] = {
    "hdf5": lambda folder: h5py.File(folder / "x.h5", "w"),
    "zarr": lambda folder: zarr.open_group(folder / "x.zarr", mode="w"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_x_gives_the_same(form: str) -> None:
    source = open_source(make(x=FORMS[form](X)))
    assert genes(source) == ["g0", "g1", "g2"]
    for place, gene in enumerate(genes(source)):
        for _ in range(2):
            assert expression(source, gene) == X[:, place].tolist()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("form", ["dense", "csr", "csc", "half csr", "half csc"])
def test_a_matrix_in_a_file(store: str, form: str, tmp_path: Path) -> None:
    """More than is read at once, and no whole number of its chunks."""
    x = np.random.default_rng(0).poisson(1, size=(1001, 601)).astype(np.float32)
    file = STORES[store](tmp_path)
    written = x if form == "dense" else FORMS[form[-3:]](x)
    write_elem(file, "x", written, dataset_kwargs={"chunks": (10_007,)} if form != "dense" else {})
    if form.startswith("half"):
        write_elem(file["x"], "data", file["x"]["data"][...].astype(np.float16))
    genes = Genes(file["x"] if form == "dense" else sparse_dataset(file["x"]))
    for gene in (0, 300, 600):
        np.testing.assert_array_equal(genes.column(gene), x[:, gene])
    assert genes.wait_until_built(30)
    for gene in (0, 300, 600):
        found = genes.column(gene)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, x[:, gene])
    genes.close()


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_a_file_that_was_closed(form: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        write_elem(file, "x", FORMS[form](X))
        read, unread = (
            Genes(file["x"] if form == "dense" else sparse_dataset(file["x"])) for _ in range(2)
        )
        assert read.column(1).tolist() == X[:, 1].tolist()
        # What is in order by now could still be read.
        read.close()
    for closed in (read, unread):
        with pytest.raises(DatasetError, match="expression can't be read: its file was closed"):
            closed.column(1)
    with pytest.raises(DatasetError, match="its file was closed"):
        unread.wait_until_built(30)


@pytest.mark.parametrize("dtype", [np.complex64, object])
def test_what_is_no_number(dtype: Any) -> None:
    with pytest.raises(DatasetError, match="can't be shown as numbers"):
        Genes(X.astype(dtype)).column(0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_what_float32_cannot_hold_is_infinite(form: str) -> None:
    x = np.array([[1e300, 1.0], [-1e300, np.nan], [np.inf, 1e-300]])
    genes = Genes(FORMS[form](x))
    assert genes.column(0).tolist() == [np.inf, -np.inf, np.inf]
    np.testing.assert_array_equal(genes.column(1), np.array([1, np.nan, 0], dtype=np.float32))


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_more_genes_than_are_kept(form: str) -> None:
    x = np.random.default_rng(0).poisson(1, size=(6, 90)).astype(np.float32)
    source = open_source(make(x=FORMS[form](x)))
    for place in [*range(90), *range(90)]:
        assert expression(source, f"g{place}") == x[:, place].tolist()


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_a_view(form: str) -> None:
    adata = make({"size": range(6), "kind": list("aabbcc")}, FORMS[form](X))
    source = open_source(adata[::2, [2, 0]])
    assert (source.n_cells, source.n_vars) == (3, 2)
    assert genes(source) == ["g2", "g0"]
    assert expression(source, "g2") == X[::2, 2].tolist()


def test_missing_expression_stays_missing() -> None:
    x = X.copy()
    x[1, 1] = np.nan
    found = expression(open_source(make(x=x)), "g1")
    np.testing.assert_array_equal(found, x[:, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_a_masked_matrix(dtype: type) -> None:
    masked = np.ma.masked_array(X.astype(dtype), mask=X == 7)
    found = expression(open_source(make(x=masked)), "g0")
    np.testing.assert_array_equal(found, np.where(X[:, 0] == 7, np.nan, X[:, 0]))


def test_masked_blocks_of_dask() -> None:
    masked = np.ma.masked_array(X, mask=X == 7)
    lazy = Genes(da.from_array(masked, chunks=(4, 2)))
    expected = np.where(X == 7, np.nan, X)
    np.testing.assert_array_equal(lazy.column(0), expected[:, 0])
    np.testing.assert_array_equal(lazy.columns([0, 2]), expected[:, [0, 2]].T)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_genes_without_a_name(missing: Any, dtype: Any) -> None:
    adata = make()
    adata.var["symbol"] = pd.Series(["CD3D", missing, "g1"], adata.var_names, dtype)
    source = open_source(adata, gene_id_column="symbol")
    assert genes(source) == ["CD3D", "g1", "g1-1"]
    assert expression(source, "g1") == X[:, 1].tolist()
    assert identity(source)["notes"] == [
        "1 genes have no name in 'symbol' and are called as in the index of var, such as 'g1'",
        "1 genes have the name of another one and got a number, such as 'g1-1' for 'g1'",
    ]


def test_the_number_of_genes_is_that_of_the_matrix() -> None:
    adata = make()
    adata.raw = adata
    source = open_source(adata[:, :2].copy(), expression="raw")
    assert (source.n_vars, identity(source)["stats"]["n_vars"]) == (3, 3)
    assert expression(source, "g2") == X[:, 2].tolist()
    assert open_source(make(x=None)).n_vars == 0


def test_names_that_stand_twice_are_told_apart() -> None:
    x = np.arange(30, dtype=np.float32).reshape(6, 5)
    with pytest.warns(UserWarning, match="not unique"):
        adata = make(x=x, genes=["A", "B", "A", "A", "A-1"])
    source = open_source(adata)
    assert genes(source) == ["A", "B", "A-2", "A-3", "A-1"]
    for place, gene in enumerate(genes(source)):
        assert expression(source, gene) == x[:, place].tolist()


def test_the_first_names_that_stand_twice() -> None:
    with pytest.warns(UserWarning, match="not unique"):
        adata = make(genes=["A", "A", "A"])
    assert genes(open_source(adata)) == ["A", "A-1", "A-2"]


def test_genes_whose_files_would_collide() -> None:
    names = ["HLA-A", "hla-a", "HLA/A", "HLA A", "..", "."]
    x = np.arange(36, dtype=np.float32).reshape(6, 6)
    source = open_source(make(x=x, genes=names))
    for place, gene in enumerate(names):
        assert expression(source, gene) == x[:, place].tolist()


def test_without_x() -> None:
    source = open_source(make(x=None))
    assert identity(source)["stats"]["n_genes"] == 0
    for path in ("var_manifest.json", "var/g0.values.f32"):
        with pytest.raises(FileNotFoundError):
            source.read(path)


def test_without_genes() -> None:
    source = open_source(make(x=np.zeros((6, 0), dtype=np.float32)))
    assert genes(source) == []


def test_the_manifest_describes_plain_float32() -> None:
    manifest = read_json(open_source(make()), "var_manifest")
    assert (manifest["_format"], manifest["n_points"]) == ("compact_v1", 6)
    assert (manifest["compression"], manifest["quantization"]) == (None, None)
    schema = manifest["_varSchema"]
    assert (schema["kind"], schema["dtype"], schema["quantized"]) == (
        "continuous",
        "float32",
        False,
    )
    assert manifest["_files"] == {}
