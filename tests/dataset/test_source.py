from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from anndata import AnnData

from cellucid_ext.dataset import DatasetError, File, open_source

from .reading import UMAP, X, body, codes, expression, identity, labels, make, points, values


def test_identity() -> None:
    source = open_source(make(), name="PBMC 3k")
    found = identity(source)
    assert (found["version"], found["name"], found["id"]) == (2, "PBMC 3k", source.id)
    assert source.id.startswith("pbmc_3k-")
    assert (source.name, source.n_cells, source.n_vars) == ("PBMC 3k", 6, 3)
    assert datetime.fromisoformat(found["created_at"]).utcoffset() is not None
    names = [f"cell-{i}" for i in range(6)]
    digest = hashlib.sha256("".join(f"{name}\n" for name in names).encode()).hexdigest()
    assert found["rows"] == {
        "count": 6,
        "orderSha256": digest,
        "setSha256": digest,
        "unique": True,
    }
    assert body(source, "obs_names.txt").decode() == "".join(f"{name}\n" for name in names)


def test_the_id_is_the_callers_or_derived() -> None:
    derived = open_source(make()).id
    assert derived == open_source(make()).id
    assert open_source(make(), dataset_id="mine").id == "mine"
    others = [
        open_source(make()[::-1]).id,
        open_source(make()[:5]).id,
        open_source(make(genes=["x", "y", "z"])).id,
        open_source(make(), name="other").id,
    ]
    assert len({derived, *others}) == 5


def test_the_id_does_not_depend_on_columns() -> None:
    assert open_source(make({"a": range(6)})).id == open_source(make()).id


def test_names_in_any_script() -> None:
    adata = make()
    adata.obs_names = ["é", "細胞", "🙂", "a b", "", "z"]
    source = open_source(adata)
    assert body(source, "obs_names.txt") == "é\n細胞\n🙂\na b\n\nz\n".encode()


def test_rows_of_one_name() -> None:
    adata = make()
    adata.obs_names = list("aabcde")
    source = open_source(adata)
    assert identity(source)["rows"]["unique"] is False
    assert body(source, "obs_names.txt") == b"a\na\nb\nc\nd\ne\n"


def test_names_with_a_line_feed_cannot_be_listed() -> None:
    adata = make()
    adata.obs_names = ["a\nb", *"bcdef"]
    source = open_source(adata)
    with pytest.raises(DatasetError, match="line feed"):
        source.read("obs_names.txt")
    assert identity(source)["stats"]["n_cells"] == 6


def test_what_cannot_be_shown() -> None:
    with pytest.raises(DatasetError, match="no cells"):
        open_source(make()[:0])
    with pytest.raises(TypeError, match=r"expected an AnnData .* got pandas\..*DataFrame"):
        open_source(pd.DataFrame())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        ".",
        "../x",
        "obs/../dataset_identity.json",
        "/dataset_identity.json",
        "./dataset_identity.json",
        "DATASET_IDENTITY.JSON",
        "dataset_identity.json\0",
        "obs",
        "obs/",
        "obs/size.values.f32/",
        "obs/size.codes.u8",
        "obs/kind.codes.u16",
        "obs/other.values.f32",
        "points_3d.bin",
        "points_2d.bin.gz",
        "connectivity_manifest.json",
        "pyproject.toml",
    ],
)
def test_a_path_it_does_not_have(path: str) -> None:
    source = open_source(make({"size": range(6), "kind": list("aabbcc")}))
    with pytest.raises(FileNotFoundError):
        source.read(path)


def test_bodies_cannot_be_written() -> None:
    source = open_source(make({"size": np.arange(6, dtype=np.float32)}))
    for path in ("obs/size.values.f32", "points_2d.bin", "var/g0.values.f32"):
        assert memoryview(source.read(path).body).readonly


def test_etags_follow_what_was_shown_or_refreshed() -> None:
    adata = make({"size": np.arange(6.0), "kind": list("aabbcc")})
    paths = ["obs/size.values.f32", "obs/kind.codes.u8", "var/g0.values.f32", "points_2d.bin"]
    paths += ["obs_manifest.json", "dataset_identity.json"]
    source = open_source(adata)
    before = [source.read(path).etag for path in paths]
    assert before == [source.read(path).etag for path in paths]
    assert len(set(before)) == len(before)
    assert all(etag.startswith('"') and etag.endswith('"') for etag in before)
    adata.obs["kind"] = list("aabbcd")
    after = [source.refreshed().read(path).etag for path in paths]
    assert not set(before) & set(after)


@pytest.mark.parametrize("form", [np.array, sp.csr_matrix, sp.csc_matrix])
def test_reads_from_several_threads(form: type) -> None:
    adata = make({"size": range(6), "kind": list("aabbcc")}, form(X))
    paths = [
        "dataset_identity.json",
        "obs_manifest.json",
        "var_manifest.json",
        "obs_names.txt",
        "points_2d.bin",
        "obs/size.values.f32",
        "obs/kind.codes.u8",
        *(f"var/g{i}.values.f32" for i in range(3)),
    ]
    source = open_source(adata)
    expected = {path: bytes(open_source(adata).read(path).body) for path in paths[1:]}

    def read(path: str) -> tuple[str, File]:
        return path, source.read(path)

    with ThreadPoolExecutor(8) as pool:
        for path, file in pool.map(read, paths * 20):
            assert path == paths[0] or bytes(file.body) == expected[path]


def test_rows_that_changed_since() -> None:
    adata = make()
    source = open_source(adata)
    adata._inplace_subset_obs(slice(0, 3))
    with pytest.raises(DatasetError, match=r"had 6 cells × 3 genes .* has 3 × 3 now: show it agai"):
        source.read("obs_names.txt")


def test_genes_that_changed_since() -> None:
    adata = make()
    source = open_source(adata)
    adata._inplace_subset_var(slice(0, 2))
    with pytest.raises(DatasetError, match="has 6 × 2 now"):
        source.read("var/g0.values.f32")


def test_what_a_person_does_to_the_columns_leaves_what_is_shown() -> None:
    adata = make({"gone": range(6), "kind": list("aabbcc"), "size": range(6)})
    adata.obs["kind"] = adata.obs["kind"].astype("category")
    adata.obsm["X_tsne"] = UMAP
    source = open_source(adata)
    assert codes(source, "kind")[1] == ["a", "b", "c"]
    del adata.obs["gone"], adata.obsm["X_umap"]
    adata.obs["kind"] = pd.Categorical(list("xyzxyz"), categories=list("zyx"))
    adata.obs["size"] = list("uvwxyz")
    adata.obs["new"] = 1.0
    adata.obs_names = list("uvwxyz")
    assert values(source, "gone").tolist() == list(range(6))
    assert values(source, "size").tolist() == list(range(6))
    assert labels(source, "kind") == list("aabbcc")
    assert points(source, 2).shape == (6, 2)
    assert body(source, "obs_names.txt").startswith(b"cell-0\n")


def test_a_view_is_shown_as_it_is() -> None:
    adata = make({"size": range(6), "kind": pd.Categorical(list("aabbcc"))})
    source = open_source(adata[::2])
    assert values(source, "size").tolist() == [0, 2, 4]
    assert labels(source, "kind") == ["a", "b", "c"]
    assert body(source, "obs_names.txt") == b"cell-0\ncell-2\ncell-4\n"


def test_to_show_data_leaves_them_as_they_are() -> None:
    adata = make({"size": range(6), "text": list("aabbcc")}, sp.csr_matrix(X))
    before = adata.copy()
    source = open_source(adata)
    values(source, "size"), labels(source, "text"), points(source, 2), expression(source, "g1")
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    assert list(adata.uns) == []
    assert adata.X.format == "csr"
    assert (adata.X != before.X).nnz == 0


@pytest.mark.parametrize("form", [np.array, sp.csr_matrix, sp.csc_matrix])
def test_data_backed_by_a_file(form: type, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("backed") / "data.h5ad"
    make({"size": range(6)}, form(X)).write_h5ad(path)
    backed: AnnData = anndata.read_h5ad(path, backed="r")
    source = open_source(backed)
    for place in range(3):
        assert expression(source, f"g{place}") == X[:, place].tolist()
    backed.file.close()
