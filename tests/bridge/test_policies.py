"""How a session is applied: aligned, named, copied, tried, recorded; to AnnData and MuData."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import anndata
import mudata
import numpy as np
import pandas as pd
import pytest

from cellucid_ext import ApplySummary, SessionFormatError, session_records
from cellucid_ext.bridge.columns import NewColumns

from .test_apply import CELLS, FIELD, PREFIX, N, applied, held, make, named, session


def test_by_position_whatever_the_names_are(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=named(make()))
    turned = make()[::-1].copy()
    out, summary = applied(path, turned, align="position")
    assert held(out, "highlight_2") == {"c0"}
    assert summary.aligned == "position"
    with pytest.raises(ValueError, match="cellCount is 8 in the session, 7 here"):
        applied(path, make(7), align="position", dataset_mismatch="error")


def test_never_by_position_alone(tmp_path: Path) -> None:
    known = session(tmp_path / "k", names=named(make()))
    assert applied(known, make(), align="names")[1].aligned == "names"
    out, _ = applied(known, make()[::-1].copy(), align="names")
    assert held(out, "highlight_2") == {"c7"}
    with pytest.raises(ValueError, match="does not know the names of its cells"):
        applied(session(tmp_path / "s"), make(), align="names", dataset_mismatch="error")


def test_columns_named_after_labels(tmp_path: Path) -> None:
    path = session(tmp_path / "s")
    _, summary = applied(path, make(), highlight_names="label", add_user_defined_fields=False)
    assert summary.added_obs_columns == [f"{PREFIX}L_{group}" for group in CELLS]


def test_labels_that_repeat_are_told_apart(tmp_path: Path) -> None:
    from .test_strangers import changed

    groups = [{"id": f"highlight_{i}", "label": "T cells", "cellCount": 0} for i in (8, 9)]
    meta = {"pages": [{"id": "p", "highlightedGroups": groups}]}
    path = changed(session(tmp_path / "s", fields=()), {"highlights/meta": meta})
    _, summary = applied(path, make(), highlight_names="label", highlights_prefix="")
    assert summary.added_obs_columns == ["T_cells", "T_cells__2"]


@pytest.mark.parametrize("policy", ["align", "highlight_names", "copy"])
def test_a_policy_that_is_none(tmp_path: Path, policy: str) -> None:
    with pytest.raises(ValueError, match=f"{policy} is 'perhaps'"):
        applied(session(tmp_path / "s"), make(), **{policy: "perhaps"})


def test_a_dry_run_tells_what_would_be_and_touches_nothing(tmp_path: Path) -> None:
    adata = make()
    path = session(tmp_path / "s", names=named(adata))
    before = adata.copy()
    from cellucid_ext import apply_cellucid_session_to_anndata

    summary = apply_cellucid_session_to_anndata(path, adata, inplace=True, dry_run=True)
    assert isinstance(summary, ApplySummary)
    assert summary.added_obs_columns == [*(f"{PREFIX}{g}" for g in CELLS), "my_label"]
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    assert dict(adata.uns) == {}
    assert summary == applied(path, adata)[1]


def test_a_shallow_copy_shares_the_arrays(tmp_path: Path) -> None:
    adata = make()
    adata.layers["counts"] = np.ones((N, 2), dtype=np.float32)
    adata.obsm["X_umap"] = np.ones((N, 2))
    adata.raw = adata.copy()
    adata.uns["kept"] = 1
    out, _ = applied(session(tmp_path / "s", names=named(adata)), adata, copy="shallow")
    assert list(adata.obs.columns) == ["old"]
    assert dict(adata.uns) == {"kept": 1}
    assert held(out, "highlight_2") == {"c7"}
    assert np.shares_memory(out.X, adata.X)
    assert np.shares_memory(out.layers["counts"], adata.layers["counts"])
    assert np.shares_memory(out.obsm["X_umap"], adata.obsm["X_umap"])
    assert np.shares_memory(out.raw.X, adata.raw.X)
    out.obs["old"] = 0
    assert adata.obs["old"].tolist() == list(range(N))
    out.write_h5ad(tmp_path / "out.h5ad")


@pytest.mark.parametrize("n_groups", [3, 120])
def test_all_columns_or_none(n_groups: int) -> None:
    """Also when a column can't be added that nobody could know of before."""
    adata = make()
    adata.var["old"] = 1
    before = adata.copy()
    columns = NewColumns(adata, "overwrite")
    for i in range(n_groups):
        columns.add("obs", f"h{i}", f"h{i}", np.ones(N, dtype=bool))
    columns.add("obs", "old", "old", np.ones(N, dtype=bool))
    columns.add("var", "too many", "v", np.ones(99, dtype=bool))
    with pytest.raises(ValueError, match=r"[Ll]ength"):
        columns.add_to(adata)
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    pd.testing.assert_frame_equal(adata.var, before.var)


def test_many_groups_do_not_fragment(tmp_path: Path) -> None:
    adata = make()
    cells = {f"g{i}": [i % N] for i in range(150)}
    path = session(tmp_path / "s", cells=cells, names=named(adata))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, _ = applied(path, adata)
        out.obs["one more"] = 1
    assert held(out, "g149") == {f"c{149 % N}"}


def test_every_session_is_recorded(tmp_path: Path) -> None:
    adata = make()
    # As others keep it there, in a form that could not be written.
    adata.uns["cellucid"] = {"session": {"chunks": {"highlights/meta": [{"a": 1}]}}}
    once, _ = applied(session(tmp_path / "a", names=named(adata)), adata)
    twice, summary = applied(session(tmp_path / "b", cells={"other": [1]}, fields=()), once)
    twice.write_h5ad(tmp_path / "out.h5ad")
    twice.write_zarr(tmp_path / "out.zarr")
    read = (
        twice,
        anndata.read_h5ad(tmp_path / "out.h5ad"),
        anndata.read_zarr(tmp_path / "out.zarr"),
    )
    for back in read:
        others, first, second = session_records(back)
        assert others["session"] == {"chunks": {"highlights/meta": [{"a": 1}]}}
        assert first["rows"] == {"aligned": "position", "matched": N, "missing": 0, "new": 0}
        assert first["obs_columns"][-1] == "my_label"
        assert first["chunks"]["core/field-overlays"]["userDefinedFields"] == [FIELD]
        assert second["obs_columns"] == summary.added_obs_columns == [f"{PREFIX}other"]
        assert second["groups"][0]["column"] == f"{PREFIX}other"
        assert second["dataset_fingerprint"]["datasetId"] == "d"
    assert session_records(make()) == []


def test_a_summary_is_shown_as_text_and_as_html(tmp_path: Path) -> None:
    field = {**FIELD, "key": "<b>evil\x1b</b>", "isDeleted": True}
    _, summary = applied(session(tmp_path / "s", fields=(field,), names=named(make())), make())
    assert "rows matched by position: 8 found, 0 missing, 0 new" in repr(summary)
    assert "\x1b" not in repr(summary)
    html = summary._repr_html_()
    assert "&lt;b&gt;evil" in html
    assert "<b>" not in html
    assert "cellucid_highlight__highlight_1" in html


def both() -> mudata.MuData:
    rna, adt = make(), anndata.AnnData(np.zeros((N, 5), dtype=np.float32))
    adt.obs_names = named(rna)
    # As many genes as the session says are in the second.
    return mudata.MuData({"adt": adt, "rna": rna})


def test_the_modality_of_a_mudata_that_it_was_made_on(tmp_path: Path) -> None:
    mdata = both()
    path = session(tmp_path / "s", names=named(make()))
    out, summary = applied(path, mdata)
    assert summary.modality == "rna"
    assert "modality: rna" in repr(summary)
    assert held(out["rna"], "highlight_2") == {"c7"}
    assert "my_label" not in mdata["rna"].obs
    assert not any("highlight" in name for name in out["adt"].obs)
    out.write(tmp_path / "out.h5mu")
    back = mudata.read_h5mu(tmp_path / "out.h5mu")
    assert held(back["rna"], "highlight_2") == {"c7"}
    assert session_records(back["rna"])[0]["rows"]["matched"] == N
    applied(path, mdata, inplace=True)
    assert "my_label" in mdata["rna"].obs
    with pytest.raises(ValueError, match="copy='shallow' is for AnnData"):
        applied(path, mdata, copy="shallow")


def test_a_mudata_of_other_cells_is_a_mismatch(tmp_path: Path) -> None:
    path = session(tmp_path / "s", names=[f"x{i}" for i in range(N)])
    with pytest.raises(ValueError, match="none of the session's cell names"):
        applied(path, both(), dataset_mismatch="error")


def test_a_named_modality(tmp_path: Path) -> None:
    from cellucid_ext import CellucidSessionBundle, SessionWriter

    bundle = CellucidSessionBundle(session(tmp_path / "s", names=named(make())))

    def made_on(modality: str) -> Path:
        writer = SessionWriter({**(bundle.dataset_fingerprint or {}), "modality": modality})
        for chunk_id in bundle.list_chunk_ids():
            if chunk_id != "identity/obs-names":
                writer.add_from(bundle, chunk_id)
        writer.add_names(named(make()))
        return writer.write(tmp_path / modality)

    assert applied(made_on("adt"), both())[1].modality == "adt"
    with pytest.raises(ValueError, match="made on the modality 'atac'; this MuData has 'adt', 'r"):
        applied(made_on("atac"), both())


def test_the_modality_that_our_viewer_showed(tmp_path: Path) -> None:
    from cellucid_ext.protocol import SESSION_MAGIC

    data = session(tmp_path / "s", names=named(make())).read_bytes()
    start = len(SESSION_MAGIC) + 4
    end = start + int.from_bytes(data[start - 4 : start], "little")
    manifest = json.loads(data[start:end])

    def made_on(modality: str | None) -> Path:
        # As the page writes it: among what is ours, for others know the keys of a fingerprint.
        mapping = {"expression": "X", "geneNames": "index", "modality": modality}
        manifest["cellucidExt"]["dataMapping"] = mapping
        head = json.dumps(manifest).encode()
        path = tmp_path / str(modality)
        path.write_bytes(SESSION_MAGIC + len(head).to_bytes(4, "little") + head + data[end:])
        return path

    assert applied(made_on("adt"), both())[1].modality == "adt"
    assert applied(made_on(None), both())[1].modality == "rna"
    with pytest.raises(ValueError, match="made on the modality 'atac'; this MuData has 'adt', 'r"):
        applied(made_on("atac"), both())


def test_views_of_backed_data_are_told_before_anything_is_done(tmp_path: Path) -> None:
    make().write_h5ad(tmp_path / "a.h5ad")
    adata = anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")
    path = session(tmp_path / "s", names=named(make()))
    with pytest.raises(ValueError, match="to_memory"):
        applied(path, adata[:4], inplace=True)
    out, _ = applied(path, adata[:4].to_memory())
    assert held(out, "highlight_1") == {"c0", "c3"}
    adata.file.close()


def test_too_many_codes_of_a_session_that_knows_no_counts(tmp_path: Path) -> None:
    path = session(tmp_path / "s", codes=[0] * 9, count=None)
    extra: dict[str, Any] = {"dataset_mismatch": "skip"}
    with pytest.raises(SessionFormatError, match="9 codes, there may be 8 at most"):
        applied(path, make(), **extra)
