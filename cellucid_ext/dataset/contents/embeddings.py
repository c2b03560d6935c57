"""Which embeddings an AnnData has for 1, 2 and 3 dimensions, and their points for the viewer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..source import DatasetError
from .bases import bases_of, field_of
from .masked import unmasked

DIMENSIONS: Final = (1, 2, 3)
_PREFERRED: Final = (
    *("X_umap", "X_tsne", "X_draw_graph_fa", "X_phate", "X_diffmap", "X_pca"),
    "spatial",
)


@dataclass(frozen=True)
class Points:
    """Coordinates as the viewer draws them.

    Attributes
    ----------
    values
        float32 of shape (cells, dimension); NaN where a cell has no position.
    center, scale
        ``values = (embedding - center) / scale``.
    n_without_position
        Cells that are drawn nowhere.
    """

    values: npt.NDArray[np.float32]
    center: list[float]
    scale: float
    n_without_position: int


class Embeddings:
    """Plays the points of the embeddings.

    Parameters
    ----------
    obsm
        Where they are. One that is replaced later leaves what is played as it is.
    wanted
        The key for each dimension; None to find the usual ones.

    Attributes
    ----------
    keys
        The key of each dimension that is played.
    files
        What makes each file.

    Raises
    ------
    DatasetError
        If there is none, or not the one that is wanted.
    """

    def __init__(self, obsm: Mapping[str, Any], wanted: Mapping[int, str] | None = None) -> None:
        self.keys = choose(obsm) if wanted is None else _check(obsm, wanted)
        self._arrays = {key: obsm[key] for key in self.keys.values()}
        self._points: dict[int, Points] = {}
        self._lock = threading.Lock()
        self.files: dict[str, Callable[[], Any]] = {
            f"points_{dimension}d.bin": partial(self._values, dimension) for dimension in self.keys
        }

    def points(self, dimension: int) -> Points:
        """Give the points in so many dimensions."""
        with self._lock:
            if dimension not in self._points:
                values = self._arrays[self.keys[dimension]]
                self._points[dimension] = points(values, dimension)
            return self._points[dimension]

    def close(self) -> None:
        """Let go what was made of them."""
        with self._lock:
            self._points.clear()

    def describe(self) -> dict[str, Any]:
        """Give what stands under ``embeddings`` in the identity."""
        dimensions = sorted(self.keys)
        made = {f"{d}d": self.points(d) for d in dimensions}
        return {
            "available_dimensions": dimensions,
            "default_dimension": 2 if 2 in dimensions else dimensions[-1],
            "files": {f"{d}d": f"points_{d}d.bin" for d in dimensions},
            "keys": {f"{d}d": self.keys[d] for d in dimensions},
            "transforms": {d: {"center": p.center, "scale": p.scale} for d, p in made.items()},
        }

    def without_position(self) -> dict[str, int]:
        """Say how many cells each dimension draws nowhere."""
        return {f"{d}d": self.points(d).n_without_position for d in sorted(self.keys)}

    def _values(self, dimension: int) -> npt.NDArray[np.float32]:
        return self.points(dimension).values


def choose(obsm: Mapping[str, Any]) -> dict[int, str]:
    """Choose an embedding for each dimension that has one.

    A key made for it, such as ``X_umap_3d``, comes first; then the first of the usual keys that is
    just as wide. Where that gives none at all, the first columns of a wider one do for 2D and 3D.
    A vector field, such as ``velocity_umap_3d``, is none.

    Raises
    ------
    DatasetError
        If there is none.
    """
    widths = {key: value.shape[1] for key, value in obsm.items() if _is_embedding(value)}
    bases = bases_of(obsm)
    made = [key for key in widths if field_of(key, bases) is None]
    chosen: dict[int, str] = {}
    for dimension in DIMENSIONS:
        named = [f"{key}_{dimension}d" for key in _PREFERRED]
        others = [key for key in made if key.endswith(f"_{dimension}d")]
        exact = [*_PREFERRED, *(key for key in widths if key.startswith("X_"))]
        for key in (*named, *others, *exact):
            if widths.get(key) == dimension:
                chosen[dimension] = key
                break
    if not chosen:
        wide = [key for key in (*_PREFERRED, *made) if widths.get(key, 0) > 3]
        if wide:
            chosen = {2: wide[0], 3: wide[0]}
    if not chosen:
        keys = ", ".join(map(repr, obsm)) or "none"
        raise DatasetError(
            f"this AnnData has no embedding to show (obsm keys: {keys}); compute one first, for "
            "example with scanpy.tl.umap(adata), or put coordinates in adata.obsm['X_umap']"
        )
    return chosen


def _check(obsm: Mapping[str, Any], wanted: Mapping[int, str]) -> dict[int, str]:
    if not wanted or not set(wanted) <= set(DIMENSIONS):
        raise DatasetError(
            f"embeddings is {dict(wanted)!r}; it must say which key of obsm is shown in 1, 2 or 3 "
            "dimensions, such as {2: 'X_umap'}"
        )
    for dimension, key in wanted.items():
        value = obsm.get(key)
        if value is None or not _is_embedding(value) or value.shape[1] < dimension:
            there = ", ".join(f"{k!r} {v.shape[1:]}" for k, v in obsm.items()) or "none"
            raise DatasetError(
                f"embeddings asks for {key!r} in {dimension}D, but obsm has no such numbers (its "
                f"keys, with their widths: {there})"
            )
    return dict(sorted(wanted.items()))


def _is_embedding(value: Any) -> bool:
    if len(getattr(value, "shape", ())) != 2 or _is_sparse(value):
        return False
    dtypes = dict(value.dtypes).values() if hasattr(value, "iloc") else [value.dtype]
    return all(dtype.kind in "fiu" for dtype in dtypes)


def _is_sparse(value: Any) -> bool:
    # One in a file has a format, too; what Dask has of it stands in its chunks.
    return sp.issparse(getattr(value, "_meta", value)) or hasattr(value, "format")


def points(embedding: Any, dimension: int) -> Points:
    """Scale an embedding to about [-1, 1], the same for all axes, with its middle at 0.

    Parameters
    ----------
    embedding
        Array or data frame of shape (cells, at least `dimension`).
    dimension
        1, 2 or 3.
    """
    if hasattr(embedding, "to_memory"):
        embedding = embedding.to_memory()
    if hasattr(embedding, "iloc"):
        embedding = embedding.to_numpy(dtype=np.float64, na_value=np.nan)
    part: Any = embedding[:, :dimension]
    part = part.compute() if hasattr(part, "compute") else part
    given = np.asarray(unmasked(part), dtype=np.float64)
    finite = np.isfinite(given).all(axis=1)
    n_without = int(len(given) - finite.sum())
    known = given if not n_without else given[finite]
    if len(known):
        low, high = known.min(axis=0), known.max(axis=0)
    else:
        low = high = np.zeros(dimension)
    center = (low + high) / 2
    scale = float((high - low).max() / 2) or 1.0
    values = ((given - center) / scale).astype(np.float32)
    if n_without:
        values[~finite] = np.nan
    return Points(values, center.tolist(), scale, n_without)
