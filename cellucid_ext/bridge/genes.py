"""The genes a session means: which matrix, and by which names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from anndata.utils import make_index_unique

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

_LAYER: Final = "layer:"
_COLUMN: Final = "column:"


@dataclass(frozen=True)
class Genes:
    """Where a session's viewer read expression from.

    Attributes
    ----------
    matrix
        ``"X"``, ``"raw"``, ``"layer:<name>"``, or None where there was none.
    names
        ``"index"``, or ``"column:<name>"`` of ``var``.
    numbered
        Whether the second of two genes of one name, "A", is called "A-1".
    """

    matrix: str | None = "X"
    names: str = "index"
    numbered: bool = False

    @classmethod
    def of(cls, bundle: CellucidSessionBundle) -> Genes:
        """Read what a session says of it; others' of format 1, which say nothing, are of X."""
        mapping = bundle.data_mapping
        if mapping is None:
            return cls()
        matrix, names = mapping.get("expression"), mapping.get("geneNames")
        return cls(
            matrix if isinstance(matrix, str) else None,
            names if isinstance(names, str) else "index",
            numbered=True,
        )

    def count(self, adata: AnnData) -> int:
        """Count the genes that its viewer saw of an AnnData."""
        if self.matrix is None:
            return 0
        holder = adata.raw if self.matrix == "raw" and adata.raw is not None else adata
        return int(holder.n_vars)

    def values(self, adata: AnnData, name: str) -> tuple[Any, str]:
        """Give the values of one gene, shape (cells,), or else why there are none."""
        holder = adata.raw if self.matrix == "raw" else adata
        if holder is None or self.matrix is None:
            return None, f"it is a copy of the gene {name!r}, and there is no {self.matrix} here"
        column = self.names.removeprefix(_COLUMN)
        if self.names != "index" and column not in holder.var:
            return None, f"it is a copy of the gene {name!r} of var[{column!r}], which is not here"
        names = holder.var_names if self.names == "index" else holder.var[column]
        if self.numbered:
            names = make_index_unique(pd.Index(names.astype(str)), join="-")
        found = np.flatnonzero(np.asarray(names == name))
        if len(found) != 1:
            return None, f"it is a copy of the gene {name!r}, which is here {len(found)} times"
        layer = self.matrix.removeprefix(_LAYER) if self.matrix.startswith(_LAYER) else None
        # One column is all that is read, also of data in a file, or of Dask's.
        part = holder[:, found]
        values = part.layers.get(layer) if layer is not None else part.X
        if values is None:
            return None, f"it is a copy of the gene {name!r}, and there is no {self.matrix} here"
        values = values.compute() if hasattr(values, "compute") else values
        values = values.toarray() if hasattr(values, "toarray") else values
        return np.array(values).reshape(-1), ""
