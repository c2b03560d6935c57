"""Which embeddings an AnnData has for 1, 2 and 3 dimensions, and their points for the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .source import DatasetError

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


def choose(obsm: Mapping[str, Any]) -> dict[int, str]:
    """Choose an embedding for each dimension that has one.

    A key made for it, such as ``X_umap_3d``, comes first; then the first of the usual keys that is
    just as wide. Where that gives none at all, the first columns of a wider one do for 2D and 3D.

    Raises
    ------
    DatasetError
        If there is none.
    """
    widths = {key: value.shape[1] for key, value in obsm.items() if _is_embedding(value)}
    chosen: dict[int, str] = {}
    for dimension in DIMENSIONS:
        named = [f"{key}_{dimension}d" for key in _PREFERRED]
        others = [key for key in widths if key.endswith(f"_{dimension}d")]
        exact = [*_PREFERRED, *(key for key in widths if key.startswith("X_"))]
        for key in (*named, *others, *exact):
            if widths.get(key) == dimension:
                chosen[dimension] = key
                break
    if not chosen:
        wide = [key for key in (*_PREFERRED, *widths) if widths.get(key, 0) > 3]
        if wide:
            chosen = {2: wide[0], 3: wide[0]}
    if not chosen:
        keys = ", ".join(map(repr, obsm)) or "none"
        raise DatasetError(
            f"this AnnData has no embedding to show (obsm keys: {keys}); compute one first, for "
            "example with scanpy.tl.umap(adata), or put coordinates in adata.obsm['X_umap']"
        )
    return chosen


def _is_embedding(value: Any) -> bool:
    if len(getattr(value, "shape", ())) != 2 or sp.issparse(value):
        return False
    dtypes = value.dtypes if hasattr(value, "iloc") else [value.dtype]
    return all(dtype.kind in "fiu" for dtype in dtypes)


def points(embedding: Any, dimension: int) -> Points:
    """Scale an embedding to about [-1, 1], the same for all axes, with its middle at 0.

    Parameters
    ----------
    embedding
        Array or data frame of shape (cells, at least `dimension`).
    dimension
        1, 2 or 3.
    """
    if hasattr(embedding, "iloc"):
        embedding = embedding.to_numpy(dtype=np.float64, na_value=np.nan)
    given = np.asarray(embedding[:, :dimension], dtype=np.float64)
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
