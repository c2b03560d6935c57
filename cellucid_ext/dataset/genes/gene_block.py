"""Some cells of a matrix, gene by gene: in memory, or in a temporary file."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import IO, Any, Final, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .compressed import summed_as

MAX_ROWS: Final = 2**16
"""More cells than this would not be told apart by a uint16."""


@dataclass(frozen=True)
class Block:
    """At most `MAX_ROWS` cells by gene, no cell twice in a gene.

    Attributes
    ----------
    starts
        Where each gene begins: int32 of shape (genes + 1,).
    rows
        uint16 of shape (values,), rising within a gene.
    values
        float32 of shape (values,).

    Examples
    --------
    >>> block = Block.made(np.array([0, 2, 3]), np.array([1, 0, 1]), np.array([5, 6, 7]), 2)
    >>> block.gene(1)
    (array([0, 1], dtype=uint16), array([5., 7.], dtype=float32))
    """

    starts: npt.NDArray[np.int32]
    rows: npt.NDArray[np.uint16]
    values: npt.NDArray[np.float32]

    @classmethod
    def made(
        cls,
        indptr: npt.NDArray[Any],
        genes: npt.NDArray[Any],
        values: npt.NDArray[Any],
        n_genes: int,
    ) -> Self:
        """Turn cells that stand one after the other; none of the arrays is changed."""
        by_cell = sp.csr_matrix(
            (
                values.astype(summed_as(values.dtype), copy=False),
                genes.astype(np.int32, copy=False),
                indptr.astype(np.int32),
            ),
            shape=(len(indptr) - 1, n_genes),
        )
        by_gene = by_cell.tocsc()
        by_gene.sum_duplicates()
        with np.errstate(over="ignore", invalid="ignore"):
            kept = by_gene.data.astype(np.float32, copy=False)
        return cls(by_gene.indptr, by_gene.indices.astype(np.uint16), kept)

    def gene(self, gene: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        """Give one gene's cells, counted from the block's first, and their values."""
        start, stop = self.starts[gene], self.starts[gene + 1]
        return self.rows[start:stop], self.values[start:stop]


@dataclass(frozen=True)
class StoredBlock:
    """A block in a file.

    It is read rather than mapped into memory: a disk that fails under a mapped file ends the whole
    process, and what is mapped counts where the address space is limited.

    Attributes
    ----------
    file
        Where it is; open as long as a block of it is there.
    offset
        Where in it its `starts` stand; its `rows` and its `values` follow.
    n_genes, n_values
        How many it has.
    """

    file: IO[bytes]
    offset: int
    n_genes: int
    n_values: int

    def gene(self, gene: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        """Give one gene's cells, counted from the block's first, and their values."""
        start, stop = self._read(np.dtype(np.int32), self.offset, gene, 2).tolist()
        rows_at = self.offset + 4 * (self.n_genes + 1)
        rows = self._read(np.dtype(np.uint16), rows_at, start, stop - start)
        values_at = rows_at + 2 * self.n_values
        return rows, self._read(np.dtype(np.float32), values_at, start, stop - start)

    def _read(self, dtype: np.dtype[Any], array: int, start: int, count: int) -> npt.NDArray[Any]:
        # A position of its own for each read: several threads may do so at once.
        size = dtype.itemsize
        data = os.pread(self.file.fileno(), count * size, array + start * size)
        return np.frombuffer(data, dtype, count)


def bytes_needed(n_blocks: int, n_genes: int, n_values: int) -> int:
    """Say how much room blocks take, wherever they are kept."""
    return 4 * n_blocks * (n_genes + 1) + 6 * n_values


class BlocksInMemory:
    """Keeps blocks in three arrays, made at once: many small ones would leave holes behind.

    Parameters
    ----------
    n_blocks, n_genes, n_values
        How many there will be, together.
    """

    def __init__(self, n_blocks: int, n_genes: int, n_values: int) -> None:
        self._starts = np.empty((n_blocks, n_genes + 1), dtype=np.int32)
        self._rows = np.empty(n_values, dtype=np.uint16)
        self._values = np.empty(n_values, dtype=np.float32)
        self._n_blocks = self._n_values = 0

    def add(self, block: Block) -> Block:
        """Keep one more."""
        starts = self._starts[self._n_blocks]
        end = self._n_values + len(block.values)
        rows, values = self._rows[self._n_values : end], self._values[self._n_values : end]
        starts[:], rows[:], values[:] = block.starts, block.rows, block.values
        self._n_blocks, self._n_values = self._n_blocks + 1, end
        return Block(starts, rows, values)


class BlocksInFile:
    """Keeps blocks in a temporary file, which is gone when the last of them is.

    Parameters
    ----------
    folder
        Where.
    """

    def __init__(self, folder: str) -> None:
        # Nobody closes it but the last block that is let go, which somebody may read still.
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115

    def add(self, block: Block) -> StoredBlock:
        """Keep one more.

        Raises
        ------
        OSError
            If it does not fit on the disk.
        """
        offset = self._file.tell()
        for array in (block.starts, block.rows, block.values):
            self._file.write(array.data)
        self._file.flush()
        return StoredBlock(self._file, offset, len(block.starts) - 1, len(block.values))
