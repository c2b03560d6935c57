"""Where the PyPI package `cellucid` 0.0.9 is wrong, one by one, and what happens here instead.

`docs/compared.md` lists them in words. Should a later release of it do better, these tests tell.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cellucid_ext import CellucidSessionBundle, SessionFormatError

from .test_apply import CODES, FIELD, PREFIX, VECTORS, N, applied, make, named, session
from .test_strangers import changed

COPY = {
    "id": "copy",
    "source": "obs",
    "kind": "continuous",
    "key": "old copy",
    "sourceField": {"sourceKey": "old"},
}
ONE_FIELD = {**FIELD, "categories": ["T cell", "B cell"]}


def _fields(*fields: dict[str, Any], **overlays: Any) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        said = {"core/field-overlays": {"userDefinedFields": list(fields), **overlays}}
        return changed(session(path, names=named(make())), said)

    return write


def _lost_cells(path: Path) -> Path:
    return changed(session(path, fields=(ONE_FIELD,)), {"highlights/cells/highlight_1": None})


def _half_bad(path: Path) -> Path:
    return changed(session(path, fields=(ONE_FIELD,)), {"highlights/cells/highlight_2": b"\xff"})


def _largest_code(path: Path) -> Path:
    field = {**FIELD, "categories": [f"k{i}" for i in range(256)], "codesType": "Uint8Array"}
    return session(path, fields=(field,), codes=[255] * N)


CASES: dict[str, Callable[[Path], Path]] = {
    "of a gene": _fields({**ONE_FIELD, "source": "var"}),
    "copy": _fields(COPY),
    "purged": _fields({**ONE_FIELD, "isPurged": True}),
    "category twice": _fields(FIELD),
    "renamed": _fields(ONE_FIELD, renames={"categories": {"obs:my label:0": "naive T"}}),
    "letters": _fields({**ONE_FIELD, "key": "naïve"}),
    "255": _largest_code,
    "lost cells": _lost_cells,
    "half bad": _half_bad,
}

RUN = """
import json, sys, warnings
import anndata, cellucid
found = {}
for name, file in json.loads(sys.argv[1]).items():
    adata = anndata.read_h5ad(sys.argv[2])
    before = list(adata.obs.columns)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        try:
            out = cellucid.apply_cellucid_session_to_anndata(file, adata, inplace=True)
            error = None
        except Exception as e:
            error = type(e).__name__
    new = [c for c in adata.obs.columns if c not in before]
    plain = {c: adata.obs[c].astype(object) for c in new}
    values = {c: column.where(column.notna(), None).tolist() for c, column in plain.items()}
    found[name] = {"error": error, "new": new, "values": values, "uns": list(adata.uns),
                   "warnings": [str(w.message) for w in told if w.category is UserWarning]}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("faults")
    written = {name: write(folder / f"{i}") for i, (name, write) in enumerate(CASES.items())}
    return {**written, "other data": session(folder / "other", count=99)}


@pytest.fixture(scope="module")
def theirs(
    files: dict[str, Path], peer_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    data = tmp_path_factory.mktemp("data") / "a.h5ad"
    make().write_h5ad(data)
    given = json.dumps({name: str(path) for name, path in files.items()})
    done = subprocess.run(
        [peer_python, "-c", RUN, given, data], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


Found = dict[str, dict[str, Any]]
Files = dict[str, Path]


def test_a_field_made_from_a_gene_is_dropped(files: Files, theirs: Found) -> None:
    assert "my_label" not in theirs["of a gene"]["new"]
    assert "my_label" in applied(files["of a gene"], make())[0].obs


def test_a_copy_of_a_column_is_dropped(files: Files, theirs: Found) -> None:
    assert not any("copy" in name for name in theirs["copy"]["new"])
    assert "old_copy" in applied(files["copy"], make())[0].obs


def test_a_purged_field_comes_back(files: Files, theirs: Found) -> None:
    assert "my_label" in theirs["purged"]["new"]
    assert "my_label" not in applied(files["purged"], make())[0].obs


def test_a_category_named_twice_stops_everything_halfway(files: Files, theirs: Found) -> None:
    assert theirs["category twice"]["error"] == "ValueError"
    assert f"{PREFIX}highlight_1" in theirs["category twice"]["new"]
    assert "my_label" in applied(files["category twice"], make())[0].obs


def test_renamed_categories_keep_their_old_names(files: Files, theirs: Found) -> None:
    assert theirs["renamed"]["values"]["my_label"][0] == "T cell"
    assert applied(files["renamed"], make())[0].obs["my_label"].iloc[0] == "naive T"


def test_letters_beyond_ascii_are_lost(files: Files, theirs: Found) -> None:
    assert "na_ve" in theirs["letters"]["new"]
    assert "naïve" in applied(files["letters"], make())[0].obs


def test_a_group_whose_cells_are_lost_is_empty_without_a_word(files: Files, theirs: Found) -> None:
    found = theirs["lost cells"]
    assert (found["error"], found["warnings"]) == (None, [])
    assert not any(found["values"][f"{PREFIX}highlight_1"])
    out, summary = applied(files["lost cells"], make())
    assert f"{PREFIX}highlight_1" not in out.obs
    assert dict(summary.left_out)["highlight_1"] == "the file has none of its 3 cells"


def test_damage_in_the_second_group_leaves_the_first(files: Files, theirs: Found) -> None:
    assert theirs["half bad"]["error"] is not None
    assert f"{PREFIX}highlight_1" in theirs["half bad"]["new"]
    adata = make()
    before = adata.obs.copy()
    with pytest.raises(SessionFormatError):
        applied(files["half bad"], adata, inplace=True)
    pd.testing.assert_frame_equal(adata.obs, before)
    assert dict(adata.uns) == {}


def test_another_dataset_is_told_to_the_log_only(files: Files, theirs: Found) -> None:
    assert theirs["other data"]["new"] == []
    assert theirs["other data"]["warnings"] == []
    with pytest.warns(UserWarning, match="Dataset fingerprint mismatch: cellCount is 99"):
        applied(files["other data"], make())


def test_where_it_is_right_the_columns_are_the_same(files: Files, theirs: Found) -> None:
    found = theirs["letters"]["values"]
    out = applied(files["letters"], make())[0].obs
    for name in ("highlight_1", "highlight_2", "highlight_3"):
        assert found[f"{PREFIX}{name}"] == out[f"{PREFIX}{name}"].tolist()
    assert [found["na_ve"][i] for i in (0, 1, 3)] == ["T cell", "B cell", None]
    assert len(CODES) == len(found["na_ve"])


def test_the_largest_code_is_a_category(files: Files, theirs: Found) -> None:
    assert set(theirs["255"]["values"]["my_label"]) == {"k255"}
    assert applied(files["255"], make())[0].obs["my_label"].isna().all()


HOSTILE = """
import sys, tracemalloc, cellucid
tracemalloc.start()
bundle = cellucid.CellucidSessionBundle(sys.argv[1])
chunks = [bundle.decode_chunk(chunk_id) for chunk_id in bundle.list_chunk_ids()]
print(len(bundle.manifest["chunks"]), len(chunks), tracemalloc.get_traced_memory()[1] // 2**20)
"""


@pytest.mark.parametrize("name", ["bad-bomb-declared-huge", "bad-chunk-id-twice"])
def test_hostile_files_are_opened(peer_python: Path, name: str) -> None:
    file = VECTORS / f"{name}.cellucid-session"
    done = subprocess.run(
        [peer_python, "-c", HOSTILE, file], capture_output=True, text=True, timeout=120
    )
    n_described, n_read, mebibytes = map(int, done.stdout.split())
    assert n_described > n_read or mebibytes > 1000
    with pytest.raises(SessionFormatError):
        list(CellucidSessionBundle(file).iter_chunks(decode=True))
