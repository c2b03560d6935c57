"""The columns of obs, played as files: codes of categories, or float32 values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..source import DatasetError
from ..stores.table import Table, table_of
from . import columns
from .cells import AT_ONCE
from .embeddings import Embeddings
from .latent import INLIERS, Latent, centroids
from .names import file_names, renamed

_EXTENSIONS: Final = {"uint8": "u8", "uint16": "u16", "uint32": "u32"}
_MANY_TEXTS: Final = 4096
"""More different texts, when most cells have one of their own, are names and no categories."""
_PER_COLUMN: Final = 2**11
"""To find the centroids of so many cells takes as long as what is done once for each column."""
_CENTROIDS_AT_ONCE: Final = 2**20
"""Of so many cells, those of all columns together, centroids are found in a third of a second."""


class Obs:
    """Plays the columns of an obs.

    Parameters
    ----------
    obs
        The table; see `table_of`.
    uns
        Where scanpy keeps the colours of categories.
    keys
        Columns to play, in this order; None for all.
    embeddings
        Where centroids of categories are found.
    latent
        Where outliers of categories are found; None for no outliers.

    Attributes
    ----------
    kinds
        ``"categorical"`` or ``"continuous"`` of each column that is played.
    left_out
        The others, each with the reason.
    files
        What makes each file.

    Raises
    ------
    DatasetError
        If `keys` names a column that is not there.
    """

    def __init__(
        self,
        obs: Any,
        uns: Mapping[str, Any],
        keys: Sequence[str] | None,
        embeddings: Embeddings,
        latent: Latent | None,
    ) -> None:
        self._obs = table_of(obs)
        self._uns = uns
        self._embeddings, self._latent = embeddings, latent
        self._lock = threading.Lock()
        self._converted: dict[str, pd.Categorical[Any]] = {}
        self.kinds, self.left_out = _sort(self._obs, keys)
        self._leave_out_names()
        self._names = file_names(self.kinds)
        self.files = self._all_files()

    def categorical(self, key: str) -> tuple[pd.Categorical[Any], columns.Categories]:
        """Give a categorical column, and what its categories are."""
        if isinstance(self._obs.dtype(key), pd.CategoricalDtype):
            values = self._obs[key].array
        else:
            with self._lock:
                # To sort out the distinct values of a million texts takes a second.
                if key not in self._converted:
                    self._converted[key] = pd.Categorical(self._obs[key])
                values = self._converted[key]
        return values, columns.categories(values)

    def close(self) -> None:
        """Let go what was made of the columns."""
        with self._lock:
            self._converted.clear()

    def described(self, key: str) -> columns.Categories:
        """Say what the categories of a column are, which is read only if nothing else tells."""
        dtype = self._obs.dtype(key)
        if isinstance(dtype, pd.CategoricalDtype):
            return columns.categories(dtype)
        return self.categorical(key)[1]

    def fields(self) -> list[dict[str, Any]]:
        """Describe the columns as ``obs_fields`` of the identity does."""
        return [self._field(key, kind) for key, kind in self.kinds.items()]

    def centroids(self, key: str) -> dict[str, list[dict[str, Any]]]:
        """Give the centroids of a column's categories in each dimension; see `latent.centroids`."""
        values, described = self.categorical(key)
        return {
            str(dimension): centroids(
                self._embeddings.points(dimension).values, values.codes, described.names
            )
            for dimension in sorted(self._embeddings.keys)
        }

    def notes(self) -> list[str]:
        """Say which columns have categories that are the same as texts."""
        each = {key: self.described(key) for key in self._of("categorical")}
        return [
            f"{described.told_apart:,} categories of {key!r} are the same text as another one, and "
            "got a number"
            for key, described in each.items()
            if described.told_apart
        ]

    def manifest(self) -> dict[str, Any]:
        """Give ``obs_manifest.json``.

        To find the centroids of many cells in many columns, all would have to be read before the
        first is drawn. So then each column has a file of its own with them.
        """
        at_once = self._centroids_at_once()
        pattern = None if self._latent is None else "obs/{key}.outliers.f32"
        categorical = []
        for key in self._of("categorical"):
            described = self.described(key)
            entry = [key, described.names, described.dtype.name, described.missing]
            categorical.append([*entry, self.centroids(key) if at_once else {}])
        return {
            "_format": "compact_v1",
            "n_points": len(self._obs),
            "centroid_outlier_quantile": INLIERS,
            "latent_key": None if self._latent is None else self._latent.key,
            "compression": None,
            "_obsSchemas": {
                "continuous": {
                    "pathPattern": "obs/{key}.values.f32",
                    "ext": "f32",
                    "dtype": "float32",
                    "quantized": False,
                },
                "categorical": {
                    "codesPathPattern": "obs/{key}.codes.{ext}",
                    "outlierPathPattern": pattern,
                    "outlierExt": pattern and "f32",
                    "outlierDtype": pattern and "float32",
                    "outlierQuantized": False,
                    "centroidsPathPattern": None if at_once else "obs/{key}.centroids.json",
                },
            },
            "_continuousFields": [[key] for key in self._of("continuous")],
            "_categoricalFields": categorical,
            "_files": renamed(self._names),
        }

    def _all_files(self) -> dict[str, Callable[[], Any]]:
        files: dict[str, Callable[[], Any]] = {"obs_manifest.json": self.manifest}
        for key, kind in self.kinds.items():
            stem = f"obs/{self._names[key]}"
            if kind == "continuous":
                files[f"{stem}.values.f32"] = partial(self._values, key)
            else:
                described = self.described(key)
                ext = _EXTENSIONS[described.dtype.name]
                files[f"{stem}.codes.{ext}"] = partial(self._codes, key)
                files[f"{stem}.centroids.json"] = partial(self.centroids, key)
                if self._latent is not None:
                    files[f"{stem}.outliers.f32"] = partial(self._outliers, key, self._latent)
        return files

    def _leave_out_names(self) -> None:
        """Leave out texts that are all but one a cell, and would fill the manifest."""
        for key in self._of("categorical"):
            if isinstance(self._obs.dtype(key), pd.CategoricalDtype):
                continue
            n = len(self.described(key).names)
            if n > _MANY_TEXTS and n > len(self._obs) // 2:
                del self.kinds[key], self._converted[key]
                self.left_out[key] = (
                    f"it holds {n:,} different texts in {len(self._obs):,} cells: make it a "
                    "category to show it"
                )

    def _centroids_at_once(self) -> bool:
        n, columns = len(self._obs), len(self._of("categorical"))
        return n <= AT_ONCE and columns * (n + _PER_COLUMN) <= _CENTROIDS_AT_ONCE

    def _of(self, kind: str) -> list[str]:
        return [key for key, known in self.kinds.items() if known == kind]

    def _values(self, key: str) -> npt.NDArray[np.float32]:
        return columns.floats(self._obs[key])

    def _codes(self, key: str) -> npt.NDArray[Any]:
        return columns.codes(*self.categorical(key))

    def _outliers(self, key: str, latent: Latent) -> npt.NDArray[np.float32]:
        values, described = self.categorical(key)
        return latent.quantiles(values.codes, len(described.names))

    def _field(self, key: str, kind: str) -> dict[str, Any]:
        if kind == "continuous":
            return {"key": key, "kind": kind}
        described = self.described(key)
        field = {"key": key, "kind": "category", "n_categories": len(described.names)}
        colors = _colors(self._uns.get(f"{key}_colors"), len(described.names))
        return field if colors is None else {**field, "colors": colors}


def _sort(obs: Table, keys: Sequence[str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """Tell the columns that are shown, with their kind, from those left out, with the reason."""
    if keys is not None and (absent := [key for key in keys if key not in obs.columns]):
        there = ", ".join(map(repr, obs.columns)) or "none"
        raise DatasetError(f"obs has no column {absent[0]!r} (its columns: {there})")
    kinds: dict[str, str] = {}
    left_out: dict[str, str] = {}
    repeated = set(obs.columns[obs.columns.duplicated()])
    for key in dict.fromkeys(obs.columns if keys is None else keys):
        if not isinstance(key, str):
            left_out[str(key)] = f"its name is {type(key).__name__}, not a text"
            continue
        if key in repeated:
            left_out[key] = "the name stands twice in obs"
            continue
        dtype = obs.dtype(key)
        values = obs[key] if dtype is None else pd.Series(dtype=dtype)
        kind = columns.kind_of(values)
        if kind is None:
            left_out[key] = columns.why_not(values)
        else:
            kinds[key] = kind
    if keys is not None:
        rest = [key for key in dict.fromkeys(obs.columns) if key not in keys]
        left_out.update((str(key), "it is not among obs_keys") for key in rest)
    return kinds, left_out


def _colors(given: Any, n: int) -> list[str | None] | None:
    """Read the colours scanpy keeps in ``uns``; what is no ``#rrggbb`` is left to the viewer."""
    given = given.compute() if hasattr(given, "compute") else given
    if not pd.api.types.is_list_like(given) or len(given) < n:
        return None
    colors = [str(color).lower() for color in list(given)[:n]]
    known = [_hex(color) for color in colors]
    return known if any(known) else None


def _hex(color: str) -> str | None:
    digits = color[1:7]
    usual = color.startswith("#") and len(color) in (7, 9)
    return f"#{digits}" if usual and all(c in "0123456789abcdef" for c in digits) else None
