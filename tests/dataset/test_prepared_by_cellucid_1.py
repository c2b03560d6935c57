"""What cellucid 0.0.9 writes of a dataset, held against what ours plays of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse as sp
from anndata import AnnData

from cellucid_ext.dataset import Source, open_source

from .reading import body, identity, make, read_json

PREPARE = """
import sys, anndata, cellucid
adata = anndata.read_h5ad(sys.argv[1])
cellucid.prepare(
    latent_space=adata.obsm["X_pca"], obs=adata.obs, connectivities=adata.obsp["connectivities"],
    X_umap_2d=adata.obsm["X_umap_2d"], X_umap_3d=adata.obsm["X_umap_3d"],
    vector_fields={key: adata.obsm[key] for key in adata.obsm if not key.startswith("X_")},
    out_dir=sys.argv[2], dataset_name="peer",
)
"""


def dataset() -> AnnData:
    random = np.random.default_rng(12)
    n = 400
    kind = pd.Categorical(random.choice(list("abcde"), n), categories=list("edcbax"))
    few = pd.Categorical(random.choice(list("pq"), n, p=[0.02, 0.98]), categories=["p", "q"])
    missing = pd.Series(kind).where(random.random(n) < 0.8).astype(kind.dtype)
    obs = {"kind": kind, "few": few, "missing": missing.array, "size": random.normal(size=n)}
    latent = np.round(random.normal(size=(n, 6)), 3).astype(np.float32)
    latent[:100] = latent[100:200]
    obsm = {
        "X_pca": latent,
        "X_umap_2d": random.normal(size=(n, 2)).astype(np.float32),
        "X_umap_3d": (random.normal(size=(n, 3)) * 9 + 4).astype(np.float32),
        "velocity_umap_2d": random.normal(size=(n, 2)).astype(np.float32),
        "velocity_umap_3d": random.normal(size=(n, 3)).astype(np.float32),
        "T_fwd_umap": random.normal(size=(n, 2)).astype(np.float32),
    }
    adata = make(obs, None, obsm)
    graph = sp.random(n, n, 0.03, format="csr", random_state=4, dtype=np.float32)
    graph = (graph + sp.eye(n)).tocsr()
    graph.data[::5] = 0
    adata.obsp["connectivities"] = graph
    return adata


@pytest.fixture(scope="module", name="theirs")
def _theirs(peer_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peer")
    dataset().write_h5ad(folder / "data.h5ad")
    command = [peer_python, "-c", PREPARE, folder / "data.h5ad", folder / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module", name="ours")
def _ours() -> Source:
    return open_source(dataset(), name="peer", latent="X_pca")


def json_of(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def floats(data: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(data, dtype="<f4")


def test_the_graph(theirs: Path, ours: Source) -> None:
    manifest = json_of(theirs, "connectivity_manifest")
    # There a cell may be its own neighbour.
    manifest["max_neighbors"] -= 1
    assert read_json(ours, "connectivity_manifest") == manifest
    for name in ("sourcesPath", "destinationsPath"):
        assert body(ours, manifest[name]) == (theirs / manifest[name]).read_bytes()
    stats = json_of(theirs, "dataset_identity")["stats"]
    assert stats["n_edges"] > 1000
    assert {key: identity(ours)["stats"][key] for key in stats} == stats


def test_the_vector_fields(theirs: Path, ours: Source) -> None:
    expected = json_of(theirs, "dataset_identity")["vector_fields"]
    found = identity(ours)["vector_fields"]
    assert found["default_field"] == expected["default_field"] == "velocity_umap"
    assert sorted(found["fields"]) == sorted(expected["fields"])
    for name, field in expected["fields"].items():
        # Ours is 2D where there is one, as for the embeddings.
        assert found["fields"][name] == {**field, "default_dimension": 2}
        for path in field["files"].values():
            np.testing.assert_allclose(
                floats(body(ours, path)), floats((theirs / path).read_bytes()), rtol=1e-6
            )


def test_the_outliers(theirs: Path, ours: Source) -> None:
    expected, found = (
        each["_obsSchemas"]["categorical"]
        for each in (json_of(theirs, "obs_manifest"), read_json(ours, "obs_manifest"))
    )
    # Where a large dataset has its centroids is ours.
    assert found == {**expected, "centroidsPathPattern": None}
    for key in ("kind", "few", "missing"):
        path = f"obs/{key}.outliers.f32"
        theirs_of = floats((theirs / path).read_bytes())
        np.testing.assert_array_equal(floats(body(ours, path)), theirs_of)
        assert np.nanmax(theirs_of) == 1


def test_the_centroids(theirs: Path, ours: Source) -> None:
    expected = json_of(theirs, "obs_manifest")
    found = read_json(ours, "obs_manifest")
    assert found["centroid_outlier_quantile"] == expected["centroid_outlier_quantile"]
    for mine, other in zip(
        found["_categoricalFields"], expected["_categoricalFields"], strict=True
    ):
        assert mine[:4] == other[:4]
        assert list(mine[4]) == list(other[4]) == ["2", "3"]
        for dimension in ("2", "3"):
            pairs = list(zip(mine[4][dimension], other[4][dimension], strict=True))
            assert pairs
            for one, another in pairs:
                assert (one["category"], one["n_points"]) == (
                    another["category"],
                    another["n_points"],
                )
                np.testing.assert_allclose(one["position"], another["position"], atol=1e-6)
