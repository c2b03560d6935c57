"""Small datasets, and a reader of their files that shares no code with what plays them."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from anndata import AnnData

from cellucid_ext.dataset import Source, open_source

UMAP = np.array([[0, 0], [4, 1], [2, 2], [1, 2], [3, 1], [0, 1]], dtype=np.float32)
X = np.array(
    [[0, 1, 2], [3, 0, 0], [0, 0, 5], [7, 0, 1], [0, 0, 0], [2, 4, 6]],
    dtype=np.float32,
)


def make(
    obs: dict[str, Any] | pd.DataFrame | None = None,
    x: Any = X,
    obsm: dict[str, Any] | None = None,
    genes: list[str] | None = None,
) -> AnnData:
    """Six cells, unless told otherwise."""
    obsm = {"X_umap": UMAP} if obsm is None else obsm
    n = len(next(iter(obsm.values()))) if obsm else len(UMAP)
    index = pd.Index([f"cell-{i}" for i in range(n)])
    frame = obs if isinstance(obs, pd.DataFrame) else pd.DataFrame(obs or {}, index=index)
    frame.index = index
    if x is None:
        return AnnData(obs=frame, obsm=obsm)
    var = pd.DataFrame(index=genes or [f"g{i}" for i in range(x.shape[1])])
    return AnnData(x, obs=frame, var=var, obsm=obsm)


def many(n: int, obs: dict[str, Any]) -> AnnData:
    """`n` cells without expression."""
    return make(obs, None, {"X_umap": np.zeros((n, 2), dtype=np.float32)})


def body(source: Source, path: str) -> bytes:
    return bytes(source.read(path).body)


def content(path: str, data: bytes) -> object:
    """What a file says; of the identity, all but the revision, which each source has of its own."""
    if path != "dataset_identity.json":
        return data
    return {key: value for key, value in json.loads(data).items() if key != "revision"}


def read_json(source: Source, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body(source, f"{name}.json"))
    return found


def identity(data: AnnData | Source) -> dict[str, Any]:
    source = open_source(data) if isinstance(data, AnnData) else data
    return read_json(source, "dataset_identity")


def points(source: Source, dimension: int) -> npt.NDArray[np.float32]:
    flat = np.frombuffer(body(source, f"points_{dimension}d.bin"), dtype="<f4")
    return flat.reshape(-1, dimension)


def coordinates(source: Source, dimension: int) -> npt.NDArray[np.float64]:
    """The embedding as it was before it was scaled."""
    scaled = identity(source)["embeddings"]["transforms"][f"{dimension}d"]
    return points(source, dimension) * scaled["scale"] + np.array(scaled["center"])


def file_of(manifest: dict[str, Any], key: str) -> str:
    """A key's name in paths, as the folder's description has it."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", key).strip("._") or "field"
    name: str = manifest["_files"].get(key, plain)
    return name


def values(source: Source, key: str) -> npt.NDArray[np.float32]:
    manifest = read_json(source, "obs_manifest")
    assert [key] in manifest["_continuousFields"]
    path = manifest["_obsSchemas"]["continuous"]["pathPattern"]
    return np.frombuffer(body(source, path.format(key=file_of(manifest, key))), dtype="<f4")


def codes(source: Source, key: str) -> tuple[list[int], list[str], str, int]:
    """Codes, categories, dtype and the code that says missing."""
    manifest = read_json(source, "obs_manifest")
    [entry] = [entry for entry in manifest["_categoricalFields"] if entry[0] == key]
    _, names, dtype, missing, _ = entry
    ext = {"uint8": "u8", "uint16": "u16", "uint32": "u32"}[dtype]
    pattern = manifest["_obsSchemas"]["categorical"]["codesPathPattern"]
    path = pattern.format(key=file_of(manifest, key), ext=ext)
    return np.frombuffer(body(source, path), dtype=dtype).tolist(), names, dtype, missing


def labels(source: Source, key: str) -> list[str | None]:
    """What each cell is called in a categorical column; None where that is missing."""
    found, names, _, missing = codes(source, key)
    return [None if code == missing else names[code] for code in found]


def genes(source: Source) -> list[str]:
    return [gene for [gene] in read_json(source, "var_manifest")["fields"]]


def expression(source: Source, gene: str) -> list[float]:
    manifest = read_json(source, "var_manifest")
    path = manifest["_varSchema"]["pathPattern"].format(key=file_of(manifest, gene))
    found: list[float] = np.frombuffer(body(source, path), dtype="<f4").tolist()
    return found
