"""The same file gives the same columns in the PyPI package `cellucid` 0.0.9."""

from __future__ import annotations

import subprocess
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

from cellucid_ext import apply_cellucid_session_to_anndata
from tests.peer import peers_obs

from .test_apply import VECTORS, make, named, session


def assert_same(ours: pd.DataFrame, theirs: pd.DataFrame, columns: list[str]) -> None:
    assert columns
    for column in columns:
        mine = ours[column].astype(object).where(ours[column].notna(), None).tolist()
        other = theirs[column].astype(object).where(theirs[column].notna(), None).tolist()
        assert mine == other, column


def test_a_file_of_ours(peer_python: Path, tmp_path: Path) -> None:
    adata = make()
    field = {
        "id": "user_cat_1",
        "source": "obs",
        "kind": "category",
        "key": "my label",
        "categories": ["T cell", "B cell"],
        "codesLength": 8,
        "codesType": "Uint8Array",
        "isDeleted": False,
        "isPurged": False,
    }
    codes = [0, 1, 0, 255, 0, 1, 1, 1]
    file = session(tmp_path / "s", names=named(adata), fields=(field,), codes=codes)
    ours = apply_cellucid_session_to_anndata(file, adata).obs
    theirs = peers_obs(peer_python, file, adata, tmp_path)
    highlights = [f"cellucid_highlight__highlight_{i}" for i in (1, 2)]
    assert_same(ours, theirs, [*highlights, "my_label"])


@pytest.mark.parametrize(("name", "shape"), [("small", (41, 12)), ("medium", (20001, 300))])
def test_files_of_strangers(
    peer_python: Path, tmp_path: Path, name: str, shape: tuple[int, int]
) -> None:
    adata = anndata.AnnData(np.zeros(shape, dtype=np.float32))
    file = VECTORS / f"{name}.cellucid-session"
    ours = apply_cellucid_session_to_anndata(file, adata).obs
    theirs = peers_obs(peer_python, file, adata, tmp_path)
    # What the peer drops, such as fields made from a gene, is not there to compare.
    shared = [column for column in ours.columns if column in theirs.columns]
    assert_same(ours, theirs, shared)
    assert len(shared) >= 5


def test_moved_rows_are_where_we_differ(peer_python: Path, tmp_path: Path) -> None:
    adata = make()
    file = session(tmp_path / "s", names=named(adata), fields=())
    turned = adata[::-1].copy()
    column = "cellucid_highlight__highlight_1"
    ours = apply_cellucid_session_to_anndata(file, turned).obs
    theirs = peers_obs(peer_python, file, turned, tmp_path)
    assert sorted(ours.index[ours[column]]) == ["c0", "c3", "c4"]
    assert sorted(theirs.index[theirs[column]]) == ["c3", "c4", "c7"]


def test_a_subset_is_labelled_here_and_not_there(peer_python: Path, tmp_path: Path) -> None:
    adata = make()
    file = session(tmp_path / "s", names=named(adata), fields=())
    half = adata[:4].copy()
    column = "cellucid_highlight__highlight_1"
    ours = apply_cellucid_session_to_anndata(file, half).obs
    assert sorted(ours.index[ours[column]]) == ["c0", "c3"]
    assert column not in peers_obs(peer_python, file, half, tmp_path)


def test_the_result_can_be_written_here_and_not_there(peer_python: Path, tmp_path: Path) -> None:
    adata = make()
    file = session(tmp_path / "s", names=named(adata), fields=())
    apply_cellucid_session_to_anndata(file, adata).write_h5ad(tmp_path / "ours.h5ad")
    write = """
import sys, anndata, cellucid
adata = anndata.read_h5ad(sys.argv[2])
out = cellucid.apply_cellucid_session_to_anndata(sys.argv[1], adata)
try:
    out.write_h5ad(sys.argv[3])
except TypeError as error:
    print("could not be written")
"""
    adata.write_h5ad(tmp_path / "adata.h5ad")
    files = [file, tmp_path / "adata.h5ad", tmp_path / "theirs.h5ad"]
    done = subprocess.run(
        [peer_python, "-c", write, *files], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "could not be written", done.stderr
