"""The columns of obs, played as files: codes of categories, or float32 values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import columns
from .names import file_names, renamed
from .source import DatasetError

_EXTENSIONS: Final = {"uint8": "u8", "uint16": "u16", "uint32": "u32"}


class Obs:
    """Plays the columns of an obs.

    Parameters
    ----------
    obs
        The table. Columns that are replaced in it later leave what is played as it is.
    uns
        Where scanpy keeps the colours of categories.
    keys
        Columns to play, in this order; None for all.

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
        self, obs: pd.DataFrame, uns: Mapping[str, Any], keys: Sequence[str] | None = None
    ) -> None:
        # Nothing but the table of columns is copied here.
        self._obs = obs.copy(deep=False)
        self._uns = uns
        self._lock = threading.Lock()
        self._converted: dict[str, pd.Categorical[Any]] = {}
        self.kinds, self.left_out = _sort(self._obs, keys)
        self._names = file_names(self.kinds)
        self.files = self._all_files()

    def categorical(self, key: str) -> tuple[pd.Categorical[Any], columns.Categories]:
        """Give a categorical column, and what its categories are."""
        column = self._obs[key]
        if isinstance(column.dtype, pd.CategoricalDtype):
            values = column.array
        else:
            with self._lock:
                # To sort out the distinct values of a million texts takes a second.
                if key not in self._converted:
                    self._converted[key] = pd.Categorical(column)
                values = self._converted[key]
        return values, columns.categories(values)

    def fields(self) -> list[dict[str, Any]]:
        """Describe the columns as ``obs_fields`` of the identity does."""
        return [self._field(key, kind) for key, kind in self.kinds.items()]

    def manifest(self) -> dict[str, Any]:
        """Give ``obs_manifest.json``."""
        categorical = []
        for key in self._of("categorical"):
            _, described = self.categorical(key)
            entry = [key, described.names, described.dtype.name, described.missing, {}]
            categorical.append(entry)
        return {
            "_format": "compact_v1",
            "n_points": len(self._obs),
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
                    "outlierPathPattern": None,
                    "outlierExt": None,
                    "outlierDtype": None,
                    "outlierQuantized": False,
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
                _, described = self.categorical(key)
                ext = _EXTENSIONS[described.dtype.name]
                files[f"{stem}.codes.{ext}"] = partial(self._codes, key)
        return files

    def _of(self, kind: str) -> list[str]:
        return [key for key, known in self.kinds.items() if known == kind]

    def _values(self, key: str) -> npt.NDArray[np.float32]:
        return columns.floats(self._obs[key])

    def _codes(self, key: str) -> npt.NDArray[Any]:
        return columns.codes(*self.categorical(key))

    def _field(self, key: str, kind: str) -> dict[str, Any]:
        if kind == "continuous":
            return {"key": key, "kind": kind}
        _, described = self.categorical(key)
        field = {"key": key, "kind": "category", "n_categories": len(described.names)}
        colors = _colors(self._uns.get(f"{key}_colors"), len(described.names))
        return field if colors is None else {**field, "colors": colors}


def _sort(obs: pd.DataFrame, keys: Sequence[str] | None) -> tuple[dict[str, str], dict[str, str]]:
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
        elif key in repeated:
            left_out[key] = "the name stands twice in obs"
        elif (kind := columns.kind_of(obs[key])) is None:
            left_out[key] = f"{obs[key].dtype} is neither numbers nor categories"
        else:
            kinds[key] = kind
    if keys is not None:
        rest = [key for key in dict.fromkeys(obs.columns) if key not in keys]
        left_out.update((str(key), "it is not among obs_keys") for key in rest)
    return kinds, left_out


def _colors(given: Any, n: int) -> list[str | None] | None:
    """Read the colours scanpy keeps in ``uns``; what is no ``#rrggbb`` is left to the viewer."""
    if not pd.api.types.is_list_like(given) or len(given) < n:
        return None
    colors = [str(color).lower() for color in list(given)[:n]]
    known = [_hex(color) for color in colors]
    return known if any(known) else None


def _hex(color: str) -> str | None:
    digits = color[1:7]
    usual = color.startswith("#") and len(color) in (7, 9)
    return f"#{digits}" if usual and all(c in "0123456789abcdef" for c in digits) else None
