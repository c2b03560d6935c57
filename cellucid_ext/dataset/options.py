"""What a person may say about a dataset that is shown or prepared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict


class Options(TypedDict, total=False):
    """Options of `open_source`, `show_anndata`, `show` and `prepare`; all may be left out.

    Attributes
    ----------
    name
        What the dataset is called; the file's name, or "AnnData", where it is not given.
    dataset_id
        What sessions know it by; derived from the names of its cells and genes otherwise.
    embeddings
        Which key of ``obsm`` is shown in 1, 2 and 3 dimensions, such as ``{2: "X_umap"}``;
        the usual ones are found otherwise.
    expression
        Where genes are read: ``"X"``, ``"raw"`` or ``"layer:counts"``.
    gene_id_column
        Column of ``var`` with the names of genes; ``"index"`` for ``var_names``.
    obs_keys
        Columns of ``obs`` to show, in this order; all otherwise.
    genes
        Genes to show, in this order; all otherwise.
    graph
        Key of ``obsp`` with the graph of neighbours; None for no graph.
    vectors
        Vector fields to show, such as ``["velocity"]``; those found in ``obsm`` otherwise.
    latent
        Key of ``obsm`` with the space in which outliers of categories are found; None for none.
    modality
        Which modality of a MuData is shown.
    """

    name: str | None
    dataset_id: str | None
    embeddings: Mapping[int, str] | None
    expression: str
    gene_id_column: str
    obs_keys: Sequence[str] | None
    genes: Sequence[str] | None
    graph: str | None
    vectors: Sequence[str] | None
    latent: str | None
    modality: str | None
