"""The graph of neighbours, played as two files of edges."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..source import DatasetError

DEFAULT: Final = "connectivities"
COUNTED_AT_ONCE: Final = 4_000_000
"""Up to so many stored values the identity has the number of edges. To count more takes too long
before the first cell is drawn; ``connectivity_manifest.json`` has it, which is asked for later."""

_AT_A_TIME: Final = 2**20
"""So many values are looked at in one go, which bounds the memory beside the edges themselves."""
_NEIGHBOURS: Final = 64
"""How many values a row is thought to have where only reading it would tell."""


@dataclass(frozen=True)
class Edges:
    """Each edge once, from the cell with the smaller number, sorted.

    Attributes
    ----------
    starts
        Where the edges of each cell begin, and where the last ones end: shape (cells + 1,).
    targets
        The other cell of each edge, of `dtype`.
    most
        The largest number of neighbours a cell has.
    """

    starts: npt.NDArray[Any]
    targets: npt.NDArray[Any]
    most: int

    def sources(self) -> npt.NDArray[Any]:
        """Give the cell with the smaller number of each edge."""
        cells = np.arange(len(self.starts) - 1, dtype=self.targets.dtype)
        return np.repeat(cells, np.diff(self.starts))


class Graph:
    """Plays a matrix of cells × cells as edges.

    What is not zero is an edge, whatever its weight and whichever of the two directions has it; a
    cell is no neighbour of its own. The files are those that cellucid 0.0.9 writes: pairs of
    little-endian uint16 up to 65,535 cells and uint32 above, each pair once with the smaller number
    in ``edges.src.bin``, sorted by both.

    Parameters
    ----------
    matrix
        Dense, or SciPy sparse, or such a one in a file or of Dask. It is read when the edges are
        asked for, a part at a time.

    Attributes
    ----------
    files
        What makes each file.

    Examples
    --------
    >>> graph = Graph(np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]]))
    >>> graph.edges().sources().tolist(), graph.edges().targets.tolist()
    ([0, 0], [1, 2])
    """

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self._lock = threading.Lock()
        self._edges: Edges | None = None
        self.files: dict[str, Callable[[], Any]] = {
            "connectivity_manifest.json": self.manifest,
            "connectivity/edges.src.bin": lambda: self.edges().sources(),
            "connectivity/edges.dst.bin": lambda: self.edges().targets,
        }

    @classmethod
    def of(cls, obsp: Mapping[str, Any], key: str | None) -> Graph | None:
        """Take the graph an AnnData has under this key; None for none.

        Raises
        ------
        DatasetError
            If it has no such graph, unless it is the one that is looked for without being asked;
            or if that holds no numbers.
        """
        if key is None or (key == DEFAULT and key not in obsp):
            return None
        if key not in obsp:
            there = ", ".join(map(repr, obsp)) or "none"
            raise DatasetError(f"graph is {key!r}, which obsp has not (its keys: {there})")
        matrix = obsp[key]
        if getattr(getattr(matrix, "dtype", None), "kind", None) not in tuple("bfiu"):
            raise DatasetError(f"obsp[{key!r}] holds no numbers")
        return cls(matrix)

    def edges(self) -> Edges:
        """Give the edges; found once, which takes about a second for 10 million."""
        with self._lock:
            if self._edges is None:
                self._edges = edges(self._matrix)
            return self._edges

    def count(self) -> int | None:
        """Give the number of edges; None where to count them takes long."""
        stored = _stored(self._matrix)
        small = stored is not None and stored <= COUNTED_AT_ONCE
        return len(self.edges().targets) if self._edges is not None or small else None

    def manifest(self) -> dict[str, Any]:
        """Give ``connectivity_manifest.json``."""
        found = self.edges()
        return {
            "format": "edge_pairs",
            "n_cells": len(found.starts) - 1,
            "n_edges": len(found.targets),
            "max_neighbors": found.most,
            "index_bytes": found.targets.itemsize,
            "index_dtype": found.targets.dtype.name,
            "sourcesPath": "connectivity/edges.src.bin",
            "destinationsPath": "connectivity/edges.dst.bin",
            "compression": None,
        }


def edges(matrix: Any) -> Edges:
    """Find the edges of a matrix of cells × cells; see `Graph`."""
    n = int(matrix.shape[0])
    # Two random numbers a cell, and with them one for each direction of an edge, whose sum tells
    # whether both directions hold the same edges: by chance they agree once in about 2**60.
    low, high = np.random.default_rng().integers(2**64, size=(2, n), dtype=np.uint64)
    counts, targets, difference = np.zeros(n, dtype=np.int64), [], 0
    for rows, columns in _entries(matrix):
        above, below = rows < columns, rows > columns
        first, second = rows[above], columns[above]
        counts += np.bincount(first, minlength=n)
        targets.append(second)
        difference += int(low[first] @ high[second])
        difference -= int(low[columns[below]] @ high[rows[below]])
    found = _by_row(counts, targets)
    if difference % 2**64:
        found = found + _below(matrix)
    found.sum_duplicates()
    neighbours = np.diff(found.indptr) + np.bincount(found.indices, minlength=n)
    second = found.indices.astype(np.int32, copy=False).view(np.uint32)
    second = second.astype(np.uint16) if n <= 65535 else second
    return Edges(found.indptr, second, int(neighbours.max()))


def _by_row(counts: npt.NDArray[Any], targets: list[npt.NDArray[Any]]) -> Any:
    columns = np.concatenate(targets)
    # It may be as large as all that is returned.
    targets.clear()
    n, there = len(counts), np.ones(len(columns), dtype=bool)
    return sp.csr_matrix((there, columns, np.append(0, np.cumsum(counts))), shape=(n, n))


def _below(matrix: Any) -> Any:
    """Give what stands below the diagonal, turned over."""
    n = int(matrix.shape[0])
    pairs = [(rows[rows > columns], columns[rows > columns]) for rows, columns in _entries(matrix)]
    first = np.concatenate([columns for _, columns in pairs])
    second = np.concatenate([rows for rows, _ in pairs])
    there = np.ones(len(first), dtype=bool)
    return sp.coo_matrix((there, (first, second)), shape=(n, n)).tocsr()


def _entries(matrix: Any) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]]:
    """Give row and column of what is not zero, a part at a time, in the order of the rows."""
    for first, part in _parts(matrix):
        there = part.data != 0
        counts = np.diff(part.indptr)
        rows = np.repeat(np.arange(first, first + len(counts), dtype=np.int32), counts)
        yield rows[there], part.indices[there].astype(np.int32, copy=False)


def _parts(matrix: Any) -> Iterator[tuple[int, Any]]:
    """Give some rows at a time as a sparse matrix by row, with the number of the first.

    What is stored by column gives columns in their place: which of two cells is the row does not
    matter.
    """
    by_column = getattr(matrix, "format", "csr") == "csc"
    if sp.issparse(matrix):
        whole: Any = matrix
        matrix, by_column = (whole.T if by_column else whole.tocsr()), False
    cuts = _cuts(matrix)
    for start, stop in pairwise(cuts):
        part = matrix[:, start:stop].T if by_column else matrix[start:stop]
        yield start, sp.csr_matrix(part.compute() if hasattr(part, "compute") else part)


def _cuts(matrix: Any) -> list[int]:
    """Cut the rows where Dask does, if it does, into parts of about `_AT_A_TIME` values."""
    n = int(matrix.shape[0])
    stored = _stored(matrix)
    rows = max(1, _AT_A_TIME * n // max(stored if stored is not None else n * _NEIGHBOURS, 1))
    if not hasattr(matrix, "compute"):
        return [*range(0, n, rows), n]
    cuts = [0]
    ends = np.cumsum(matrix.chunks[0]).tolist()
    for end, after in zip(ends, [*ends[1:], 2 * n + rows], strict=True):
        if after - cuts[-1] > rows:
            cuts.append(end)
    return cuts


def _stored(matrix: Any) -> int | None:
    """Say how many values a matrix stores; None where only to compute it would tell."""
    if hasattr(matrix, "nnz") and not hasattr(matrix, "compute"):
        return int(matrix.nnz)
    if hasattr(matrix, "group"):
        return int(matrix.group["data"].shape[0])
    if hasattr(matrix, "compute") and sp.issparse(matrix._meta):
        return None
    return int(matrix.shape[0]) ** 2
