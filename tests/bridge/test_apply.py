"""Sessions applied to AnnData: the right cells or none, all columns or none."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import (
    ApplySummary,
    CellucidSessionBundle,
    SessionFormatError,
    SessionWriter,
    apply_cellucid_session_to_anndata,
)
from cellucid_ext.session.codecs import encode_cells, encode_codes, encode_names
from cellucid_ext.session.rows import row_identity

VECTORS = Path(__file__).parents[1] / "vectors"
PREFIX = "cellucid_highlight__"
N = 8
CELLS = {"highlight_1": [0, 3, 4], "highlight_2": [7], "highlight_3": []}
FIELD = {
    "id": "user_cat_1",
    "source": "obs",
    "kind": "category",
    "key": "my label",
    "categories": ["T cell", "B cell", "T cell"],
}
CODES = [0, 1, 2, 255, 0, 9, 1, 1]
LABELS = ["T cell", "B cell", "T cell", None, "T cell", None, "B cell", "B cell"]


def make(n: int = N, names: list[str] | None = None) -> anndata.AnnData:
    obs = pd.DataFrame({"old": np.arange(n)}, index=names or [f"c{i}" for i in range(n)])
    return anndata.AnnData(np.zeros((n, 2), dtype=np.float32), obs=obs)


def session(
    path: Path,
    *,
    cells: dict[str, list[int]] = CELLS,
    fields: tuple[dict[str, Any], ...] = (FIELD,),
    codes: list[int] = CODES,
    names: list[str] | None = None,
    count: int | None = N,
    with_names: bool = True,
) -> Path:
    fingerprint = {"sourceType": "jupyter", "datasetId": "d", "varCount": 2}
    if count is not None:
        fingerprint["cellCount"] = count
    rows = row_identity(names).to_json() if names is not None else None
    writer = SessionWriter(fingerprint, rows)
    groups = [
        {"id": group, "type": "lasso", "label": f"L/{group}", "cellCount": len(held)}
        for group, held in cells.items()
    ]
    page = {"id": "page_1", "name": "P", "color": "#fff", "highlightedGroups": groups}
    writer.add_json("highlights/meta", {"pages": [page]}, contributor="highlights-meta")
    for group, held in cells.items():
        if held:
            chunk = f"highlights/cells/{group}"
            writer.add_bytes(chunk, encode_cells(held), contributor="highlights-cells")
    overlays = {"userDefinedFields": list(fields)}
    writer.add_json("core/field-overlays", overlays, contributor="field-overlays")
    for field in fields:
        data = encode_codes(np.array(codes, dtype=np.uint8))
        writer.add_bytes(f"user-defined/codes/{field['id']}", data, contributor="codes")
    if names is not None and with_names:
        writer.add_bytes("identity/obs-names", encode_names(names), contributor="identity")
    return writer.write(path)


def applied(bundle: Path, adata: anndata.AnnData, **policies: Any) -> Any:
    return apply_cellucid_session_to_anndata(bundle, adata, return_summary=True, **policies)


def named(adata: anndata.AnnData) -> list[str]:
    return list(adata.obs_names)


def held(adata: anndata.AnnData, group: str) -> set[str]:
    column = adata.obs[f"{PREFIX}{group}"]
    assert column.dtype == bool
    return set(adata.obs_names[column])


def test_columns_of_a_session(tmp_path: Path) -> None:
    adata = make()
    path = session(tmp_path / "s", names=named(adata))
    out, summary = applied(path, adata)
    assert list(adata.obs.columns) == ["old"]
    assert summary.added_obs_columns == [*(f"{PREFIX}{g}" for g in CELLS), "my_label"]
    assert list(out.obs.columns) == ["old", *summary.added_obs_columns]
    for group, cells in CELLS.items():
        assert held(out, group) == {f"c{i}" for i in cells}
    column = out.obs["my_label"]
    assert list(column.cat.categories) == ["T cell", "B cell"]
    assert [None if pd.isna(v) else v for v in column] == LABELS
    assert (summary.aligned, summary.cells_matched, summary.cells_new) == ("position", N, 0)
    assert "obs columns added: cellucid_highlight__highlight_1" in str(summary)


def test_the_bundle_applies_itself(tmp_path: Path) -> None:
    bundle = CellucidSessionBundle(session(tmp_path / "s"))
    adata = make()
    assert bundle.apply_to_anndata(adata, inplace=True) is adata
    assert held(adata, "highlight_1") == {"c0", "c3", "c4"}
    _, summary = bundle.apply_to_anndata(make(), return_summary=True)
    assert isinstance(summary, ApplySummary)


ORDERS = st.permutations(range(N)).flatmap(
    lambda order: st.integers(1, N).map(lambda size: order[:size])
)


@settings(max_examples=40)
@given(ORDERS, st.integers(0, 3))
def test_moved_rows_get_their_own_labels_or_none(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], n_new: int
) -> None:
    whole = make()
    path = session(tmp_path_factory.mktemp("s") / "s", names=named(whole))
    names = [*(f"c{i}" for i in order), *(f"new{i}" for i in range(n_new))]
    out, summary = applied(path, make(len(names), names))
    for group, cells in CELLS.items():
        assert held(out, group) == {f"c{i}" for i in cells if i in order}
    labels = {name: label for name, label in out.obs["my_label"].items() if pd.notna(label)}
    assert labels == {f"c{i}": LABELS[i] for i in order if LABELS[i] is not None}
    assert summary.cells_matched == len(order)
    assert summary.cells_missing == N - len(order)
    assert summary.cells_new == n_new


@pytest.mark.parametrize(
    ("names", "with_names", "reason"),
    [
        ([f"x{i}" for i in range(N)], True, "none of the session's cell names is in obs_names"),
        (["c0", "c0", *(f"c{i}" for i in range(2, N))], True, "obs_names repeat here"),
        ([f"c{i}" for i in reversed(range(N))], False, "the file has no cell names"),
    ],
    ids=["others", "repeated", "no names in the file"],
)
def test_rows_that_cannot_be_matched_are_a_mismatch(
    tmp_path: Path, names: list[str], with_names: bool, reason: str
) -> None:
    path = session(tmp_path / "s", names=named(make()), with_names=with_names)
    with pytest.warns(UserWarning, match="Dataset fingerprint mismatch"):
        out, summary = applied(path, make(N, names))
    assert list(out.obs.columns) == ["old"]
    assert summary.skipped_due_to_mismatch
    assert reason in summary.mismatch_reasons[0]


def test_names_that_repeat_in_the_session_are_a_mismatch(tmp_path: Path) -> None:
    names = ["c0", "c0", *(f"c{i}" for i in range(2, N))]
    path = session(tmp_path / "s", names=names)
    with pytest.raises(ValueError, match="the file's names repeat"):
        applied(path, make(), dataset_mismatch="error")


def test_without_row_identity_the_count_decides(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    with pytest.raises(ValueError, match=r"fingerprint mismatch: cellCount is 8 in .*, 7 here"):
        applied(path, make(7), dataset_mismatch="error")
    with pytest.warns(UserWarning, match="cellCount"):
        applied(path, make(7))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, summary = applied(path, make(7), dataset_mismatch="skip")
    assert summary.skipped_due_to_mismatch
    assert list(out.obs.columns) == ["old"]


def test_an_expected_dataset_id(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    applied(path, make(), expected_dataset_id="d", dataset_mismatch="error")
    with pytest.raises(ValueError, match="datasetId is 'd', expected 'e'"):
        applied(path, make(), expected_dataset_id="e", dataset_mismatch="error")


def test_columns_that_exist(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    once = apply_cellucid_session_to_anndata(path, make())
    twice, summary = applied(path, once)
    assert f"{PREFIX}highlight_1__2" in twice.obs
    assert "my_label__2" in summary.added_obs_columns
    thrice, _ = applied(path, twice)
    assert f"{PREFIX}highlight_1__3" in thrice.obs
    over, summary = applied(path, once, column_conflict="overwrite")
    assert sorted(over.obs.columns) == sorted(once.obs.columns)
    before = once.obs.copy()
    with pytest.raises(ValueError, match=r"Column already exists: obs\['cellucid_highlight__h"):
        applied(path, once, column_conflict="error", inplace=True)
    pd.testing.assert_frame_equal(once.obs, before)


@pytest.mark.parametrize(
    "damage",
    [
        {"codes": CODES[:-1]},
        {"codes": [*CODES, 1]},
        {"cells": {**CELLS, "highlight_9": [N]}, "count": None},
    ],
    ids=["codes missing", "codes over", "cell over"],
)
def test_an_error_leaves_everything_as_it_was(tmp_path: Path, damage: dict[str, Any]) -> None:
    path = session(tmp_path / "s", **damage)
    adata = make()
    before = adata.copy()
    with pytest.raises(SessionFormatError):
        applied(path, adata, inplace=True)
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    assert dict(adata.uns) == {}


def test_deleted_purged_and_continuous_fields(tmp_path: Path) -> None:
    fields = (
        {**FIELD, "isDeleted": True},
        {**FIELD, "id": "user_cat_2", "key": "purged", "isPurged": True},
        {**FIELD, "id": "alias", "key": "copy", "kind": "continuous"},
    )
    path = session(tmp_path / "s", fields=fields)
    out, summary = applied(path, make())
    assert "my_label" not in out.obs
    left = dict(summary.left_out)
    assert left["my label"] == "deleted in the viewer"
    assert left["purged"] == "purged in the viewer"
    assert left["copy"] == "the file does not say what it is a copy of"
    out, _ = applied(path, make(), include_deleted_user_defined_fields=True)
    assert "my_label" in out.obs
    assert "purged" not in out.obs


def test_fields_of_genes(tmp_path: Path) -> None:
    field = {**FIELD, "source": "var"}
    by_cell, _ = applied(session(tmp_path / "a", fields=(field,)), make())
    assert "my_label" in by_cell.obs
    by_gene, summary = applied(session(tmp_path / "b", fields=(field,), codes=[1, 255]), make())
    assert summary.added_var_columns == ["my_label"]
    assert list(by_gene.var["my_label"].astype(object).fillna("none")) == ["B cell", "none"]
    path = session(tmp_path / "c", fields=(field,), codes=[1, 1, 1])
    _, summary = applied(path, make())
    assert "3 codes; there are 2 genes" in dict(summary.left_out)["my label"]


def test_what_is_brought_over_can_be_chosen(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    out, _ = applied(path, make(), add_highlights=False, user_defined_prefix="u_")
    assert list(out.obs.columns) == ["old", "u_my_label"]
    out, _ = applied(path, make(), add_user_defined_fields=False, highlights_prefix="h_")
    assert list(out.obs.columns) == ["old", *(f"h_{group}" for group in CELLS)]


@pytest.mark.parametrize("policy", ["dataset_mismatch", "column_conflict"])
def test_a_policy_that_is_none(tmp_path: Path, policy: str) -> None:
    with pytest.raises(ValueError, match=f"{policy} is 'perhaps'"):
        applied(session(tmp_path / "s"), make(), **{policy: "perhaps"})


@pytest.mark.parametrize("kind", ["h5ad", "zarr"])
def test_the_result_can_be_written_and_read(tmp_path: Path, kind: str) -> None:
    out, _ = applied(session(tmp_path / "s", names=named(make())), make())
    path = tmp_path / f"out.{kind}"
    if kind == "h5ad":
        out.write_h5ad(path)
        back = anndata.read_h5ad(path)
    else:
        out.write_zarr(path)
        back = anndata.read_zarr(path)
    pd.testing.assert_frame_equal(back.obs, out.obs)
    record = back.uns["cellucid"]
    assert json.loads(record["dataset_fingerprint"])["datasetId"] == "d"
    assert "chunks" in json.loads(record["manifest"])
    group = json.loads(record["groups"])[0]
    assert (group["page"], group["label"]) == ("P", "L/highlight_1")
    assert group["column"] == f"{PREFIX}highlight_1"


def test_nothing_is_kept_in_uns_where_it_is_not_wanted(tmp_path: Path) -> None:
    out, _ = applied(session(tmp_path / "s"), make(), store_uns=False)
    assert "cellucid" not in out.uns


def test_a_view_is_left_alone_unless_it_is_meant(tmp_path: Path) -> None:
    whole = make()
    path = session(tmp_path / "s", names=named(whole))
    out, _ = applied(path, whole[::-1])
    assert held(out, "highlight_2") == {"c7"}
    assert list(whole.obs.columns) == ["old"]


def test_a_session_of_strangers_with_every_kind_of_field() -> None:
    adata = anndata.AnnData(np.zeros((41, 12), dtype=np.float32))
    out, summary = applied(VECTORS / "small.cellucid-session", adata)
    assert summary.added_var_columns == ["marker_gene"]
    assert "from_a_gene" in out.obs
    assert "gone" not in out.obs
    assert out.obs["my_label"].cat.categories.tolist() == ["T cell", "B cell", "NK"]


def test_names_that_could_not_be_written_are_made_so(tmp_path: Path) -> None:
    keys = ["a/b", "naïve B", "  ", "1a"]
    fields = tuple({**FIELD, "id": f"user_cat_{i}", "key": key} for i, key in enumerate(keys))
    out, summary = applied(session(tmp_path / "s", cells={}, fields=fields), make())
    assert summary.added_obs_columns == ["a_b", "naïve_B", "user_cat_2", "_1a"]
    out.write_h5ad(tmp_path / "out.h5ad")
