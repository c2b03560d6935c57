"""What a session is applied to: an AnnData, or one modality of a MuData, copied or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import anndata as ad

from .align import Align, find_rows

if TYPE_CHECKING:
    from anndata import AnnData

    from ..session import CellucidSessionBundle

Copy = Literal["deep", "shallow"]


def modality_of(
    bundle: CellucidSessionBundle, modalities: Mapping[str, AnnData], how: Align
) -> str:
    """Find the modality of a MuData that a session was made on.

    It is the one that the session names; else the one that has as many genes and, of those, most
    of the session's cells. Where none has its cells, the first is given, whose mismatch is told.

    Raises
    ------
    ValueError
        If the session names a modality that is not there, or there is none at all.
    """
    fingerprint, mapping = bundle.dataset_fingerprint or {}, bundle.data_mapping or {}
    named = fingerprint.get("modality") or mapping.get("modality")
    if isinstance(named, str) or not modalities:
        if named in modalities:
            return str(named)
        raise ValueError(
            f"the session was made on the modality {named!r}; this MuData has "
            f"{', '.join(map(repr, modalities)) or 'none'}"
        )

    def likeness(key: str) -> tuple[bool, bool, int, int]:
        alignment = find_rows(bundle, modalities[key], how)
        n_vars = modalities[key].n_vars
        # Genes are rather left out than added.
        apart = abs(n_vars - (n_vars if bundle.n_vars is None else bundle.n_vars))
        return not alignment.reasons, apart == 0, alignment.matched, -apart

    return max(modalities, key=likeness)


def copy_of(data: Any, how: Copy) -> Any:
    """Copy an AnnData or MuData.

    Parameters
    ----------
    data
        It is not changed.
    how
        ``"deep"`` copies everything. ``"shallow"`` gives an AnnData of its own whose arrays (X,
        layers, obsm, obsp, varm, varp, raw) are those of `data`; only obs and var are new, and
        uns is a dict of its own with the same values.
    """
    if how == "deep":
        return data.copy()
    if not isinstance(data, ad.AnnData):
        raise ValueError("copy='shallow' is for AnnData; apply it to one of mdata.mod, or in place")
    return ad.AnnData(
        X=data.X,
        obs=data.obs.copy(),
        var=data.var.copy(),
        uns=dict(data.uns),
        obsm=dict(data.obsm),
        varm=dict(data.varm),
        layers=dict(data.layers),
        obsp=dict(data.obsp),
        varp=dict(data.varp),
        raw=data.raw,
    )
