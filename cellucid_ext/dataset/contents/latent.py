"""How far cells are from the middle of their category: centroids, and quantiles of outliers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..source import DatasetError
from .masked import unmasked

FEWEST_CELLS: Final = 10
"""A category with fewer cells has no centroid, and no outliers."""
INLIERS: Final = 0.95
"""The share of a category's cells its centroid is the mean of."""

_ROWS_AT_A_TIME: Final = 2**16


class Latent:
    """The space in which cells far from the rest of their category are found.

    Parameters
    ----------
    obsm
        Where it is.
    key
        Its key.

    Raises
    ------
    DatasetError
        If there is none, or it holds no numbers.
    """

    def __init__(self, obsm: Mapping[str, Any], key: str) -> None:
        self.key = key
        space = obsm.get(key)
        if space is None:
            there = ", ".join(map(repr, obsm)) or "none"
            raise DatasetError(f"latent is {key!r}, which obsm has not (its keys: {there})")
        if hasattr(space, "iloc"):
            space = space.to_memory() if hasattr(space, "to_memory") else space
            space = space.to_numpy(dtype=np.float64, na_value=np.nan)
        if len(getattr(space, "shape", ())) != 2 or space.dtype.kind not in "fiu":
            raise DatasetError(f"latent is {key!r}, which is no table of numbers in obsm")
        self._space = space

    def quantiles(self, codes: npt.NDArray[Any], n_categories: int) -> npt.NDArray[np.float32]:
        """Give the share of cells of its category that are no farther from its mean, for each cell.

        As cellucid 0.0.9 has it: 1 for the farthest, and for those just as far; NaN for cells
        without category, or of one with fewer than `FEWEST_CELLS`. So have those that have no place
        in the space, for a coordinate is not finite; they count in no mean.

        Parameters
        ----------
        codes
            Number of each cell's category; -1 for none.
        n_categories
            How many categories there are.

        Returns
        -------
        numpy.ndarray
            float32 of shape (cells,), above 0 and at most 1.

        Examples
        --------
        >>> latent = Latent({"X_pca": np.arange(10.0).reshape(10, 1)}, "X_pca")
        >>> latent.quantiles(np.zeros(10, dtype=np.int8), 1).tolist()[:5]
        [1.0, 0.800000011920929, 0.6000000238418579, 0.4000000059604645, 0.20000000298023224]
        """
        distances, counts = self._distances(codes, n_categories)
        enough = counts >= FEWEST_CELLS
        cells = np.flatnonzero(enough[codes] & np.isfinite(distances))
        cells = cells[_by_distance(codes[cells], distances[cells])]
        of, far = codes[cells], distances[cells]
        ends = np.flatnonzero(np.append((of[1:] != of[:-1]) | (far[1:] != far[:-1]), True))
        # Those that are just as far have the rank of the last of them.
        ranks = np.repeat(ends + 1, np.diff(ends, prepend=-1))[: len(cells)]
        starts = np.cumsum(counts * enough) - counts * enough
        values = np.full(len(codes), np.nan, dtype=np.float32)
        values[cells] = (ranks - starts[of]) / counts[of]
        return values

    def _distances(
        self, codes: npt.NDArray[Any], n_categories: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Give each cell's distance, squared, and the number of cells of each category."""
        # The last row stands for the cells without category, whose code is -1.
        sums = np.zeros((n_categories + 1, self._space.shape[1]))
        counts = np.zeros(n_categories + 1, dtype=np.int64)
        for rows, places in self._blocks():
            known = (codes[rows] >= 0) & np.isfinite(places).all(axis=1)
            of, places = codes[rows][known], places[known]
            counts += np.bincount(of, minlength=n_categories + 1)
            members = sp.csr_matrix(
                (np.ones(len(of)), of, np.arange(len(of) + 1)), shape=(len(of), n_categories + 1)
            )
            sums += members.T @ places
        means = sums / np.maximum(counts, 1)[:, None]
        distances = np.full(len(codes), np.nan)
        for rows, places in self._blocks():
            away = places - means[codes[rows]]
            distances[rows] = np.einsum("ij,ij->i", away, away)
        return distances, counts

    def _blocks(self) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
        for start in range(0, self._space.shape[0], _ROWS_AT_A_TIME):
            rows = slice(start, start + _ROWS_AT_A_TIME)
            places: Any = self._space[rows]
            places = places.compute() if hasattr(places, "compute") else places
            places = places.toarray() if hasattr(places, "toarray") else places
            yield rows, np.asarray(unmasked(places), dtype=np.float64)


def centroids(
    points: npt.NDArray[np.float32], codes: npt.NDArray[Any], names: list[str]
) -> list[dict[str, Any]]:
    """Give the middle of each category among the points that are drawn.

    As cellucid 0.0.9 has it: the mean of those points of a category that are no farther from the
    mean of all of them than 95% are. Points that are drawn nowhere do not count, and a category
    with fewer than `FEWEST_CELLS` has none.

    Parameters
    ----------
    points
        float32 of shape (cells, dimension), as they are drawn.
    codes
        Number of each cell's category; -1 for none.
    names
        Of the categories.

    Examples
    --------
    >>> points = np.array([[x, 0] for x in [1, 2, 3, 1, 2, 3, 2, 2, 2, 42]], dtype=np.float32)
    >>> centroids(points, np.zeros(10, dtype=np.int8), ["a"])
    [{'category': 'a', 'position': [2.0, 0.0], 'n_points': 9}]
    """
    known = (codes >= 0) & np.isfinite(points).all(axis=1)
    if not known.all():
        points, codes = points[known], codes[known]
    counts = np.bincount(codes, minlength=len(names))
    places = points.T.astype(np.float64)
    means = [mean[codes] for mean in _means(places, codes, counts)]
    distances = sum((axis - mean) ** 2 for axis, mean in zip(places, means, strict=True))
    order = _by_distance(codes, distances)
    ends = np.cumsum(counts)
    percent = round(100 * INLIERS)
    limits = np.zeros(len(names))
    some = counts > 0
    limits[some] = distances[order[(ends - counts + (counts - 1) * percent // 100)[some]]]
    near = distances <= limits[codes]
    kept = np.bincount(codes[near], minlength=len(names))
    middles = _means(places[:, near], codes[near], kept)
    return [
        {
            "category": names[each],
            # Finer than a pixel, and than the points themselves.
            "position": [round(float(axis[each]), 7) for axis in middles],
            "n_points": int(kept[each]),
        }
        for each in np.flatnonzero(counts >= FEWEST_CELLS)
    ]


def _means(
    places: npt.NDArray[np.float64], codes: npt.NDArray[Any], counts: npt.NDArray[Any]
) -> list[npt.NDArray[np.float64]]:
    """Give the mean of each category along each axis."""
    some = np.maximum(counts, 1)
    return [np.bincount(codes, weights=axis, minlength=len(counts)) / some for axis in places]


def _by_distance(codes: npt.NDArray[Any], distances: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Sort by category, and within it by distance."""
    order = np.argsort(distances)
    return order[np.argsort(codes[order], kind="stable")]
