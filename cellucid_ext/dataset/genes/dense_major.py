"""A dense matrix in a file, gene by gene: what is read now is put in order meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from .building import MEMORY_BUDGET_BYTES, Building
from .dense_file import DenseFile, cuts
from .room import fits_in_memory, no_room, roomy_folder

BLOCK_VALUES: Final = 2**24
"""How many values are put in order at once, about; each takes 4 bytes for a moment."""


class _Values(Protocol):
    """Keeps float32, one after the other."""

    def add(self, values: npt.NDArray[np.float32]) -> None:
        """Keep more."""

    def read(self, start: int, count: int) -> npt.NDArray[np.float32]:
        """Give some of them."""


@dataclass(frozen=True)
class _Block:
    """Some cells by gene: where they are, from which value on, and how many cells."""

    kept: _Values
    start: int
    n_cells: int

    def gene(self, gene: int) -> npt.NDArray[np.float32]:
        return self.kept.read(self.start + gene * self.n_cells, self.n_cells)


class _InMemory:
    def __init__(self, count: int) -> None:
        self._values = np.empty(count, dtype=np.float32)
        self._count = 0

    def add(self, values: npt.NDArray[np.float32]) -> None:
        self._values[self._count : self._count + values.size] = values.reshape(-1)
        self._count += values.size

    def read(self, start: int, count: int) -> npt.NDArray[np.float32]:
        return self._values[start : start + count]


class _InFile:
    """In a temporary file, which is gone when nobody has this any more."""

    def __init__(self, folder: str) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115

    def add(self, values: npt.NDArray[np.float32]) -> None:
        ahead = values.data.cast("B")
        while ahead:
            ahead = ahead[self._file.write(ahead) :]

    def read(self, start: int, count: int) -> npt.NDArray[np.float32]:
        # A position of its own for each read: several threads may do so at once.
        data = os.pread(self._file.fileno(), 4 * count, 4 * start)
        return np.frombuffer(data, np.float32, count)


class DenseMajor(Building[_Block]):
    """Genes of a dense matrix that is stored by cell.

    To read one, the whole file is gone through, or much of it. So after the first gene a thread
    writes blocks of cells by gene, into memory or a temporary file, and those that are ready are
    used. Where there is room for neither, each gene is read from the file.

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
    >>> genes = DenseMajor(DenseFile(h5py.File("scaled.h5ad")["X"]))    # doctest: +SKIP
    >>> genes.column(1)                                                 # doctest: +SKIP
    array([1., 0., 3.], dtype=float32)
    """

    def __init__(
        self,
        matrix: DenseFile,
        budget: int = MEMORY_BUDGET_BYTES,
        block_values: int = BLOCK_VALUES,
    ) -> None:
        self.matrix = matrix
        n_cells, n_genes = matrix.shape
        self._bounds = list(cuts(0, n_cells, matrix.chunk[0], block_values // n_genes))
        make = partial(_blocks, matrix, self._bounds, block_values)
        super().__init__(len(self._bounds), make, budget)

    def column(self, gene: int) -> npt.NDArray[np.float32]:
        """Give one gene's values: float32 of shape (cells,)."""
        column = np.empty(self.matrix.shape[0], dtype=np.float32)
        # From the end, for the building begins at the start: in between they meet.
        for place, (start, stop) in reversed(list(enumerate(self._bounds))):
            block = self._block(place)
            if block is None:
                column[start:stop] = self.matrix.gene(gene, start, stop)
            else:
                column[start:stop] = block.gene(gene)
        self._begin()
        return column

    def columns(self, genes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Read genes from the file in one pass, for which nothing is put in order.

        Parameters
        ----------
        genes
            Their places, rising; at least one.

        Returns
        -------
        numpy.ndarray
            float32 of shape (genes, cells).
        """
        columns = np.empty((len(genes), self.matrix.shape[0]), dtype=np.float32)
        self.matrix.genes(genes, 0, self.matrix.shape[0], columns)
        return columns


def _blocks(
    matrix: DenseFile, bounds: list[tuple[int, int]], block_values: int, budget: int
) -> Iterator[_Block | None]:
    n_cells, n_genes = matrix.shape
    kept = _room(n_cells * n_genes, budget)
    # Fresh memory for each would take longer than the rest of the work.
    buffer = np.empty(0, dtype=np.float32)
    for start, stop in bounds:
        # Where chunks hold many cells, a block is larger than may be in memory at once.
        for left, right in cuts(0, n_genes, matrix.chunk[1], block_values // (stop - start)):
            count = (right - left) * (stop - start)
            if count > len(buffer):
                buffer = np.empty(count, dtype=np.float32)
            strip = buffer[:count].reshape(right - left, stop - start)
            matrix.genes(np.arange(left, right), start, stop, strip)
            kept.add(strip)
            yield None
        yield _Block(kept, start * n_genes, stop - start)


def _room(count: int, budget: int) -> _Values:
    if fits_in_memory(4 * count, budget):
        return _InMemory(count)
    if hasattr(os, "pread") and (folder := roomy_folder(4 * count)):
        return _InFile(folder)
    raise no_room(4 * count)
