"""A synthetic dataset: cells that leave a root along three lineages, made by NumPy from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from anndata import AnnData

_Floats = npt.NDArray[np.float64]

LINEAGES: Final = ("Erythroid", "Myeloid", "Lymphoid")
CELL_TYPES: Final = {
    "HSC": "#8c8c8c",
    "Progenitor": "#b39ddb",
    "Erythroblast": "#ef9a9a",
    "Erythrocyte": "#c62828",
    "Monocyte": "#ffb74d",
    "Neutrophil": "#e65100",
    "Pre-B cell": "#80cbc4",
    "B cell": "#00796b",
    "NK cell": "#1565c0",
}
MARKERS: Final = {
    "HSC": ("CD34", "KIT", "MEIS1", "HLF"),
    "Progenitor": ("MYB", "GATA2", "CDK6", "SPINK2"),
    "Erythroblast": ("GATA1", "KLF1", "TFRC", "EPOR"),
    "Erythrocyte": ("HBB", "HBA1", "ALAS2", "GYPA"),
    "Monocyte": ("CD14", "LYZ", "CSF1R", "FCN1"),
    "Neutrophil": ("ELANE", "MPO", "CSF3R", "S100A8"),
    "Pre-B cell": ("VPREB1", "DNTT", "IGLL1", "PAX5"),
    "B cell": ("CD19", "MS4A1", "CD79A", "CD74"),
    "NK cell": ("NKG7", "GNLY", "KLRD1", "NCAM1"),
}
N_OTHER_GENES: Final = 164

# Where each lineage goes from the root, as control points of a curve in three dimensions.
_CURVES: Final = {
    "Erythroid": ((0, 0, 0), (-1.5, 1.0, 0.4), (-3.4, 0.6, 0.9), (-5.0, 2.2, 0.3)),
    "Myeloid": ((0, 0, 0), (1.2, 1.4, -0.5), (2.4, 3.2, 0.6), (4.8, 3.6, 1.4)),
    "Lymphoid": ((0, 0, 0), (0.8, -1.6, 0.5), (-0.2, -3.2, 1.2), (1.8, -4.9, -0.8)),
}
_ENDS: Final = {
    "Erythroid": ("Erythroblast", "Erythrocyte", None),
    "Myeloid": ("Monocyte", "Neutrophil", (1.9, -1.5, -1.6)),
    "Lymphoid": ("Pre-B cell", "B cell", (3.2, 0.6, 1.2)),
}


def make_dataset(seed: int = 0, n_cells: int = 5000) -> AnnData:
    """Make the demo dataset.

    Parameters
    ----------
    seed
        Of the random generator; the same seed gives the same data.
    n_cells
        How many cells.

    Returns
    -------
    anndata.AnnData
        ``X``: counts, CSR float32. ``obs``: cell_type, lineage, batch, pseudotime, n_counts (some
        missing). ``obsm``: X_umap and X_umap_3d, drawn rather than computed. ``uns``: colours.

    Examples
    --------
    >>> make_dataset(n_cells=100)                                   # doctest: +SKIP
    AnnData object with n_obs × n_vars = 100 × 200
    """
    import pandas as pd
    from anndata import AnnData

    random = np.random.default_rng(seed)
    lineage = random.choice(3, size=n_cells, p=[0.3, 0.38, 0.32])
    time = random.beta(1.15, 1.0, size=n_cells)
    side = random.random(n_cells) < 0.42
    position = _positions(random, lineage, time, side)
    types = _cell_types(lineage, time, side)
    batch = random.choice(3, size=n_cells, p=[0.5, 0.3, 0.2])
    counts, genes = _counts(random, types, time)
    n_counts = counts.sum(axis=1).astype(np.float64)
    n_counts[random.random(n_cells) < 0.02] = np.nan
    obs = pd.DataFrame(
        {
            "cell_type": pd.Categorical.from_codes(types, categories=pd.Index(list(CELL_TYPES))),
            "lineage": pd.Categorical.from_codes(
                np.where(time < 0.16, -1, lineage), categories=pd.Index(LINEAGES)
            ),
            "batch": pd.Categorical.from_codes(batch, categories=pd.Index(["b1", "b2", "b3"])),
            "pseudotime": time,
            "n_counts": n_counts,
        },
        index=[f"cell-{i:05d}" for i in range(n_cells)],
    )
    from scipy import sparse

    adata = AnnData(sparse.csr_matrix(counts), obs=obs, var=pd.DataFrame(index=genes))
    adata.obsm["X_umap"] = position[:, :2].astype(np.float32)
    adata.obsm["X_umap_3d"] = position.astype(np.float32)
    adata.uns["cell_type_colors"] = np.array(list(CELL_TYPES.values()), dtype=object)
    return adata


def _positions(
    random: np.random.Generator,
    lineage: npt.NDArray[Any],
    time: _Floats,
    side: npt.NDArray[np.bool_],
) -> _Floats:
    out = np.empty((len(time), 3))
    for number, name in enumerate(LINEAGES):
        here = lineage == number
        t = time[here][:, None]
        path = _bezier(np.array(_CURVES[name], dtype=float), t)
        branch = _ENDS[name][2]
        if branch is not None:
            # Late cells of a lineage part into two ends.
            late = np.clip((t - 0.62) / 0.38, 0, 1) ** 1.4 * side[here][:, None]
            path = path + late * np.array(branch)
        width = 0.14 + 0.22 * np.sin(np.pi * t) ** 2 + 0.3 * np.clip((t - 0.78) / 0.22, 0, 1)
        wobble = 0.45 * np.column_stack([np.sin(5 * t), np.cos(4 * t + number), np.sin(3 * t)])
        out[here] = path + wobble + width * random.normal(size=(here.sum(), 3)) * (1, 1, 0.8)
    return out


def _bezier(points: _Floats, t: _Floats) -> _Floats:
    a, b, c, d = points
    curve: _Floats = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
    return curve


def _cell_types(
    lineage: npt.NDArray[Any], time: _Floats, side: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    names = list(CELL_TYPES)
    middle = np.array([names.index(_ENDS[name][0]) for name in LINEAGES])
    end = np.array([names.index(_ENDS[name][1]) for name in LINEAGES])
    types: npt.NDArray[np.int64] = np.where(time > 0.72, end[lineage], middle[lineage])
    # In two lineages the side branch is a type of its own.
    types[(lineage == 1) & (time > 0.72) & side] = names.index("Monocyte")
    types[(lineage == 2) & (time > 0.72) & side] = names.index("NK cell")
    types[time < 0.38] = names.index("Progenitor")
    types[time < 0.14] = names.index("HSC")
    return types


def _counts(
    random: np.random.Generator, types: npt.NDArray[np.int64], time: _Floats
) -> tuple[npt.NDArray[np.float32], list[str]]:
    genes = [gene for markers in MARKERS.values() for gene in markers]
    marked = np.repeat(np.arange(len(MARKERS)), [len(m) for m in MARKERS.values()])
    depth = random.lognormal(0, 0.25, size=(len(types), 1))
    of_markers = np.where(types[:, None] == marked, 4.0, 0.12)
    slopes = random.normal(0, 1, size=N_OTHER_GENES)
    of_others = 0.5 * np.exp(slopes * (time[:, None] - 0.5))
    counts = random.poisson(np.hstack([of_markers, of_others]) * depth)
    names = [*genes, *(f"GENE{i + 1}" for i in range(N_OTHER_GENES))]
    return counts.astype(np.float32), names
