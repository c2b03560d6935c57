"""An ``.h5ad`` file that is shown, and what others do with it at the same time."""

from __future__ import annotations

import fcntl
from pathlib import Path

import anndata
import h5py
import numpy as np
import pytest

from cellucid_ext.dataset import DatasetError
from cellucid_ext.dataset.stores.h5ad import H5adSource

from .reading import X, expression, make


def test_a_person_reads_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make().write_h5ad(file)
    source = H5adSource(file)
    assert anndata.read_h5ad(file).shape == (6, 3)
    backed = anndata.read_h5ad(file, backed="r")
    np.testing.assert_array_equal(backed.X[:], X)
    assert expression(source, "g1") == X[:, 1].tolist()
    source.close()
    again = H5adSource(file)
    backed.file.close()
    assert expression(again, "g1") == X[:, 1].tolist()


def test_the_locks_of_others(tmp_path: Path) -> None:
    path = tmp_path / "pbmc.h5ad"
    make().write_h5ad(path)
    # What another process would do.
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        H5adSource(path).close()
        fcntl.flock(file, fcntl.LOCK_UN)
        with h5py.File(path, "r+"):
            H5adSource(path).close()
            with pytest.raises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_a_file_that_was_opened_with_other_locks(tmp_path: Path) -> None:
    file = tmp_path / "pbmc.h5ad"
    make().write_h5ad(file)
    with h5py.File(file, locking=False):
        H5adSource(file).close()
    with (
        h5py.File(file, locking=True),
        pytest.raises(DatasetError, match=r"pbmc.h5ad is open already, .* \(.*locking flag values"),
    ):
        H5adSource(file)
