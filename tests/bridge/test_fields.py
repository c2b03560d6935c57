"""Fields as columns: colours, missing values, copies of continuous fields, renames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from cellucid_ext import CellucidSessionBundle, SessionWriter
from cellucid_ext.session.codecs import encode_codes

from .test_apply import CODES, FIELD, LABELS, N, applied, make, named, session
from .test_strangers import changed

COLORS = ["#FF0000", "#00ff00", "#0000ff"]


def with_overlays(path: Path, **overlays: Any) -> Path:
    return changed(
        session(path, names=named(make())),
        {"core/field-overlays": {"userDefinedFields": [FIELD], **overlays}},
    )


def values_of(adata: anndata.AnnData, column: str) -> list[object]:
    return [None if pd.isna(value) else value for value in adata.obs[column]]


def test_colours_come_with_the_categories(tmp_path: Path) -> None:
    field = {**FIELD, "colors": [COLORS[0], None, COLORS[2]]}
    out, _ = applied(session(tmp_path / "s", fields=(field,)), make())
    # "T cell" stands twice in the field; the first colour is the one it was drawn in.
    assert out.uns["my_label_colors"] == ["#ff0000", "#bbbbbb"]
    out.write_h5ad(tmp_path / "out.h5ad")
    back = anndata.read_h5ad(tmp_path / "out.h5ad")
    assert list(back.uns["my_label_colors"]) == ["#ff0000", "#bbbbbb"]


@pytest.mark.parametrize("colors", [None, "red", {"0": "#fff"}, [1, "red", "url(x)"], []])
def test_what_is_no_colour_is_none(tmp_path: Path, colors: object) -> None:
    field = {**FIELD, "colors": colors}
    out, _ = applied(session(tmp_path / "s", fields=(field,)), make())
    assert "my_label_colors" not in out.uns


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ({"codesType": "Uint8Array"}, None),
        ({"codesType": "Uint8Array", "uncoveredLabel": "k255"}, "k255"),
        # Runs of a wide field whose codes all fit one byte: 255 is a category like any other.
        ({"codesType": "Uint16Array"}, "k255"),
        ({}, "k255"),
    ],
)
def test_the_largest_code_is_a_category_only_where_it_has_a_label(
    tmp_path: Path, more: dict[str, str], last: str | None
) -> None:
    field = {**FIELD, "categories": [f"k{i}" for i in range(256)], **more}
    codes = [0, 255, 255, 255, 255, 255, 255, 1]
    out, _ = applied(session(tmp_path / "s", fields=(field,), codes=codes), make())
    assert values_of(out, "my_label") == ["k0", *[last] * 6, "k1"]


def test_many_categories(tmp_path: Path) -> None:
    field = {**FIELD, "categories": [f"k{i}" for i in range(40_000)], "codesType": "Uint16Array"}
    codes = np.array([0, 39_999, 40_000, 65_535, 200, 1, 2, 3], dtype=np.uint16)
    path = changed(
        session(tmp_path / "s", fields=(field,)),
        {"user-defined/codes/user_cat_1": encode_codes(codes)},
    )
    out, _ = applied(path, make())
    assert values_of(out, "my_label") == ["k0", "k39999", None, None, "k200", "k1", "k2", "k3"]


def test_a_copy_of_a_column(tmp_path: Path) -> None:
    copy = {"id": "c", "source": "obs", "kind": "continuous", "key": "depth copy"}
    path = with_overlays(
        tmp_path / "s",
        userDefinedFields=[
            {**copy, "sourceField": {"sourceKey": "old"}},
            {**copy, "id": "d", "key": "gone", "sourceField": {"sourceKey": "none"}},
            {**copy, "id": "e", "key": "text", "sourceField": {"sourceKey": "text"}},
        ],
    )
    adata = make()
    adata.obs["text"] = "a"
    out, summary = applied(path, adata)
    assert out.obs["depth_copy"].tolist() == adata.obs["old"].tolist()
    left = dict(summary.left_out)
    assert left["gone"] == "it is a copy of obs['none'], which is here 0 times"
    assert "no numbers" in left["text"]


@pytest.mark.parametrize("kind", ["dense", "csr", "csc", "backed", "none"])
def test_a_copy_of_a_gene(tmp_path: Path, kind: str) -> None:
    copy = {"id": "c", "source": "var", "kind": "continuous", "key": "CD3E"}
    copies = [
        {**copy, "sourceField": {"sourceKey": "g1"}},
        {**copy, "id": "d", "key": "other", "sourceField": {"sourceKey": "g9"}},
    ]
    path = with_overlays(tmp_path / "s", userDefinedFields=copies)
    adata = make()
    values = np.arange(2 * N, dtype=np.float32).reshape(N, 2)
    convert = {"csr": scipy.sparse.csr_matrix, "csc": scipy.sparse.csc_matrix}
    adata.X = None if kind == "none" else convert.get(kind, np.asarray)(values)
    adata.var_names = ["g0", "g1"]
    if kind == "backed":
        adata.write_h5ad(tmp_path / "a.h5ad")
        adata = anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")
    out, summary = applied(path, adata, inplace=True)
    left = dict(summary.left_out)
    assert "'g9'" in left["other"]
    if kind == "none":
        assert "there is no X here" in left["CD3E"]
    else:
        assert out.obs["CD3E"].tolist() == values[:, 1].tolist()
        assert out.obs["CD3E"].dtype == np.float32


def test_renamed_categories_of_a_field_of_the_session(tmp_path: Path) -> None:
    renames = {
        "fields": {"obs:user_cat_1": "cell type"},
        "categories": {"obs:my label:1": "B/plasma", "obs:my label:x": "?", "obs:": "?"},
    }
    out, _ = applied(with_overlays(tmp_path / "s", renames=renames), make())
    expected = ["B/plasma" if label == "B cell" else label for label in LABELS]
    assert values_of(out, "cell_type") == expected
    out.write_h5ad(tmp_path / "out.h5ad")


def test_renamed_categories_of_a_column_of_the_data(tmp_path: Path) -> None:
    renames = {
        "fields": {"obs:batch:lane": "Sample"},
        "categories": {"obs:leiden:0": "T", "obs:leiden:2": "T", "obs:batch:lane:1": "late"},
    }
    path = with_overlays(tmp_path / "s", renames=renames)
    adata = make()
    adata.obs["leiden"] = pd.Categorical([*"0120120", None])
    adata.obs["batch:lane"] = pd.Categorical(list("aabbaabb"))
    before = adata.obs.copy()
    out, _ = applied(path, adata)
    assert values_of(out, "leiden_renamed") == ["T", "1", "T (2)", "T", "1", "T (2)", "T", None]
    assert values_of(out, "Sample") == ["a", "a", "late", "late", "a", "a", "late", "late"]
    pd.testing.assert_frame_equal(out.obs[before.columns], before)
    # The place of a category says nothing where rows, and with them categories, may be gone.
    _, summary = applied(path, adata[2:].copy())
    assert "leiden_renamed" not in summary.added_obs_columns
    assert "the rows are others here" in dict(summary.left_out)["leiden"]
    _, summary = applied(path, make())
    assert "no categorical obs['leiden']" in dict(summary.left_out)["leiden"]


def test_edited_columns_are_known_by_what_their_categories_were_called(tmp_path: Path) -> None:
    renames = {
        # Another field of the session has the name that a column of the data had.
        "fields": {"obs:my label": "Sample"},
        "categories": {"obs:my label:0": "late", "obs:my label:7": "gone", "obs:hidden:0": "new"},
        "was": {"obs:my label:0": "b", "obs:my label:7": "z", "obs:hidden:0": "a"},
    }
    path = with_overlays(
        tmp_path / "s",
        renames=renames,
        categoryColors={
            "obs:my label": {"a": "#00FF00", "z": "#000000"},
            "obs:x": {"1": "#111111"},
            "obs:y": {"1": "#111111"},
        },
        paletteColors={"obs:x": {"1": "#4477aa", "2": "#ee6677"}},
        deletedFields={"deleted": ["obs:hidden"], "purged": []},
    )
    adata = make()
    for name in ("my label", "hidden"):
        adata.obs[name] = pd.Categorical(list("aabbaabb"))
    adata.obs["x"] = pd.Categorical([*"1212121", None])
    adata.obs["y"] = adata.obs["x"]
    adata.uns["my label_colors"] = ["#010101", "#020202"]
    out, summary = applied(path, adata)
    assert values_of(out, "Sample") == ["a", "a", "late", "late", "a", "a", "late", "late"]
    assert list(out.uns["Sample_colors"]) == ["#00ff00", "#020202"]
    assert list(out.uns["my label_colors"]) == ["#010101", "#020202"]
    assert values_of(out, "my_label") == LABELS
    assert values_of(out, "x_recolored") == [*"1212121", None]
    assert list(out.uns["x_recolored_colors"]) == ["#111111", "#ee6677"]
    # No colour is better than a grey that the viewer did not show.
    assert "y_recolored" not in out.obs
    assert "those of its other categories are not known" in dict(summary.left_out)["y"]
    assert ("hidden", "deleted in the viewer") in summary.left_out
    assert any("1 renamed categories are not here" in note for note in summary.notes)
    # The place of a category is not asked for, so it does not matter which rows are left.
    out, _ = applied(path, adata[2:].copy())
    assert values_of(out, "Sample")[:3] == ["late", "late", "a"]


def test_categories_of_one_name_stay_apart(tmp_path: Path) -> None:
    renames = {
        "fields": {},
        "categories": {"obs:kind:0": "Mono", "obs:kind:2": "Mono"},
        "was": {"obs:kind:0": "B", "obs:kind:2": "T"},
    }
    path = with_overlays(tmp_path / "s", renames=renames)
    adata = make()
    # The data have a category by now that is called as another was renamed to.
    adata.obs["kind"] = pd.Categorical(["B", "Mono", "T", None] * 2)
    out, summary = applied(path, adata)
    assert values_of(out, "kind_renamed") == ["Mono (2)", "Mono", "Mono (3)", None] * 2
    assert any("'B' → 'Mono (2)'" in note for note in summary.notes)


def test_records_are_typed_and_read_on_demand(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=named(make()))
    bundle = CellucidSessionBundle(path)
    (field,) = bundle.fields
    assert field.codes.tolist() == CODES
    assert [(group.page, len(group.cells)) for group in bundle.groups] == [
        ("P", 3),
        ("P", 1),
        ("P", 0),
    ]
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="changed since it was opened"):
        _ = field.codes


def test_what_a_session_lacks_is_said_when_it_is_asked_for(tmp_path: Path) -> None:
    writer = SessionWriter({"cellCount": N})
    writer.add_json("core/field-overlays", {"userDefinedFields": [FIELD]}, contributor="o")
    page = {"id": "p", "highlightedGroups": [{"id": "g", "cellCount": 2}]}
    writer.add_json("highlights/meta", {"pages": [page]}, contributor="m")
    bundle = CellucidSessionBundle(writer.write(tmp_path / "s"))
    with pytest.raises(ValueError, match="the file has no codes of 'my label'"):
        _ = bundle.fields[0].codes
    with pytest.raises(ValueError, match="none of the group's 2 cells"):
        _ = bundle.groups[0].cells
    with pytest.raises(KeyError, match="highlights/cells/g"):
        bundle.decode_cells("g")
