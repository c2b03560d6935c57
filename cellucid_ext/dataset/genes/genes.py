"""One gene out of an expression matrix, without a copy of the matrix where that can be."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..contents.masked import unmasked
from ..source import DatasetError
from .compressed import Compressed, check_numbers, put
from .dense_file import DenseFile, run
from .dense_major import DenseMajor
from .gene_major import GeneMajor

AT_ONCE_BYTES: Final = 2**27
"""Genes that are read together have so many bytes, and for a moment take up to three times that."""


class Genes:
    """Columns of ``adata.X``, which may be read from several threads at once.

    A column-compressed matrix gives a column at once, and so does a dense one in memory. A
    row-compressed one, or a dense one stored by cell in a file, would have to be gone through whole
    for each gene, so it is put in order by gene in the background, from the first gene on; see
    `GeneMajor` and `DenseMajor`.

    Parameters
    ----------
    matrix
        Cells × genes: NumPy, or SciPy sparse by row or column; or such a one in a file; or an
        array of Dask. It is never changed.

    Examples
    --------
    >>> genes = Genes(sp.csr_matrix([[0, 1], [2, 0], [0, 3]]))
    >>> genes.column(1)
    array([1., 0., 3.], dtype=float32)
    """

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self._lock = threading.Lock()
        self._opened: Compressed | GeneMajor | DenseMajor | None = None

    def column(self, gene: int) -> npt.NDArray[np.float32]:
        """Give one gene's values.

        Parameters
        ----------
        gene
            Its place in ``var``.

        Returns
        -------
        numpy.ndarray
            float32 of shape (cells,). What is missing or infinite stays so, and what is too large
            becomes infinite.

        Raises
        ------
        DatasetError
            If they can't be read, or are no numbers.
        """
        with _told(self._matrix):
            reader = self._reader()
            if isinstance(reader, (GeneMajor, DenseMajor)):
                return reader.column(gene)
            if isinstance(reader, Compressed):
                column = np.zeros(reader.shape[0], dtype=np.float32)
                put(column, *reader.part(gene, gene + 1))
                return column
            return _column(self._matrix, gene)

    def at_once(self) -> int:
        """Say how many genes are best read together; see `columns`.

        Returns
        -------
        int
            1 where each is read by itself. More for an array of Dask, which computes whole blocks
            of genes, and for a dense matrix stored by cell in a file while it is not in order.

        Raises
        ------
        DatasetError
            If the matrix can't be read.
        """
        with _told(self._matrix):
            reader = self._reader()
            each_alone = not (isinstance(reader, DenseMajor) and not reader.built)
            if each_alone and not hasattr(self._matrix, "compute"):
                return 1
            n_cells, size = int(self._matrix.shape[0]), max(4, int(self._matrix.dtype.itemsize))
            return max(AT_ONCE_BYTES // (max(n_cells, 1) * size), 1)

    def columns(self, genes: Sequence[int]) -> npt.NDArray[np.float32]:
        """Give the values of several genes, for which the matrix is gone through once.

        Parameters
        ----------
        genes
            Their places in ``var``, rising; at least one.

        Returns
        -------
        numpy.ndarray
            float32 of shape (genes, cells), one row a gene; see `column`.

        Raises
        ------
        DatasetError
            If they can't be read, or are no numbers.
        """
        with _told(self._matrix):
            reader = self._reader()
            places = np.asarray(genes, dtype=np.int64)
            if isinstance(reader, DenseMajor) and not reader.built:
                return reader.columns(places)
            if hasattr(self._matrix, "compute"):
                return _computed(self._matrix, places)
            return np.stack([self.column(gene) for gene in genes])

    def wait_until_built(self, timeout: float, budget: int | None = None) -> bool:
        """Have genes put in order, and wait for that.

        Parameters
        ----------
        timeout
            At most so many seconds.
        budget
            How many bytes that may take in memory, if it has not begun; None for the usual.

        Returns
        -------
        bool
            Whether each gene is now read without going through the matrix. False too where there
            is no room for that.

        Raises
        ------
        DatasetError
            If the matrix can't be read.
        """
        with _told(self._matrix):
            reader = self._reader()
        if isinstance(reader, (GeneMajor, DenseMajor)):
            return reader.wait_until_built(timeout, budget)
        return True

    def close(self) -> None:
        """End what goes on in the background, and let go what it made."""
        with self._lock:
            reader = self._opened
        if isinstance(reader, (GeneMajor, DenseMajor)):
            reader.close()

    def _reader(self) -> Compressed | GeneMajor | DenseMajor | None:
        """Give what reads it, None for what gives a column by itself."""
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._matrix)
            return self._opened


def _open(matrix: Any) -> Compressed | GeneMajor | DenseMajor | None:
    if sp.issparse(matrix) or hasattr(matrix, "group"):
        compressed = Compressed(matrix)
        return GeneMajor(compressed) if matrix.format == "csr" else compressed
    # An array of Dask has chunks as well.
    if hasattr(matrix, "chunks") and not hasattr(matrix, "compute"):
        dense = DenseFile(matrix)
        return DenseMajor(dense) if dense.by_cell else None
    return None


def _column(matrix: Any, gene: int) -> npt.NDArray[np.float32]:
    check_numbers(matrix.dtype)
    lazy = hasattr(matrix, "compute")
    column = matrix[:, gene : gene + 1].compute() if lazy else matrix[:, gene]
    # Also what the chunks of a Dask array give.
    if hasattr(column, "toarray"):
        column = column.toarray()
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(np.asarray(unmasked(column)).reshape(-1), dtype=np.float32)


def _computed(matrix: Any, genes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    check_numbers(matrix.dtype)
    by_gene = matrix[:, run(genes)].compute().T
    if hasattr(by_gene, "toarray"):
        by_gene = by_gene.toarray()
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(unmasked(by_gene), dtype=np.float32)


@contextmanager
def _told(matrix: Any) -> Iterator[None]:
    """Say in words whatever HDF5, Zarr, or Dask and its workers fail with."""
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        identifier = getattr(getattr(matrix, "group", matrix), "id", None)
        if identifier is not None and not getattr(identifier, "valid", True):
            why = "its file was closed; show it again"
        raise DatasetError(f"the expression can't be read: {why}") from error
