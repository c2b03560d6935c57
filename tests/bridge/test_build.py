"""Columns of an AnnData made a session, and applied again."""

from __future__ import annotations

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import CellucidSessionBundle, build_session
from tests.peer import peers_obs

from .test_apply import PREFIX, N, applied, held, make, named, session


def labelled() -> anndata.AnnData:
    adata = make()
    adata.obs["doublet"] = np.arange(N) % 3 == 0
    adata.obs["none"] = False
    adata.obs["maybe"] = pd.array([True, None, False] + [None] * (N - 3), dtype="boolean")
    adata.obs["type"] = pd.Categorical(["T", "B", None, "T", "B", "NK", "T", None])
    adata.uns["type_colors"] = ["#ff0000", "#00ff00", "red"]
    adata.obs["text"] = list("aabbccdd")
    return adata


def test_what_was_labelled_comes_back(tmp_path: Path) -> None:
    adata = labelled()
    bundle = build_session(
        adata, ["doublet", "none", "maybe"], ["type", "text", "doublet"], tmp_path / "s"
    )
    assert isinstance(bundle, CellucidSessionBundle)
    assert [(g.label, g.cell_count) for g in bundle.groups] == [
        ("doublet", 3),
        ("none", 0),
        ("maybe", 1),
    ]
    order = [5, 0, 7, 3]
    out, summary = applied(tmp_path / "s", make()[order].copy())
    assert summary.aligned == "names"
    assert held(out, "highlight_1") == {"c0", "c3"}
    assert held(out, "highlight_3") == {"c0"}
    assert out.obs["type"].cat.categories.tolist() == ["B", "NK", "T"]
    assert out.obs["type"].astype(object).where(out.obs["type"].notna(), None).tolist() == [
        "NK",
        "T",
        None,
        "T",
    ]
    assert out.uns["type_colors"] == ["#ff0000", "#00ff00", "#bbbbbb"]
    assert out.obs["text"].tolist() == ["c", "a", "d", "b"]
    assert out.obs["doublet"].tolist() == ["False", "True", "False", "True"]


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from([None, "a", "b", "ü/“"]), min_size=N, max_size=N),
    st.lists(st.booleans(), min_size=N, max_size=N),
)
def test_any_labels_come_back(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str | None], mask: list[bool]
) -> None:
    adata = make()
    adata.obs["label"] = pd.Categorical(labels, categories=["a", "b", "ü/“"])
    adata.obs["mask"] = mask
    path = tmp_path_factory.mktemp("b") / "s"
    build_session(adata, ["mask"], ["label"], path)
    out, _ = applied(path, make())
    assert out.obs[f"{PREFIX}highlight_1"].tolist() == mask
    pd.testing.assert_series_equal(out.obs["label"], adata.obs["label"])


def test_the_pages_and_labels_of_a_session_are_kept(tmp_path: Path) -> None:
    adata, _ = applied(session(tmp_path / "a", names=named(make())), make())
    columns = [f"{PREFIX}highlight_{i}" for i in (2, 1)]
    bundle = build_session(adata, columns, ["my_label"], tmp_path / "b")
    (page,) = bundle.pages
    assert page.name == "P"
    assert [(g.label, g.type) for g in page.groups] == [
        ("L/highlight_2", "lasso"),
        ("L/highlight_1", "lasso"),
    ]


def test_a_file_without_names(tmp_path: Path) -> None:
    adata = labelled()
    bundle = build_session(adata, ["doublet"], [], tmp_path / "s", with_names=False)
    assert "identity/obs-names" not in bundle.list_chunk_ids()
    assert applied(tmp_path / "s", make())[1].aligned == "position"
    with pytest.raises(ValueError, match="the file has no cell names"):
        applied(tmp_path / "s", make()[::-1].copy(), dataset_mismatch="error")


def test_columns_of_other_kinds(tmp_path: Path) -> None:
    adata = labelled()
    adata.obs["many"] = pd.Categorical([str(i) for i in range(N)])
    with pytest.raises(ValueError, match=r"obs\['old'\] holds int64; a highlight is a boolean"):
        build_session(adata, ["old"], [], tmp_path / "s")
    with pytest.raises(ValueError, match=r"obs\['old'\] holds int64; a field is a categorical"):
        build_session(adata, [], ["old"], tmp_path / "s")
    with pytest.raises(KeyError, match="nowhere"):
        build_session(adata, ["nowhere"], [], tmp_path / "s")
    assert not (tmp_path / "s").exists()
    wide = anndata.AnnData(np.zeros((70_000, 1), dtype=np.float32))
    wide.obs["many"] = pd.Categorical(wide.obs_names)
    with pytest.raises(ValueError, match="70,000 categories; a session holds 65,535"):
        build_session(wide, [], ["many"], tmp_path / "s")


@pytest.mark.parametrize("n_categories", [255, 256, 300])
def test_the_codes_are_as_wide_as_they_need_be(tmp_path: Path, n_categories: int) -> None:
    n = n_categories + 1
    adata = anndata.AnnData(np.zeros((n, 1), dtype=np.float32))
    names = [f"k{i:03}" for i in range(n_categories)]
    adata.obs["k"] = pd.Categorical([*names, None], categories=names)
    bundle = build_session(adata, [], ["k"], tmp_path / "s")
    assert bundle.fields[0].codes.dtype == (np.uint8 if n_categories == 255 else np.uint16)
    out, _ = applied(tmp_path / "s", adata, column_conflict="overwrite")
    pd.testing.assert_series_equal(out.obs["k"], adata.obs["k"])


def test_the_peer_reads_it(peer_python: Path, tmp_path: Path) -> None:
    adata = labelled()
    build_session(adata, ["doublet"], ["type"], tmp_path / "s", dataset_id="d")
    theirs = peers_obs(peer_python, tmp_path / "s", make(), tmp_path)
    assert theirs[f"{PREFIX}highlight_1"].tolist() == adata.obs["doublet"].tolist()
    labels = theirs["type"].astype(object).where(theirs["type"].notna(), None).tolist()
    assert labels == ["T", "B", None, "T", "B", "NK", "T", None]
