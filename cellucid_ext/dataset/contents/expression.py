"""The genes of a dataset, played as files: one column of float32 each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..genes.genes import Genes
from ..source import DatasetError
from ..stores.table import Table, table_of
from .names import distinct, file_names, renamed


class Expression:
    """Plays the genes of a matrix.

    Parameters
    ----------
    matrix
        Cells × genes; see `Genes`.
    var
        The table of its genes; see `table_of`.
    gene_id_column
        Column of `var` with their names; ``"index"`` for its index.
    wanted
        Genes to play, in this order; None for all.

    Attributes
    ----------
    matrix
        As it was given.
    names
        Of the genes that are played; no name stands twice.
    n_vars
        How many genes the matrix has.
    notes
        What a person should know of them.
    files
        What makes each file.

    Raises
    ------
    DatasetError
        If there is no such column, or no such gene.
    """

    def __init__(
        self, matrix: Any, var: Any, gene_id_column: str, wanted: Sequence[str] | None = None
    ) -> None:
        self.matrix, self._matrix = matrix, Genes(matrix)
        self._n_cells = int(matrix.shape[0])
        self._id_column = gene_id_column
        given, self.notes = _names(table_of(var), gene_id_column)
        told_apart = distinct(given)
        self.notes += _notes(given, told_apart)
        self.n_vars = len(given)
        places = {name: place for place, name in enumerate(told_apart)}
        self.names = told_apart if wanted is None else _chosen(wanted, places)
        self._files_of = file_names(self.names)
        self.files: dict[str, Callable[[], Any]] = {"var_manifest.json": self.manifest}
        self._places: dict[str, int] = {}
        for name in self.names:
            path = f"var/{self._files_of[name]}.values.f32"
            self._places[path] = places[name]
            self.files[path] = partial(self._matrix.column, places[name])

    @classmethod
    def of(
        cls, adata: Any, expression: str, gene_id_column: str, wanted: Sequence[str] | None
    ) -> Self | None:
        """Take the matrix an AnnData has under this name; None where it has no ``X``.

        Raises
        ------
        DatasetError
            If it has no such matrix.
        """
        if expression == "X":
            # A view takes its rows anew each time.
            matrix = adata.X
            return None if matrix is None else cls(matrix, adata.var, gene_id_column, wanted)
        if expression == "raw" and adata.raw is not None:
            return cls(adata.raw.X, adata.raw.var, gene_id_column, wanted)
        layer = expression.removeprefix("layer:")
        if layer != expression and layer in adata.layers:
            return cls(adata.layers[layer], adata.var, gene_id_column, wanted)
        there = ["'X'"] if adata.X is not None else []
        there += ["'raw'"] if adata.raw is not None else []
        there += [repr(f"layer:{key}") for key in adata.layers]
        raise DatasetError(
            f"expression is {expression!r}, which this dataset has not; it has "
            f"{', '.join(there) or 'none'}"
        )

    def together(self) -> list[list[str]]:
        """Give the files that are best made together, in `read`; none where each is by itself."""
        at_once = self._matrix.at_once()
        paths = sorted(self._places, key=self._places.__getitem__)
        if at_once == 1:
            return []
        return [paths[start : start + at_once] for start in range(0, len(paths), at_once)]

    def read(self, paths: Sequence[str]) -> npt.NDArray[np.float32]:
        """Make files together: float32 of shape (files, cells); see `Genes.columns`."""
        return self._matrix.columns([self._places[path] for path in paths])

    def wait_until_built(self, timeout: float, budget: int) -> bool:
        """Have genes put in order, within a budget of memory; see `Genes.wait_until_built`."""
        return self._matrix.wait_until_built(timeout, budget)

    def close(self) -> None:
        """End what goes on in the background."""
        self._matrix.close()

    def manifest(self) -> dict[str, Any]:
        """Give ``var_manifest.json``."""
        return {
            "_format": "compact_v1",
            "n_points": self._n_cells,
            "var_gene_id_column": self._id_column,
            "compression": None,
            "quantization": None,
            "_varSchema": {
                "kind": "continuous",
                "pathPattern": "var/{key}.values.f32",
                "ext": "f32",
                "dtype": "float32",
                "quantized": False,
            },
            "fields": [[name] for name in self.names],
            "_files": renamed(self._files_of),
        }


def _names(var: Table, column: str) -> tuple[list[str], list[str]]:
    """Give the names of the genes, and what a person should know of them."""
    if column == "index":
        return [str(name) for name in var.index], []
    if column not in var.columns:
        there = ", ".join(map(repr, var.columns)) or "none"
        raise DatasetError(
            f"gene_id_column is {column!r}, which var has not (its columns: {there})"
        )
    values = var[column]
    missing = np.flatnonzero(values.isna()).tolist()
    names = [str(name) for name in values]
    if not missing:
        return names, []
    index = var.index
    for place in missing:
        names[place] = str(index[place])
    return names, [
        f"{len(missing):,} genes have no name in {column!r} and are called as in the index of "
        f"var, such as {names[missing[0]]!r}"
    ]


def _notes(given: list[str], told_apart: list[str]) -> list[str]:
    twice = [(old, new) for old, new in zip(given, told_apart, strict=True) if old != new]
    if not twice:
        return []
    old, new = twice[0]
    return [
        f"{len(twice):,} genes have the name of another one and got a number, such as {new!r} "
        f"for {old!r}"
    ]


def _chosen(wanted: Sequence[str], places: dict[str, int]) -> list[str]:
    chosen = list(dict.fromkeys(wanted))
    if absent := [name for name in chosen if name not in places]:
        raise DatasetError(
            f"{len(absent):,} of the {len(chosen):,} genes asked for are not there, such as "
            f"{absent[0]!r}"
        )
    return chosen
