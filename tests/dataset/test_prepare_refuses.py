"""What `prepare` refuses, and that it does so before anything takes long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from cellucid_ext import prepare
from cellucid_ext.dataset import DatasetError, open_source

from .reading import X, make


def of_unread_genes(obs: Any = None) -> AnnData:
    """A dataset whose genes nobody may read."""

    def read(block: Any) -> Any:
        raise AssertionError("a gene was read")

    x = da.from_array(X).map_blocks(read, meta=X)
    return make(obs, x)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"name": "n" * 1001, "dataset_id": "n"},
            "name is 'nnn.*; it must be a text of 1 to 1,000 characters",
        ),
        ({"dataset_id": "d" * 1001}, "id is 'ddd.*; it must be a text of 1 to 1,000 characters"),
    ],
)
def test_a_name_no_folder_opens_with(tmp_path: Path, options: Any, told: str) -> None:
    with pytest.raises(DatasetError, match=f"of this dataset could not be opened: .*{told}"):
        prepare(of_unread_genes(), tmp_path / "a", progress=False, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_no_folder_opens_with(tmp_path: Path) -> None:
    long = pd.Categorical(["a", *"bcdef"], categories=["," * 2_000_000, *"abcdef"])
    data = of_unread_genes({"few": list("aabbcc"), "notes": long, "size": range(6)})
    with pytest.raises(
        DatasetError,
        match=r"could not be opened: obs_manifest\.json has more than 2,000,000 values; of 7 "
        "categories is 'notes', which obs_keys can leave out",
    ):
        prepare(data, tmp_path / "a", progress=False)
    assert list(tmp_path.iterdir()) == []
    folder = prepare(make({"few": list("aabbcc"), "notes": long}), tmp_path / "a", obs_keys=["few"])
    assert open_source(folder).n_cells == 6


@pytest.mark.parametrize(
    "given", ["lab.cellucid-session", b"lab", Path("lab.cellucid-session"), None, 3, [3]]
)
def test_sessions_that_are_no_list_of_paths(tmp_path: Path, given: Any) -> None:
    told = r"sessions is .*; it must be a list of paths, such as \['labels.cellucid-session'\]"
    with pytest.raises(TypeError, match=told):
        prepare(make(), tmp_path / "a", sessions=given, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"compression": True}, "compression is True; it must be a level of gzip from 1 to 9"),
        ({"compression": 6.0}, "compression is 6.0"),
        ({"compression": "6"}, "compression is '6'"),
        ({"quantization": 8.0}, "quantization is 8.0; it must be 8 or 16 bits, or None for none"),
        ({"quantization": [8]}, r"quantization is \[8\]"),
    ],
)
def test_numbers_of_other_kinds(tmp_path: Path, options: Any, told: str) -> None:
    with pytest.raises(DatasetError, match=told):
        prepare(of_unread_genes(), tmp_path / "a", progress=False, **options)
    assert list(tmp_path.iterdir()) == []


def test_whole_numbers_of_numpy(tmp_path: Path) -> None:
    packing: Any = {"compression": np.int64(6), "quantization": np.uint8(8)}
    folder = prepare(make(), tmp_path / "a", progress=False, **packing)
    assert (folder / "var" / "g0.values.u8.gz").is_file()
    assert open_source(folder).n_vars == 3
