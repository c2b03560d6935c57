"""Files that are looked at before each read; many of them not every time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.stores import watched
from cellucid_ext.dataset.stores.watched import MANY, SECONDS, Watched

from .reading import body, make


def files(folder: Path, n: int) -> list[Path]:
    made = [folder / f"{n} files, {place}" for place in range(n)]
    for file in made:
        file.touch()
    return made


def test_many_files_are_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [0.0]
    monkeypatch.setattr(watched, "monotonic", lambda: times[-1])
    few, many = files(tmp_path, MANY), files(tmp_path, MANY + 1)
    one, other = Watched("few", few), Watched("many", many)
    os.utime(few[-1], ns=(0, 0))
    os.utime(many[-1], ns=(0, 0))
    with pytest.raises(DatasetError, match="few changed since it was opened"):
        one.check()
    times.append(SECONDS * 0.9)
    other.check()
    with pytest.raises(DatasetError, match="many changed since it was opened"):
        other.check(now=True)
    times.append(SECONDS)
    # And so it stays, once it was seen.
    for _ in range(2):
        with pytest.raises(DatasetError, match="many changed since it was opened"):
            other.check()


def test_the_identity_is_the_same_for_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.h5ad"
    make().write_h5ad(path)
    os.utime(path, ns=(0, 1_000_000_000 * 10**9))
    one, other = (body(open_source(path), "dataset_identity.json") for _ in range(2))
    assert one == other
    assert b'"created_at":"2001-09-09T01:46:40+00:00"' in one


def test_long_lists_of_names_have_revisions_of_their_own(tmp_path: Path) -> None:
    genes = [f"g{place}" for place in range(3000)]
    path = tmp_path / "pbmc.h5ad"
    make(x=np.zeros((6, 3000), dtype=np.float32)).write_h5ad(path)
    some = [genes[:1500] + genes[1501:], genes[:1501] + genes[1502:]]
    lists = [open_source(path, genes=names).revision for names in some]
    arrays: list[Any] = [np.array(names) for names in some]
    again = [open_source(path, genes=array).revision for array in arrays]
    assert lists[0] != lists[1]
    assert again == lists
