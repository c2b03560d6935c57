"""Options that a person gave, checked before anything is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from numbers import Integral
from reprlib import repr as short
from typing import Any, Final, cast

from .options import Options


def checked(options: Mapping[str, Any]) -> Options:
    """Check that each option is one, and of the right type; lists of any kind become lists.

    Raises
    ------
    TypeError
        If one is not; the message says what was given, and gives an example.

    Examples
    --------
    >>> checked({"genes": ("CD3D", "CD8A"), "latent": None})
    {'genes': ['CD3D', 'CD8A'], 'latent': None}
    >>> checked({"genes": "CD3D"})
    Traceback (most recent call last):
    ...
    TypeError: genes is 'CD3D'; it must be a list of texts, such as genes=['CD3D', 'CD8A']
    """
    if unknown := [key for key in options if key not in _RULES]:
        raise TypeError(
            f"there is no option {unknown[0]!r} (the options of a dataset are "
            f"{', '.join(sorted(_RULES))})"
        )
    return cast("Options", {key: _value(key, given) for key, given in options.items()})


def _value(key: str, given: Any) -> Any:
    take, what, example = _RULES[key]
    try:
        return take(given)
    except TypeError:
        raise TypeError(
            f"{key} is {short(given)}; it must be {what}, such as {key}={example}"
        ) from None


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return str(given)


def _texts(given: Any) -> list[str]:
    # Sets have no order; of a text or a mapping the parts are not meant.
    if isinstance(given, str | Mapping | Set) or not isinstance(given, Iterable):
        raise TypeError
    return [_text(each) for each in given]


def _keys(given: Any) -> dict[int, str]:
    if not isinstance(given, Mapping):
        raise TypeError
    if any(not isinstance(each, Integral) or isinstance(each, bool) for each in given):
        raise TypeError
    return {int(dimension): _text(key) for dimension, key in given.items()}


def _or_none(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda given: None if given is None else take(given)


_RULES: Final[dict[str, tuple[Callable[[Any], Any], str, str]]] = {
    "name": (_or_none(_text), "a text", "'PBMC'"),
    "dataset_id": (_or_none(_text), "a text", "'pbmc-3k'"),
    "embeddings": (
        _or_none(_keys),
        "a dict of which key of obsm is shown in 1, 2 or 3 dimensions",
        "{2: 'X_umap'}",
    ),
    "expression": (_text, "'X', 'raw' or the name of a layer", "'layer:counts'"),
    "gene_id_column": (_text, "'index' or the name of a column of var", "'gene_symbols'"),
    "obs_keys": (_or_none(_texts), "a list of texts", "['cell_type', 'n_genes']"),
    "genes": (_or_none(_texts), "a list of texts", "['CD3D', 'CD8A']"),
    "graph": (_or_none(_text), "a key of obsp, or None for no graph", "'connectivities'"),
    "vectors": (_or_none(_texts), "a list of texts", "['velocity']"),
    "latent": (_or_none(_text), "a key of obsm", "'X_pca'"),
    "modality": (_or_none(_text), "the name of a modality of a MuData", "'rna'"),
}
"""What takes each option, what it must be, and an example."""
