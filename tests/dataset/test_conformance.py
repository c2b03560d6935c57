"""One dataset as each of the sources: every file has the same bytes."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import dask.array as da
import h5py
import mudata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from anndata import AnnData
from anndata.experimental import read_lazy
from mudata import MuData

from cellucid_ext import prepare
from cellucid_ext.dataset import Source, open_source

from .reading import body, identity

N, GENES = 300, 30
NAME = "pbmc"
REFERENCE = "in memory, by row"
IDENTITY = "dataset_identity.json"


def make() -> AnnData:
    """A few cells with all that is hard to keep apart."""
    random = np.random.default_rng(5)
    x = random.poisson(0.4, (N, GENES)).astype(np.float32)
    kinds = pd.Categorical(
        [None, "T cell", "B/cell", "é"] * (N // 4), categories=["é", "T cell", "unused", "B/cell"]
    )
    columns: dict[str, Any] = {
        "kind": kinds,
        "by number": pd.Categorical(random.integers(0, 12, N)),
        "text": [f"batch {i % 7}" for i in range(N)],
        "each its own": [f"{i:x}" for i in range(N)],
        "flag": random.random(N) < 0.5,
        "always": np.ones(N, dtype=bool),
        "count": pd.array([1, None, 3] * (N // 3), dtype="Int64"),
        "small": pd.array([1, None, 3] * (N // 3), dtype="UInt8"),
        "perhaps": pd.array([True, None, False] * (N // 3), dtype="boolean"),
        "size": np.where(random.random(N) < 0.1, np.nan, random.normal(size=N)),
        "half": random.random(N).astype(np.float16),
        "large": random.integers(2**60, 2**61, N),
        "complex": random.random(N) * 1j,
    }
    index = [f"cell-{i}" for i in random.permutation(N)]
    names = [f"gene/{i}" for i in range(GENES - 3)] + ["twice", "twice", "Twice"]
    umap = random.normal(size=(N, 2)).astype(np.float32)
    umap[3], umap[4, 0] = np.nan, np.inf
    near = sp.random(N, N, 0.02, format="csr", random_state=6, dtype=np.float32)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Variable names are not unique")
        adata = AnnData(
            sp.csr_matrix(x),
            obs=pd.DataFrame(columns, index=index),
            var=pd.DataFrame({"symbol": [f"s{i}" for i in range(GENES)]}, index=names),
            obsm={
                "X_umap": umap,
                "X_umap_3d": random.normal(size=(N, 3)),
                "X_pca": random.normal(size=(N, 8)).astype(np.float32),
                "velocity_umap": random.normal(size=(N, 2)),
                "a frame": pd.DataFrame({"a": random.random(N)}, index=index),
                "sparse": sp.random(N, 2, 0.5, format="csr", random_state=6),
            },
            obsp={"connectivities": near + near.T},
            layers={"counts": sp.csr_matrix(x * 3)},
            uns={"kind_colors": np.array(["#ff0000", "#00ff00", "#0000ff", "#123456"])},
        )
        adata.raw = AnnData(sp.csr_matrix(x + 1), obs=adata.obs, var=adata.var)
    return adata


def with_matrices(adata: AnnData, form: Callable[[Any], Any]) -> AnnData:
    """The same with its matrices in another form."""
    other = adata.copy()
    other.X, other.layers["counts"] = form(adata.X), form(adata.layers["counts"])
    return other


def with_mudata(adata: AnnData) -> MuData:
    # It knows no complex numbers.
    adata.obs = adata.obs.drop(columns="complex")
    protein = AnnData(np.ones((N, 2), dtype=np.float32), obs=pd.DataFrame(index=adata.obs_names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MuData({"rna": adata, "protein": protein})


def view(adata: AnnData, _: Path) -> AnnData:
    with anndata.settings.override(remove_unused_categories=False):
        return adata[[*range(N), 0, 1]].copy()[:N]


def h5ad(adata: AnnData, folder: Path) -> Path:
    adata.copy().write_h5ad(folder / "pbmc.h5ad")
    return folder / "pbmc.h5ad"


def zarr_folder(adata: AnnData, folder: Path, version: int = 2) -> Path:
    with anndata.settings.override(zarr_write_format=version), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        adata.copy().write_zarr(folder / "pbmc.zarr")
    return folder / "pbmc.zarr"


def zarr_zip(adata: AnnData, folder: Path) -> Path:
    made = zarr_folder(adata, folder)
    return Path(shutil.make_archive(str(made), "zip", made))


def h5mu(adata: AnnData, folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with_mudata(adata.copy()).write_h5mu(folder / "pbmc.h5mu")
    return folder / "pbmc.h5mu"


def mudata_zarr(adata: AnnData, folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mudata.write_zarr(folder / "pbmc.zarr", with_mudata(adata.copy()))
    return folder / "pbmc.zarr"


def dense(matrix: Any) -> Any:
    return np.asarray(matrix.todense())


def chunks(matrix: Any) -> Any:
    return da.from_array(matrix, chunks=(N // 4, GENES // 2))


def sparse_chunks(matrix: Any) -> Any:
    return da.from_array(matrix, chunks=(N // 4, GENES), asarray=False)


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")

Made = Callable[[AnnData, Path], Any]
SOURCES: dict[str, Made] = {
    REFERENCE: lambda adata, _: adata,
    "in memory, by gene": lambda adata, _: with_matrices(adata, sp.csc_matrix),
    "in memory, sparse arrays": lambda adata, _: with_matrices(adata, sp.csr_array),
    "in memory, dense": lambda adata, _: with_matrices(adata, dense),
    "a view": view,
    "backed": lambda adata, folder: anndata.read_h5ad(h5ad(adata, folder), backed="r"),
    "h5ad, by row": h5ad,
    "h5ad, by gene": lambda adata, folder: h5ad(with_matrices(adata, sp.csc_matrix), folder),
    "h5ad, dense": lambda adata, folder: h5ad(with_matrices(adata, dense), folder),
    "zarr 2": zarr_folder,
    "zarr 3": lambda adata, folder: zarr_folder(adata, folder, 3),
    "zarr zip": zarr_zip,
    "lazily of h5ad": lambda adata, folder: read_lazy(h5py.File(h5ad(adata, folder))),
    "lazily of zarr": lambda adata, folder: read_lazy(zarr_folder(adata, folder)),
    "dask": lambda adata, _: with_matrices(adata, lambda matrix: chunks(dense(matrix))),
    "dask, sparse": lambda adata, _: with_matrices(adata, sparse_chunks),
    "mudata": lambda adata, _: with_mudata(adata.copy()),
    "h5mu": h5mu,
    "mudata zarr": mudata_zarr,
}


def open_as(made: str, data: Any, **options: Any) -> Source:
    if "mu" in made:
        options["modality"] = "rna"
    return open_source(data, name=NAME, **options)


@pytest.fixture(scope="module", name="adata")
def _adata() -> AnnData:
    return make()


@pytest.fixture(scope="module", name="reference")
def _reference(adata: AnnData) -> Source:
    return open_source(adata, name=NAME, latent="X_pca")


@pytest.fixture(scope="module", name="files")
def _files(reference: Source) -> list[str]:
    """Each file that the manifests name, and these."""
    return list(reference.files)  # type: ignore[attr-defined]


@pytest.mark.parametrize("made", SOURCES)
def test_every_file_is_the_same(
    made: str, adata: AnnData, reference: Source, files: list[str], tmp_path: Path
) -> None:
    data = SOURCES[made](adata, tmp_path)
    source = open_as(made, data, latent="X_pca")
    for path in files:
        if path != IDENTITY:
            assert body(source, path) == body(reference, path), path
    found, expected = said(source), said(reference)
    if "mu" in made:
        found["left_out"].append(expected["left_out"][0])
    assert found == expected
    for expression in ("raw", "layer:counts"):
        other = open_as(made, data, expression=expression)
        same = open_source(adata, name=NAME, expression=expression)
        for path in ("var_manifest.json", "var/gene_1.values.f32", "var/twice-1.values.f32"):
            assert body(other, path) == body(same, path), (expression, path)


def test_a_prepared_folder_is_the_same(
    adata: AnnData, reference: Source, files: list[str], tmp_path: Path
) -> None:
    folder = prepare(adata, tmp_path / NAME, name=NAME, latent="X_pca", progress=False)
    source = open_source(folder)
    for path in files:
        if path.endswith("_manifest.json"):
            assert json.loads(body(source, path)) == json.loads(body(reference, path)), path
        # What others have in a file of its own stands in its manifests at any number of cells.
        elif path != IDENTITY and path != "rows.json" and not path.endswith(".centroids.json"):
            assert body(source, path) == body(reference, path), path
    found, expected = said(source), said(reference)
    del found["export_settings"], expected["export_settings"]
    assert found == expected


def said(source: Source) -> dict[str, Any]:
    """The identity, but for what is another one each time."""
    found = identity(source)
    for key in ("created_at", "revision", "source"):
        found.pop(key, None)
    return found
