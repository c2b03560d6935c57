"""A sparse matrix as its three arrays, in memory or in a file, of which parts are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..source import DatasetError

PIECE_VALUES: Final = 2**18
"""How many values are looked at or read at once: what a comparison of them needs stays in the
cache, and HDF5, which holds up all of Python meanwhile, is soon done."""


class Compressed:
    """A row- or column-compressed matrix; only its ``indptr`` is held, as a copy.

    Parameters
    ----------
    matrix
        SciPy's ``csr`` or ``csc``, matrix or array; or one of AnnData in a file.

    Attributes
    ----------
    shape
        Cells and genes.
    indptr
        int64 of shape (rows or columns + 1,).
    in_memory
        Whether all of it is.

    Raises
    ------
    DatasetError
        If its arrays do not belong together, or hold no numbers.

    Examples
    --------
    >>> matrix = Compressed(sp.csr_matrix([[0, 1], [2, 0], [0, 3]]))
    >>> matrix.find(1, start=0, stop=3)
    (array([0, 2]), array([1, 3]))
    """

    def __init__(self, matrix: Any) -> None:
        group = getattr(matrix, "group", None)
        self.in_memory = group is None
        if group is None:
            self._data, self._indices, indptr = matrix.data, matrix.indices, matrix.indptr
        else:
            self._data, self._indices, indptr = (
                group[key] for key in ("data", "indices", "indptr")
            )
        self.shape = int(matrix.shape[0]), int(matrix.shape[1])
        # A copy, for whoever has the matrix may change it in place while it is read.
        self.indptr: npt.NDArray[np.int64] = np.array(indptr[...], dtype=np.int64)
        n_major, self._n_minor = self.shape if matrix.format == "csr" else self.shape[::-1]
        n_values = min(self._data.shape[0], self._indices.shape[0])
        if (
            len(self.indptr) != n_major + 1
            or self.indptr[0] != 0
            or (np.diff(self.indptr) < 0).any()
            or self.indptr[-1] > n_values
        ):
            raise DatasetError(
                f"the expression is damaged: its {n_values:,} values do not belong to the "
                f"{n_major:,} rows or columns that its indptr of {len(self.indptr):,} tells of"
            )
        check_numbers(self._data.dtype)
        chunks = getattr(self._indices, "chunks", None)
        chunk = int(chunks[0]) if chunks else 1
        self._piece = -(-PIECE_VALUES // chunk) * chunk

    def find(
        self, minor: int, start: int, stop: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """Look through some rows of a row-compressed matrix for one gene.

        Its values may stand in any order in a row, and more than once.

        Parameters
        ----------
        minor
            The gene.
        start, stop
            The rows.

        Returns
        -------
        tuple of numpy.ndarray
            Rows, counted from `start`, never falling; and a value for each.
        """
        places, values = [], []
        first, end = int(self.indptr[start]), int(self.indptr[stop])
        for low, high in self._pieces(first, end):
            hits = np.flatnonzero(self._indices[low:high] == minor)
            if not len(hits):
                continue
            hits += low
            places.append(hits)
            if self.in_memory:
                values.append(self._data[hits])
            else:
                values.append(self._data[hits[0] : hits[-1] + 1][hits - hits[0]])
        if not places:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=self._data.dtype)
        rows = np.searchsorted(self.indptr[start : stop + 1], np.concatenate(places), side="right")
        return rows - 1, np.concatenate(values)

    def part(self, start: int, stop: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Read some rows, or columns where it is compressed by column.

        Returns
        -------
        tuple of numpy.ndarray
            Where each value stands in its row or column, and the values; in memory, views.

        Raises
        ------
        DatasetError
            If one stands outside.
        """
        first, end = int(self.indptr[start]), int(self.indptr[stop])
        minor, values = self._read(self._indices, first, end), self._read(self._data, first, end)
        if len(minor) and not 0 <= minor.min() <= minor.max() < self._n_minor:
            raise DatasetError(
                f"the expression is damaged: one of its values stands at {minor.min():,} or "
                f"{minor.max():,}, and there are {self._n_minor:,}"
            )
        return minor, values

    def _read(self, array: Any, first: int, end: int) -> npt.NDArray[Any]:
        if self.in_memory:
            view: npt.NDArray[Any] = array[first:end]
            return view
        read = np.empty(end - first, dtype=array.dtype)
        for low, high in self._pieces(first, end):
            read[low - first : high - first] = array[low:high]
        return read

    def _pieces(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Cut at the same places as the chunks of a file, so that none is read twice."""
        for begin in range(first - first % self._piece, end, self._piece):
            yield max(begin, first), min(begin + self._piece, end)


def check_numbers(dtype: Any) -> None:
    """Refuse what is no plain number.

    Raises
    ------
    DatasetError
        If the values are complex, text or objects.
    """
    if dtype.kind not in "biuf":
        raise DatasetError(f"the expression is of {dtype}, which can't be shown as numbers")


def summed_as(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Say in which dtype values that stand more than once are added.

    It is what SciPy takes: no half precision, no foreign byte order.

    Examples
    --------
    >>> summed_as(np.dtype(">f2")), summed_as(np.dtype("i2"))
    (dtype('float32'), dtype('int16'))
    """
    native = dtype.newbyteorder("=")
    return np.dtype(np.float32) if native == np.float16 else native


def put(column: npt.NDArray[np.float32], rows: npt.NDArray[Any], values: npt.NDArray[Any]) -> None:
    """Put values into a column of zeros; those of one row are added.

    That is done in their own dtype, or in single precision where it is half.

    Examples
    --------
    >>> column = np.zeros(4, dtype=np.float32)
    >>> put(column, np.array([2, 0, 2]), np.array([1.0, 2.0, 3.0]))
    >>> column.tolist()
    [2.0, 0.0, 4.0, 0.0]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if (rows[1:] > rows[:-1]).all():
            column[rows] = values
        else:
            sums = np.zeros(len(column), dtype=summed_as(values.dtype))
            np.add.at(sums, rows, values)
            column[:] = sums
