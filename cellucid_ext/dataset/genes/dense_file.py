"""A dense matrix in a file, of which parts are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .compressed import PIECE_VALUES, check_numbers

FEW_GENES: Final = 4
"""In chunks of no more genes than this, one is not worth being put elsewhere."""
FEW_VALUES: Final = 2**20
"""So many values are read in no time."""


class DenseFile:
    """A matrix of HDF5 or Zarr, stored row after row or in chunks.

    Parameters
    ----------
    matrix
        ``h5py.Dataset`` or ``zarr.Array``, cells × genes.

    Attributes
    ----------
    shape
        Cells and genes.
    chunk
        How many cells and genes are stored together, and read together.

    Raises
    ------
    DatasetError
        If it holds no numbers.

    Examples
    --------
    >>> DenseFile(h5py.File("pbmc.h5ad")["X"]).chunk                # doctest: +SKIP
    (1, 1838)
    """

    def __init__(self, matrix: Any) -> None:
        check_numbers(matrix.dtype)
        self._matrix = matrix
        self.shape = int(matrix.shape[0]), int(matrix.shape[1])
        cells, genes = matrix.chunks or (1, self.shape[1])
        self.chunk = max(int(cells), 1), max(int(genes), 1)

    @property
    def by_cell(self) -> bool:
        """Whether many times more has to be read for a gene than it has."""
        width = min(self.chunk[1], self.shape[1])
        return width > FEW_GENES and self.shape[0] * width > FEW_VALUES

    def gene(self, gene: int, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Read one gene of some cells.

        Returns
        -------
        numpy.ndarray
            float32 of shape (stop - start,).
        """
        column = np.empty(stop - start, dtype=np.float32)
        for low, high in cuts(start, stop, self.chunk[0], PIECE_VALUES // self.chunk[1]):
            _fill(column[low - start : high - start], self._matrix[low:high, gene])
        return column

    def genes(
        self,
        genes: npt.NDArray[np.int64],
        start: int,
        stop: int,
        into: npt.NDArray[np.float32],
    ) -> None:
        """Read several genes of some cells.

        Parameters
        ----------
        genes
            Their places, rising.
        start, stop
            The cells.
        into
            float32 of shape (genes, stop - start): where to put them.
        """
        cells, width = self.chunk
        for left, right in cuts(int(genes[0]), int(genes[-1]) + 1, width, PIECE_VALUES // cells):
            first, last = np.searchsorted(genes, (left, right))
            if first == last:
                continue
            chosen = run(genes[first:last] - left)
            for low, high in cuts(start, stop, cells, PIECE_VALUES // (right - left)):
                values = self._matrix[low:high, left:right][:, chosen]
                _fill(into[first:last, low - start : high - start], values.T)


def run(places: npt.NDArray[np.int64]) -> slice | npt.NDArray[np.int64]:
    """Give rising places as a slice where they follow one another, which is read at once.

    Examples
    --------
    >>> run(np.array([2, 3, 4])), run(np.array([2, 4]))
    (slice(2, 5, None), array([2, 4]))
    """
    if places[-1] - places[0] == len(places) - 1:
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def cuts(start: int, stop: int, chunk: int, most: int) -> Iterator[tuple[int, int]]:
    """Cut a range between chunks, in pieces of no more than `most` where a chunk is not longer.

    Examples
    --------
    >>> list(cuts(3, 25, 5, 12))
    [(3, 10), (10, 20), (20, 25)]
    """
    step = max(most // chunk, 1) * chunk
    for begin in range(start - start % step, stop, step):
        yield max(begin, start), min(begin + step, stop)


def _fill(into: npt.NDArray[np.float32], values: Any) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        into[...] = values
