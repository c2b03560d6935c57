"""The PyPI package `cellucid` 0.0.9, in an environment of its own, to hold results against."""

from __future__ import annotations

import subprocess
from pathlib import Path

import anndata
import pandas as pd
import pytest

from benchmarks.peers import CELLUCID_1, peer_python


@pytest.fixture(scope="session", name="peer_python")
def _peer_python(request: pytest.FixtureRequest) -> Path:
    """Its interpreter; the environment is made once and kept in pytest's cache folder."""
    return peer_python(CELLUCID_1, request.config.cache.mkdir("peers").parent)


APPLY = """
import sys, anndata, cellucid
adata = anndata.read_h5ad(sys.argv[2])
out = cellucid.apply_cellucid_session_to_anndata(sys.argv[1], adata, store_uns=False)
out.obs.to_pickle(sys.argv[3])
"""


def peers_obs(python: Path, file: Path, adata: anndata.AnnData, folder: Path) -> pd.DataFrame:
    """The `obs` of an AnnData after the peer applied a session file to it."""
    adata.write_h5ad(folder / "adata.h5ad")
    files = [file, folder / "adata.h5ad", folder / "obs.pickle"]
    done = subprocess.run(
        [python, "-c", APPLY, *files], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    obs: pd.DataFrame = pd.read_pickle(folder / "obs.pickle")
    return obs
