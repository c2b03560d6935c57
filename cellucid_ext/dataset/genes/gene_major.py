"""A row-compressed matrix, gene by gene: what is looked for now is put in order meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .building import MEMORY_BUDGET_BYTES, Building
from .compressed import Compressed, put
from .gene_block import MAX_ROWS, Block, BlocksInFile, BlocksInMemory, StoredBlock, bytes_needed
from .room import fits_in_memory, no_room, roomy_folder

BLOCK_VALUES: Final = 2**23
"""How many values are put in order at once; what that needs for a moment is 16 bytes for each."""


class GeneMajor(Building[Block | StoredBlock]):
    """Genes of a row-compressed matrix.

    To find one, the whole matrix is looked through. So after the first gene a thread puts blocks
    of cells in order by gene, in memory or in a temporary file, and those that are ready are used.
    Where there is room for neither, each gene is looked for.

    Parameters
    ----------
    matrix
        The matrix. It is let go when the building is over and this object is.
    budget
        How many bytes may be taken in memory.
    block_values
        How many values a block has, about.

    Examples
    --------
    >>> genes = GeneMajor(Compressed(sp.csr_matrix([[0, 1], [2, 0], [0, 3]])))
    >>> genes.column(1), genes.wait_until_built(10), genes.column(1)
    (array([1., 0., 3.], dtype=float32), True, array([1., 0., 3.], dtype=float32))
    """

    def __init__(
        self,
        matrix: Compressed,
        budget: int = MEMORY_BUDGET_BYTES,
        block_values: int = BLOCK_VALUES,
    ) -> None:
        self._matrix = matrix
        self._bounds = _bounds(matrix.indptr, block_values)
        super().__init__(len(self._bounds) - 1, partial(_blocks, matrix, self._bounds), budget)

    def column(self, gene: int) -> npt.NDArray[np.float32]:
        """Give one gene's values: float32 of shape (cells,)."""
        column = np.zeros(self._matrix.shape[0], dtype=np.float32)
        # From the end, for the building begins at the start: in between they meet.
        for place in reversed(range(len(self._bounds) - 1)):
            start, stop = self._bounds[place], self._bounds[place + 1]
            block = self._block(place)
            if block is not None:
                put(column[start:stop], *block.gene(gene))
            else:
                put(column[start:stop], *self._matrix.find(gene, start, stop))
        self._begin()
        return column


def _blocks(matrix: Compressed, bounds: list[int], budget: int) -> Iterator[Block | StoredBlock]:
    n_genes, indptr = matrix.shape[1], matrix.indptr
    n_blocks, n_values = len(bounds) - 1, int(indptr[-1])
    size = bytes_needed(n_blocks, n_genes, n_values)
    folder: str | None = None
    keep: BlocksInMemory | BlocksInFile
    if fits_in_memory(size, budget):
        keep = BlocksInMemory(n_blocks, n_genes, n_values)
    elif hasattr(os, "pread") and (folder := roomy_folder(size)):
        keep = BlocksInFile(folder)
    else:
        raise no_room(size)
    for start, stop in pairwise(bounds):
        genes, values = matrix.part(start, stop)
        yield keep.add(Block.made(indptr[start : stop + 1] - indptr[start], genes, values, n_genes))


def _bounds(indptr: npt.NDArray[Any], block_values: int) -> list[int]:
    bounds, n_rows = [0], len(indptr) - 1
    while bounds[-1] < n_rows:
        start = bounds[-1]
        stop = int(np.searchsorted(indptr, indptr[start] + block_values, side="right")) - 1
        bounds.append(min(max(stop, start + 1), start + MAX_ROWS, n_rows))
    return bounds
