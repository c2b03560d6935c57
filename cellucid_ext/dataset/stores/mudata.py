"""One modality of a MuData, in memory or in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..anndata import AnnDataSource
from ..contents.embeddings import choose
from ..options import Options
from ..source import DatasetError
from .groups import read_elements, read_parts
from .parts import Parts, kind_of


class MuDataSource(AnnDataSource):
    """Plays one modality of a MuData in memory.

    Parameters
    ----------
    data
        The MuData.
    options
        See `Options`. Embeddings that the modality has not are taken from the MuData; without a
        name it is called after the modality.

    Raises
    ------
    DatasetError
        If no modality is named where there are several, or the one that is named is not there;
        or if it can't be shown.

    Examples
    --------
    >>> MuDataSource(mdata, modality="rna").name                    # doctest: +SKIP
    'rna'
    """

    def __init__(self, data: Any, **options: Unpack[Options]) -> None:
        self._data = data
        modality = choose_modality(list(data.mod), options.get("modality"))
        options["modality"] = modality
        options["name"] = options.get("name") or modality
        parts = _parts_in_memory(data, modality, options.get("embeddings"))
        kind = kind_of(parts, parts.X).replace("AnnData", "MuData")
        super().__init__(parts, kind=kind, **options)

    def refreshed(self) -> MuDataSource:
        """Look at the MuData again; see `Source.refreshed`."""
        return MuDataSource(self._data, **self.options())


def is_mudata(data: Any) -> bool:
    """Say whether this is a MuData, without an import of that package."""
    return isinstance(getattr(data, "mod", None), Mapping)


def choose_modality(names: list[str], wanted: str | None) -> str:
    """Choose the modality to show.

    Raises
    ------
    DatasetError
        If it is not there, or none is named of several; the message names those there are.

    Examples
    --------
    >>> choose_modality(["rna"], None)
    'rna'
    """
    there = ", ".join(map(repr, names)) or "none"
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None:
        raise DatasetError(
            f"a MuData is shown one modality at a time: say which, such as "
            f"modality={names[0]!r} (it has {there})"
            if names
            else "this MuData has no modalities to show"
        )
    if wanted not in names:
        raise DatasetError(f"modality is {wanted!r}, which this MuData has not (it has {there})")
    return wanted


def parts_in_group(group: Any, modality: str, wanted: Mapping[int, str] | None) -> Parts:
    """Take a modality of a MuData in a file.

    Parameters
    ----------
    group
        The outermost group of the file.
    modality
        Its name.
    wanted
        The embeddings that are asked for; see `Options`. Those that the modality has not are
        taken from the MuData.
    """
    parts = read_parts(group["mod"][modality])
    obsmap = read_elements(group, "obsmap").get(modality)
    return _with_embeddings(parts, read_elements(group, "obsm"), obsmap, wanted)


def _parts_in_memory(data: Any, modality: str, wanted: Mapping[int, str] | None) -> Parts:
    adata = data.mod[modality]
    parts = Parts(
        obs=adata.obs,
        var=adata.var,
        obsm=dict(adata.obsm),
        obsp=adata.obsp,
        layers=adata.layers,
        uns=adata.uns,
        X=adata.X,
        raw=adata.raw,
    )
    return _with_embeddings(parts, dict(data.obsm), data.obsmap.get(modality), wanted)


def _with_embeddings(
    parts: Parts, whole: dict[str, Any], obsmap: Any, wanted: Mapping[int, str] | None
) -> Parts:
    """Add the embeddings of the whole, for its cells, where the modality's own do not suffice."""
    if obsmap is None or not whole or _suffice(parts.obsm, wanted):
        return parts
    rows = _rows(np.asarray(obsmap).reshape(-1), parts.n_obs)
    if rows is None:
        return parts
    taken = {key: _taken(array, rows) for key, array in whole.items() if _is_array(array)}
    return replace(parts, obsm={**taken, **parts.obsm})


def _suffice(obsm: Mapping[str, Any], wanted: Mapping[int, str] | None) -> bool:
    if wanted is not None:
        return all(key in obsm for key in wanted.values())
    try:
        choose(obsm)
    except DatasetError:
        return False
    return True


def _rows(obsmap: npt.NDArray[Any], n_obs: int) -> npt.NDArray[np.int64] | None:
    """Give the row of the whole of each cell, of which `obsmap` tells the reverse, from 1 on."""
    there = np.flatnonzero(obsmap)
    places = obsmap[there].astype(np.int64) - 1
    if not np.array_equal(np.sort(places), np.arange(n_obs)):
        return None
    rows = np.empty(n_obs, dtype=np.int64)
    rows[places] = there
    return rows


def _is_array(array: Any) -> bool:
    # Beside the embeddings lies which cells each modality has.
    if len(getattr(array, "shape", ())) != 2 or hasattr(array, "format"):
        return False
    return not sp.issparse(getattr(array, "_meta", None))


def _taken(array: Any, rows: npt.NDArray[np.int64]) -> Any:
    return array.iloc[rows] if hasattr(array, "iloc") else _Rows(array, rows)


class _Rows:
    """Rows of an array, wherever it lies, which are taken when they are asked for."""

    def __init__(self, array: Any, rows: npt.NDArray[np.int64]) -> None:
        self._array, self._rows = array, rows
        self.shape, self.dtype = (len(rows), int(array.shape[1])), array.dtype

    def __getitem__(self, part: slice | tuple[slice, slice]) -> Any:
        of, columns = part if isinstance(part, tuple) else (part, slice(None))
        rows = self._rows[of]
        # A file gives rows in their order only, and what lies together at once.
        low, high = int(rows.min()), int(rows.max()) + 1
        return self._array[low:high, columns][rows - low]
