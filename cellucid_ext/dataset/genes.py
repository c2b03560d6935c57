"""One gene out of an expression matrix, without a copy of the matrix where that can be."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

KEPT_GENES: Final = 32
COPY_BUDGET_BYTES: Final = 2 * 2**30
"""A row-major sparse matrix up to this size gets a gene-major copy beside it."""


class Genes:
    """Columns of ``adata.X``.

    A dense or column-compressed matrix gives a column at once. A row-compressed one would have to
    be gone through whole for each gene, so a column-compressed copy is made when the first gene is
    asked for, if it fits the budget.

    Parameters
    ----------
    matrix
        Cells × genes: NumPy, or SciPy sparse by row or column; or such a one in a file.
    """

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self._lock = threading.Lock()
        self._by_gene: Any = None
        self._kept: OrderedDict[int, npt.NDArray[np.float32]] = OrderedDict()

    def column(self, gene: int) -> npt.NDArray[np.float32]:
        """Give one gene's values.

        Parameters
        ----------
        gene
            Its place in ``var``.

        Returns
        -------
        numpy.ndarray
            float32 of shape (cells,).
        """
        with self._lock:
            if gene in self._kept:
                self._kept.move_to_end(gene)
                return self._kept[gene]
            values = self._read(gene)
            self._kept[gene] = values
            if len(self._kept) > KEPT_GENES:
                self._kept.popitem(last=False)
            return values

    def _read(self, gene: int) -> npt.NDArray[np.float32]:
        if sp.issparse(self._matrix):
            column = self._gene_major()[:, [gene]]
        else:
            column = self._matrix[:, gene]
        # Also a column read from a matrix in a file, which is not sparse to SciPy itself.
        if hasattr(column, "toarray"):
            column = column.toarray()
        return np.ascontiguousarray(np.asarray(column).reshape(-1), dtype=np.float32)

    def _gene_major(self) -> Any:
        if self._by_gene is None:
            matrix = self._matrix
            if matrix.format == "csr" and _size(matrix) <= COPY_BUDGET_BYTES:
                matrix = matrix.tocsc()
            self._by_gene = matrix
        return self._by_gene


def _size(matrix: Any) -> int:
    return int(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes)
