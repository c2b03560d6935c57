"""Keys of ``obsm``, by the embedding they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_DIMENSION: Final = re.compile(r"_([123])d$")


def basis_of(key: str) -> str:
    """Say what an embedding is called without the rest of its key.

    Examples
    --------
    >>> basis_of("X_umap"), basis_of("X_umap_3d"), basis_of("spatial")
    ('umap', 'umap', 'spatial')
    """
    return _DIMENSION.sub("", key).removeprefix("X_")


def dimension_of(key: str) -> int | None:
    """Say which dimension a key is made for; None if it does not tell.

    Examples
    --------
    >>> dimension_of("X_umap_3d"), dimension_of("X_umap")
    (3, None)
    """
    named = _DIMENSION.search(key)
    return int(named[1]) if named else None


def bases_of(keys: Iterable[str]) -> set[str]:
    """Give the embeddings that are named as such among the keys.

    Examples
    --------
    >>> bases_of(["X_umap", "X_umap_3d", "velocity_umap"])
    {'umap'}
    """
    return {basis_of(key) for key in keys if key.startswith("X_")}


def field_of(key: str, bases: Iterable[str]) -> tuple[str, str] | None:
    """Take a key as that of a vector field, apart into its name and its embedding's.

    Examples
    --------
    >>> field_of("T_fwd_umap_2d", ["umap", "pca"]), field_of("X_umap", ["umap"])
    (('T_fwd', 'umap'), None)
    """
    plain = _DIMENSION.sub("", key)
    basis = max((each for each in bases if plain.endswith(f"_{each}")), key=len, default="")
    name = plain.removesuffix(f"_{basis}")
    return (name, basis) if basis and name and not key.startswith("X_") else None
