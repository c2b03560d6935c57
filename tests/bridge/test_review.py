"""What could go wrong in silence: doubts told, memory bounded, other people's `uns` kept."""

from __future__ import annotations

import os
import tracemalloc
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anndata
import mudata
import numpy as np
import pandas as pd
import pytest

from cellucid_ext import (
    CellucidSessionBundle,
    SessionFormatError,
    SessionWriter,
    apply_cellucid_session_to_anndata,
    build_session,
    session_records,
)
from cellucid_ext.bridge.columns import NewColumns
from cellucid_ext.session.codecs import encode_names
from cellucid_ext.session.rows import row_identity

from .test_apply import FIELD, PREFIX, N, applied, held, make, named, session
from .test_strangers import changed


def test_row_numbers_are_no_names_to_rely_on(tmp_path: Path) -> None:
    numbers = [str(i) for i in range(100)]
    path = session(tmp_path / "s", names=numbers, count=100, fields=(), cells={"g": [50, 51]})
    with pytest.warns(UserWarning, match="row numbers, of 100 rows in the session and of 60 here"):
        _, summary = applied(path, make(60, numbers[:60]))
    assert any("row numbers" in note for note in summary.notes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Rows that kept their numbers when others went are known by them.
        out, _ = applied(path, make(100, numbers)[40:].copy())
        assert held(out, "g") == {"50", "51"}
        applied(path, make(60, numbers[:60]), dataset_mismatch="skip")


def test_a_few_names_in_common_are_told(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=named(make()))
    others = make(N, ["c0", *(f"x{i}" for i in range(1, N))])
    with pytest.warns(UserWarning, match="only 1 of the session's 8 cells are among the 8 here"):
        out, _ = applied(path, others)
    assert held(out, "highlight_1") == {"c0"}


def test_names_that_inflate_take_no_memory(tmp_path: Path) -> None:
    names = encode_names(["abc"] * 2**22)
    rows = {**row_identity(["x"]).to_json(), "count": 2**22}
    import hashlib

    rows["orderSha256"] = hashlib.sha256(names).hexdigest()
    writer = SessionWriter({"cellCount": 2**22}, rows)
    writer.add_bytes("identity/obs-names", names, contributor="identity")
    path = writer.write(tmp_path / "s")
    assert path.stat().st_size < 50_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="the file's names repeat"):
            applied(path, make(), dataset_mismatch="error")
        assert tracemalloc.get_traced_memory()[1] < 160 * 2**20
    finally:
        tracemalloc.stop()


def test_names_of_many_blocks_are_matched(tmp_path: Path) -> None:
    n = 700_000
    names = [f"cell-{i:08}" for i in range(n)]
    writer = SessionWriter({"cellCount": n})
    writer.add_names(names)
    groups = [{"id": "g", "cellCount": 2}]
    meta = {"pages": [{"id": "p", "highlightedGroups": groups}]}
    writer.add_json("highlights/meta", meta, contributor="m")
    from cellucid_ext.session.codecs import encode_cells

    writer.add_bytes("highlights/cells/g", encode_cells([3, n - 2]), contributor="c")
    path = writer.write(tmp_path / "s")
    adata = anndata.AnnData(obs=pd.DataFrame(index=names[::-1]))
    out, summary = applied(path, adata)
    assert held(out, "g") == {names[3], names[n - 2]}
    assert summary.cells_matched == n


def test_columns_beyond_a_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellucid_ext.bridge.columns.MAX_BYTES", 20)
    columns = NewColumns(make(), "suffix")
    columns.add("obs", "a", ("field", "a"), np.zeros(16, dtype=bool))
    with pytest.raises(SessionFormatError, match="take more than 20 bytes"):
        columns.add("obs", "b", ("field", "b"), np.zeros(16, dtype=bool))


def test_many_columns_take_no_more_than_twice_themselves(tmp_path: Path) -> None:
    n = 20_000
    adata = anndata.AnnData(obs=pd.DataFrame({"old": np.arange(n, dtype=np.float64)}))
    copy = {"source": "obs", "kind": "continuous", "sourceField": {"sourceKey": "old"}}
    fields = [{"id": f"f{i}", "key": f"copy {i}", **copy} for i in range(120)]
    writer = SessionWriter({"cellCount": n})
    writer.add_json("core/field-overlays", {"userDefinedFields": fields}, contributor="o")
    path = writer.write(tmp_path / "s")
    tracemalloc.start()
    try:
        applied(path, adata, inplace=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(adata.obs.columns) == 121
    assert adata.obs["copy_119"].tolist() == adata.obs["old"].tolist()
    # And a few more, since pandas merges fifty at a time.
    assert peak < 2.3 * 121 * 8 * n


def test_files_of_many_groups_are_read_in_no_time(tmp_path: Path) -> None:
    """Each is looked up, not searched for: 20,000 groups took 16 seconds once."""
    cells = {f"g{i}": [i % N] for i in range(4000)}
    path = session(tmp_path / "s", cells=cells, fields=(), names=named(make()))
    bundle = CellucidSessionBundle(path)
    asked = 0

    class Counting(CellucidSessionBundle):
        def list_chunk_ids(self) -> list[str]:
            nonlocal asked
            asked += 1
            return super().list_chunk_ids()

    apply_cellucid_session_to_anndata(Counting(path), make())
    assert asked < 10
    assert len(bundle.groups) == 4000


def test_a_writer_that_begins_with_a_bundle_leaves_it_as_it_is(tmp_path: Path) -> None:
    bundle = CellucidSessionBundle(session(tmp_path / "s", names=named(make())))
    before = bundle.row_identity
    writer = SessionWriter.from_bundle(bundle, without=["identity/obs-names"])
    writer.add_names(named(make())[::-1])
    assert bundle.row_identity == before
    assert CellucidSessionBundle(writer.write(tmp_path / "t")).row_identity != before
    from .test_apply import VECTORS

    others = CellucidSessionBundle(VECTORS / "small.cellucid-session")
    writer = SessionWriter.from_bundle(others)
    writer.add_names(f"c{i}" for i in range(41))
    assert CellucidSessionBundle(writer.write(tmp_path / "u")).n_cells == 41


def test_a_file_replaced_while_it_is_open_is_not_mixed_with_the_other(tmp_path: Path) -> None:
    path = session(tmp_path / "s", cells={"g": [1, 2]}, names=named(make()))
    bundle = CellucidSessionBundle(path)
    assert bundle.groups[0].cells.tolist() == [1, 2]
    session(tmp_path / "t", cells={"g": [4, 5]}, names=named(make()))
    os.utime(tmp_path / "t", ns=(1, 1))
    os.replace(tmp_path / "t", path)
    with pytest.raises(SessionFormatError, match="s was changed since it was opened"):
        _ = bundle.groups[0].cells
    assert "damaged" in repr(CellucidSessionBundle(path)) or "groups: 1" in repr(
        CellucidSessionBundle(path)
    )


def test_a_relative_path_is_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(tmp_path / "s")
    monkeypatch.chdir(tmp_path)
    bundle = CellucidSessionBundle("s")
    monkeypatch.chdir("/")
    assert len(bundle.groups) == 3


class Refusing(dict[str, Any]):
    def __setitem__(self, key: str, value: object) -> None:
        if key == "cellucid":
            raise MemoryError("no room")
        super().__setitem__(key, value)


@pytest.mark.parametrize("n_groups", [3, 60])
def test_columns_go_if_the_record_can_not_be_kept(tmp_path: Path, n_groups: int) -> None:
    field = {**FIELD, "colors": ["#ff0000", "#00ff00", "#0000ff"]}
    cells = {f"g{i}": [i % N] for i in range(n_groups)}
    path = session(tmp_path / "s", names=named(make()), fields=(field,), cells=cells)
    adata = make()
    adata._uns = Refusing(kept=1)
    with pytest.raises(MemoryError):
        applied(path, adata, inplace=True)
    assert list(adata.obs.columns) == ["old"]
    assert dict(adata.uns) == {"kept": 1}


@pytest.mark.parametrize("kept", ["my own notes", {"x": np.arange(5000)}, {"n": np.float32(1)}])
def test_what_others_keep_in_uns_is_kept(tmp_path: Path, kept: Any) -> None:
    adata = make()
    adata.uns["cellucid"] = kept
    out, _ = applied(session(tmp_path / "s", names=named(adata)), adata)
    out.write_h5ad(tmp_path / "out.h5ad")
    first = session_records(anndata.read_h5ad(tmp_path / "out.h5ad"))[0]
    if isinstance(kept, Mapping):
        assert first == {key: value.tolist() for key, value in kept.items()}
    else:
        assert first == {"other": kept}


def test_what_can_not_be_kept_is_told_before_anything_is_done(tmp_path: Path) -> None:
    adata = make()
    adata.uns["cellucid"] = {"x": {(1, 2): object()}}
    with pytest.raises(ValueError, match=r"uns\['cellucid'\] holds what .* move it, or use store"):
        applied(session(tmp_path / "s", names=named(adata)), adata, inplace=True)
    assert list(adata.obs.columns) == ["old"]
    applied(session(tmp_path / "s", names=named(adata)), adata, store_uns=False)


def test_colours_are_those_of_their_column(tmp_path: Path) -> None:
    adata = make()
    adata.obs["leiden"] = pd.Categorical(list("abcabcab"))
    adata.uns["leiden_colors"] = ["#111111", "#222222", "#333333"]
    of_genes = {**FIELD, "key": "leiden", "source": "var", "colors": ["#ff0000"] * 3}
    path = session(tmp_path / "g", names=named(adata), fields=(of_genes,), codes=[0, 1])
    out, summary = applied(path, adata)
    assert summary.added_var_columns == ["leiden"]
    assert out.uns["leiden_colors"] == adata.uns["leiden_colors"]
    plain = {**FIELD, "key": "leiden", "categories": list("wxyz")}
    path = session(tmp_path / "p", names=named(adata), fields=(plain,), codes=[0, 1, 2, 3] * 2)
    out, _ = applied(path, adata, column_conflict="overwrite")
    assert list(out.obs["leiden"].cat.categories) == list("wxyz")
    assert "leiden_colors" not in out.uns


def test_the_modality_that_is_most_alike(tmp_path: Path) -> None:
    def modality(n_vars: int, names: list[str]) -> anndata.AnnData:
        return anndata.AnnData(
            np.zeros((len(names), n_vars), dtype=np.float32), obs=pd.DataFrame(index=names)
        )

    names = named(make())
    path = session(tmp_path / "s", names=names)
    one_cell = ["c0", *(f"p{i}" for i in range(1, N))]
    mdata = mudata.MuData({"prot": modality(7, one_cell), "rna": modality(3, names)})
    out, summary = applied(path, mdata)
    assert (summary.modality, summary.cells_matched) == ("rna", N)
    assert session_records(out)[0]["obs_columns"] == summary.added_obs_columns
    renamed = mudata.MuData(
        {"prot": modality(7, names[:4]), "rna": modality(2, [f"r{i}" for i in range(N)])}
    )
    assert applied(path, renamed, align="position")[1].modality == "rna"


@pytest.mark.parametrize("length", [300, 5000])
@pytest.mark.parametrize("letter", ["a", "细"])
def test_names_of_any_length_can_be_stored(tmp_path: Path, length: int, letter: str) -> None:
    field = {**FIELD, "key": letter * length}
    out, summary = applied(session(tmp_path / "s", fields=(field,)), make())
    out.write_zarr(tmp_path / "out.zarr")
    assert anndata.read_zarr(tmp_path / "out.zarr").obs[summary.added_obs_columns[-1]].notna().any()


def test_a_record_says_nothing_of_other_data(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=[f"x{i}" for i in range(N)])
    out, _ = applied(path, make(), dataset_mismatch="skip")
    (record,) = session_records(out)
    assert (record["chunks"], record["groups"]) == ({}, [])
    assert record["manifest"]["datasetFingerprint"]["datasetId"] == "d"


def test_a_field_with_the_id_of_a_group(tmp_path: Path) -> None:
    field = {**FIELD, "id": "highlight_1"}
    out, _ = applied(session(tmp_path / "s", fields=(field,)), make())
    assert session_records(out)[0]["groups"][0]["column"] == f"{PREFIX}highlight_1"


def test_a_count_of_cells_that_is_not_true_is_told(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=named(make()))
    groups = [{"id": "highlight_1", "cellCount": 300}]
    meta = {"pages": [{"id": "p", "highlightedGroups": groups}]}
    _, summary = applied(changed(path, {"highlights/meta": meta}), make())
    assert summary.notes == ["group 'highlight_1' has 3 cells; the file says 300"]


def test_codes_of_a_file_that_knows_its_cells_only(tmp_path: Path) -> None:
    writer = SessionWriter({"cellCount": 2**25})
    codes = b"\x02\x80\x80\x80\x10\x01\x00\x80\x80\x80\x10"
    writer.add_bytes("user-defined/codes/u", codes, contributor="c")
    assert len(CellucidSessionBundle(writer.write(tmp_path / "s")).decode_codes("u")) == 2**25
    writer = SessionWriter()
    writer.add_bytes("user-defined/codes/u", codes, contributor="c")
    with pytest.raises(SessionFormatError, match="16,777,216 at most"):
        CellucidSessionBundle(writer.write(tmp_path / "t")).decode_codes("u")


def test_a_view_stays_one_where_nothing_is_added(tmp_path: Path) -> None:
    view = make()[:4]
    path = session(tmp_path / "s", count=99)
    applied(path, view, inplace=True, dataset_mismatch="skip", store_uns=False)
    assert view.is_view


def test_text_with_gaps_and_odd_booleans_are_built(tmp_path: Path) -> None:
    adata = make()
    adata.obs["text"] = pd.Series(
        list("ab") * 3 + [None, None], index=adata.obs_names, dtype=object
    )
    adata.obs["flag"] = pd.Series([True, None] * 4, index=adata.obs_names, dtype=object)
    build_session(adata, ["flag"], ["text", "flag"], tmp_path / "s")
    out, _ = applied(tmp_path / "s", make())
    assert held(out, "highlight_1") == {"c0", "c2", "c4", "c6"}
    assert out.obs["text"].astype(object).where(out.obs["text"].notna(), None).tolist() == [
        *list("ab") * 3,
        None,
        None,
    ]


def test_what_could_not_be_read_back_is_not_built(tmp_path: Path) -> None:
    adata = make()
    adata.obs["long"] = "x" * 20_000
    adata.obs.insert(1, "old", 1, allow_duplicates=True)
    path = tmp_path / "s"
    path.write_text("before")
    with pytest.raises(ValueError, match="has 20,000 characters; a session takes 10,000"):
        build_session(adata, [], ["long"], path)
    with pytest.raises(ValueError, match="stands 2 times"):
        build_session(adata, ["old"], [], path)
    with pytest.raises(ValueError, match="highlights is the text 'old'"):
        build_session(adata, "old", [], path)
    assert path.read_text() == "before"


def test_renames_tell_what_they_were_taken_for(tmp_path: Path) -> None:
    renames = {
        "fields": {"obs:old": "Depth", "obs:leiden": "Cluster"},
        "categories": {"obs:leiden:1": "B cell", "obs:leiden:9": "?"},
    }
    path = changed(
        session(tmp_path / "s", names=named(make())), {"core/field-overlays": {"renames": renames}}
    )
    adata = make()
    adata.obs["leiden"] = pd.Categorical(list("abcabcab"), ordered=True)
    adata.uns["leiden_colors"] = ["#111111", "#222222", "#333333"]
    out, summary = applied(path, adata)
    assert summary.notes == [
        "obs['leiden'], by place: 'b' → 'B cell'",
        "obs['leiden']: 1 renamed categories are not here",
        "obs['old'] is called 'Depth' in the viewer",
    ]
    assert out.obs["Cluster"].cat.ordered
    assert out.uns["Cluster_colors"] == adata.uns["leiden_colors"]
    adata.obs["leiden"] = adata.obs["leiden"].astype(object)
    assert list(applied(path, adata)[0].obs["Cluster"].cat.categories) == ["a", "B cell", "c"]
