"""Sessions that are damaged, hostile or of other data: said aloud, and nothing is changed."""

from __future__ import annotations

import json
import tracemalloc
import warnings
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

from cellucid_ext import CellucidSessionBundle, SessionFormatError, SessionWriter
from cellucid_ext.session.codecs import encode_cells, encode_names

from .test_apply import CELLS, FIELD, PREFIX, N, applied, held, make, named, session


def changed(path: Path, chunks: dict[str, object]) -> Path:
    """Put JSON or bytes in the place of chunks of a session; None takes a chunk out."""
    bundle = CellucidSessionBundle(path)
    rows = bundle.manifest["cellucidExt"].get("rows")
    writer = SessionWriter(bundle.dataset_fingerprint, rows)
    for chunk_id in bundle.list_chunk_ids():
        if chunk_id not in chunks:
            writer.add_from(bundle, chunk_id)
    for chunk_id, value in chunks.items():
        if isinstance(value, bytes):
            writer.add_bytes(chunk_id, value, contributor="test")
        elif value is not None:
            writer.add_json(chunk_id, value, contributor="test")
    return writer.write(path)


@pytest.mark.parametrize(
    "chunks",
    [
        {"highlights/meta": b"{}"},
        {"highlights/meta": [1]},
        {"highlights/cells/highlight_1": {"a": 1}},
        {"highlights/cells/highlight_1": encode_cells([N])},
        {"user-defined/codes/user_cat_1": {"a": 1}},
        # 2**27 codes in one run of a file of a few bytes.
        {"user-defined/codes/user_cat_1": b"\x02\x80\x80\x80\x40\x01\x00\x80\x80\x80\x40"},
        {"core/field-overlays": {"userDefinedFields": [FIELD, FIELD]}},
        {
            "highlights/meta": {
                "pages": [
                    {"id": "p", "highlightedGroups": [{"id": f"g{i}"} for i in range(50_000)]},
                    {"id": "q", "highlightedGroups": [{"id": f"h{i}"} for i in range(50_000)]},
                ]
            }
        },
    ],
    ids=[
        "binary meta",
        "list meta",
        "json cells",
        "cell over",
        "json codes",
        "long run",
        "field twice",
        "many groups",
    ],
)
def test_damage_is_told_and_takes_no_memory(tmp_path: Path, chunks: dict[str, object]) -> None:
    # So many cells that a column each of 100,000 groups would be 5 GB.
    n = 50_000 if "pages" in str(chunks.get("highlights/meta")) else N
    path = changed(session(tmp_path / "s", count=n), chunks)
    adata = make(n)
    tracemalloc.start()
    try:
        with pytest.raises(SessionFormatError):
            applied(path, adata, inplace=True)
        assert tracemalloc.get_traced_memory()[1] < 96 * 2**20
    finally:
        tracemalloc.stop()
    assert list(adata.obs.columns) == ["old"]
    assert dict(adata.uns) == {}


def test_names_of_other_cells_move_no_label(tmp_path: Path) -> None:
    whole = make()
    path = session(tmp_path / "s", names=named(whole))
    changed(path, {"identity/obs-names": encode_names(named(whole)[::-1])})
    with pytest.raises(SessionFormatError, match="not the names that the manifest's hash is of"):
        applied(path, whole[::-1].copy())


def test_a_group_whose_cells_are_lost_is_no_empty_group(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    changed(path, {"highlights/cells/highlight_1": None, "user-defined/codes/user_cat_1": None})
    out, summary = applied(path, make())
    assert summary.added_obs_columns == [f"{PREFIX}highlight_2", f"{PREFIX}highlight_3"]
    assert not held(out, "highlight_3")
    left = dict(summary.left_out)
    assert left["highlight_1"] == "the file has none of its 3 cells"
    assert left["my label"] == "the file has no codes for it"
    assert "left out: highlight_1: the file has none of its 3 cells" in repr(summary)


def test_other_genes_are_a_mismatch_only_where_the_cells_are_not_known(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    with pytest.raises(ValueError, match=r"cellCount is 8 in .*, 7 here; varCount is 2 .*, 1 here"):
        applied(path, make(7)[:, :1].copy(), dataset_mismatch="error")
    known = session(tmp_path / "k", names=named(make()))
    out, _ = applied(known, make()[:, :1].copy(), dataset_mismatch="error")
    assert held(out, "highlight_1") == {"c0", "c3", "c4"}


def test_a_session_that_knows_nothing_of_its_cells_is_not_applied_in_silence(
    tmp_path: Path,
) -> None:
    path = session(tmp_path / "s", count=None)
    with pytest.warns(UserWarning, match="does not say which cells it was made on"):
        out, _ = applied(path, make())
    assert held(out, "highlight_2") == {"c7"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        applied(path, make(), dataset_mismatch="skip")


@pytest.mark.parametrize("kind", ["h5ad", "zarr"])
@pytest.mark.parametrize("name", ["T/B", "a\0b", "\ud83d", "_index", "", "  "])
def test_any_name_can_be_stored(tmp_path: Path, kind: str, name: str) -> None:
    field = {**FIELD, "key": name, "categories": [name, "B", "C"]}
    out, summary = applied(session(tmp_path / "s", fields=(field,)), make())
    path = tmp_path / f"out.{kind}"
    getattr(out, f"write_{kind}")(path)
    back = anndata.read_h5ad(path) if kind == "h5ad" else anndata.read_zarr(path)
    pd.testing.assert_frame_equal(back.obs, out.obs)
    assert summary.added_obs_columns[-1] in back.obs


def test_a_column_does_not_hide_the_index(tmp_path: Path) -> None:
    adata = make()
    adata.obs.index.name = "my_label"
    out, summary = applied(session(tmp_path / "s"), adata, column_conflict="overwrite")
    assert summary.added_obs_columns[-1] == "my_label__2"
    out.write_h5ad(tmp_path / "out.h5ad")


def test_the_record_is_not_what_a_stranger_says(tmp_path: Path) -> None:
    group = {"id": "highlight_2", "page": "forged", "column": "forged", "cellCount": 1}
    meta = {"pages": [{"id": "p", "name": "P", "highlightedGroups": [group]}]}
    out, _ = applied(changed(session(tmp_path / "s"), {"highlights/meta": meta}), make())
    kept = json.loads(out.uns["cellucid"]["groups"])[0]
    assert (kept["page"], kept["column"]) == ("P", f"{PREFIX}highlight_2")


def test_names_that_repeat_do_not_matter_where_nothing_moved(tmp_path: Path) -> None:
    adata = make(names=["same"] * N)
    out, summary = applied(session(tmp_path / "s", names=named(adata)), adata)
    assert summary.aligned == "position"
    assert np.flatnonzero(out.obs[f"{PREFIX}highlight_1"]).tolist() == CELLS["highlight_1"]


def test_a_view_changed_in_place(tmp_path: Path) -> None:
    whole = make()
    view = whole[[7, 3]]
    applied(session(tmp_path / "s", names=named(whole)), view, inplace=True)
    assert held(view, "highlight_2") == {"c7"}
    assert list(whole.obs.columns) == ["old"]


def test_data_backed_by_a_file(tmp_path: Path) -> None:
    make().write_h5ad(tmp_path / "a.h5ad")
    adata = anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")
    path = session(tmp_path / "s")
    with pytest.raises(ValueError, match="use inplace=True"):
        applied(path, adata)
    applied(path, adata, inplace=True)
    assert held(adata, "highlight_2") == {"c7"}
    adata.file.close()
