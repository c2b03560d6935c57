"""The PyPI package `cellucid` 0.9.5, which reads format 2, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import anndata
import pandas as pd
import pytest

from benchmarks.peers import peer_python

CELLUCID_2 = ("cellucid==0.9.5", "anndata<0.13", "pandas<3")


@pytest.fixture(scope="session", name="peer2_python")
def _peer2_python(request: pytest.FixtureRequest) -> Path:
    """Its interpreter; the environment is made once and kept in pytest's cache folder."""
    return peer_python(CELLUCID_2, request.config.cache.mkdir("peers").parent)


APPLY = """
import sys, json, anndata, cellucid
from pathlib import Path
for file, data, out, dataset_id in json.load(sys.stdin):
    adata = anndata.read_h5ad(data)
    try:
        cellucid.apply_cellucid_session_to_anndata(
            file, adata, expected_dataset_id=dataset_id, inplace=True, store_uns=False)
        adata.obs.to_pickle(out)
    except (TypeError, ValueError) as error:
        Path(out).with_suffix(".txt").write_text(str(error))
"""


def peers_obs2(
    python: Path,
    jobs: Mapping[str, tuple[Path, anndata.AnnData]],
    dataset_id: str,
    folder: Path,
) -> dict[str, pd.DataFrame | str]:
    """The `obs` of each AnnData after the peer applied a session to it, or what it complained of.

    All in one process, since the peer is slow to start.
    """
    work = []
    for name, (file, adata) in jobs.items():
        adata.write_h5ad(folder / f"{name}.h5ad")
        out = folder / f"{name}.pickle"
        work.append([str(file), str(folder / f"{name}.h5ad"), str(out), dataset_id])
    done = subprocess.run(
        [python, "-c", APPLY], input=json.dumps(work), capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, pd.DataFrame | str] = {}
    for name in jobs:
        complaint = folder / f"{name}.txt"
        if complaint.exists():
            found[name] = complaint.read_text()
        else:
            found[name] = pd.read_pickle(folder / f"{name}.pickle")
    return found
