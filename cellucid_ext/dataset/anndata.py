"""An AnnData in memory, played as a dataset folder: each file is made when it is asked for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..session.codecs import encode_names
from ..session.rows import RowIdentity, row_identity
from . import columns, embeddings
from .genes import Genes
from .names import distinct, file_names, safe_name
from .source import DatasetError, File

if TYPE_CHECKING:
    from anndata import AnnData

_EXTENSIONS = {"uint8": "u8", "uint16": "u16", "uint32": "u32"}


class AnnDataSource:
    """Plays the files of the dataset folder from an AnnData, whose arrays stay where they are.

    Parameters
    ----------
    adata
        The data. It must keep its rows and genes while it is shown.
    name
        What it is called.
    dataset_id
        What sessions know it by; derived from the names of rows and genes where not given.

    Raises
    ------
    DatasetError
        If there are no cells, or no embedding.
    """

    def __init__(
        self, adata: AnnData, *, name: str | None = None, dataset_id: str | None = None
    ) -> None:
        if adata.n_obs == 0:
            raise DatasetError("this AnnData has no cells to show")
        self._adata = adata
        # A column or embedding that is replaced later leaves what is shown as it is; nothing is
        # copied here.
        self._obs = adata.obs.copy(deep=False)
        self._embeddings = embeddings.choose(adata.obsm)
        self._obsm = {key: adata.obsm[key] for key in self._embeddings.values()}
        self.n_cells, self.n_vars = int(adata.n_obs), int(adata.n_vars)
        self.name = name or "AnnData"
        self._rows = row_identity(self._obs.index)
        gene_names = [str(gene) for gene in adata.var_names]
        self.id = dataset_id or _derived_id(self.name, self._rows, gene_names)
        self._genes = Genes(adata.X) if adata.X is not None else None
        self._created = datetime.now(UTC).isoformat(timespec="seconds")
        self._lock = threading.Lock()
        self._kept: dict[str, File] = {}

        self._points: dict[int, embeddings.Points] = {}
        self._categoricals: dict[str, pd.Categorical[Any]] = {}
        self._kinds, self._left_out = _sort_columns(self._obs)
        self._obs_files = file_names(self._kinds)
        genes = distinct(gene_names) if self._genes is not None else []
        self._gene_files = file_names(genes)
        self._files = self._all_files(genes)

    def read(self, path: str) -> File:
        """Give one file of the dataset folder; see `Source.read`."""
        make = self._files.get(path)
        if make is None:
            raise FileNotFoundError(path)
        if (self._adata.n_obs, self._adata.n_vars) != (self.n_cells, self.n_vars):
            raise DatasetError(
                f"the AnnData had {self.n_cells:,} cells × {self.n_vars:,} genes when it was shown "
                f"and has {self._adata.n_obs:,} × {self._adata.n_vars:,} now: show it again"
            )
        with self._lock:
            kept = self._kept.get(path)
            if kept is None:
                kept = _file(make())
                if path.endswith((".json", ".txt")) or path.startswith("points_"):
                    self._kept[path] = kept
            return kept

    def _all_files(self, genes: list[str]) -> dict[str, Callable[[], Any]]:
        files: dict[str, Callable[[], Any]] = {
            "dataset_identity.json": self._identity,
            "obs_manifest.json": self._obs_manifest,
            "obs_names.txt": self._names,
        }
        for dimension in self._embeddings:
            files[f"points_{dimension}d.bin"] = partial(self._points_file, dimension)
        for key, kind in self._kinds.items():
            stem = f"obs/{self._obs_files[key]}"
            if kind == "continuous":
                files[f"{stem}.values.f32"] = partial(self._values, key)
            else:
                _, described = self._categorical(key)
                ext = _EXTENSIONS[described.dtype.name]
                files[f"{stem}.codes.{ext}"] = partial(self._codes, key)
        if self._genes is not None:
            files["var_manifest.json"] = partial(self._var_manifest, genes)
            for place, gene in enumerate(genes):
                path = f"var/{self._gene_files[gene]}.values.f32"
                files[path] = partial(self._genes.column, place)
        return files

    def _categorical(self, key: str) -> tuple[pd.Categorical[Any], columns.Categories]:
        column = self._obs[key]
        if isinstance(column.dtype, pd.CategoricalDtype):
            values = column.array
        else:
            # To sort out the distinct values of a million texts takes a second, so it is kept.
            if key not in self._categoricals:
                self._categoricals[key] = pd.Categorical(column)
            values = self._categoricals[key]
        return values, columns.categories(values)

    def _codes(self, key: str) -> npt.NDArray[Any]:
        return columns.codes(*self._categorical(key))

    def _values(self, key: str) -> npt.NDArray[np.float32]:
        return columns.floats(self._obs[key])

    def _names(self) -> bytes:
        names = [str(name) for name in self._obs.index]
        if any("\n" in name for name in names):
            raise DatasetError(
                "a name in obs_names holds a line feed, so the names can't be listed"
            )
        return encode_names(names)

    def _points_of(self, dimension: int) -> embeddings.Points:
        if dimension not in self._points:
            values = self._obsm[self._embeddings[dimension]]
            self._points[dimension] = embeddings.points(values, dimension)
        return self._points[dimension]

    def _points_file(self, dimension: int) -> npt.NDArray[np.float32]:
        return self._points_of(dimension).values

    def _identity(self) -> dict[str, Any]:
        dimensions = sorted(self._embeddings)
        transforms, without = {}, {}
        for dimension in dimensions:
            made = self._points_of(dimension)
            transforms[f"{dimension}d"] = {"center": made.center, "scale": made.scale}
            without[f"{dimension}d"] = made.n_without_position
        kinds = list(self._kinds.values())
        return {
            "version": 2,
            "id": self.id,
            "name": self.name,
            "description": "",
            "created_at": self._created,
            "stats": {
                "n_cells": self.n_cells,
                "n_genes": len(self._gene_files),
                "n_obs_fields": len(kinds),
                "n_categorical_fields": kinds.count("categorical"),
                "n_continuous_fields": kinds.count("continuous"),
                "has_connectivity": False,
                "n_edges": 0,
                "n_cells_without_position": without,
            },
            "embeddings": {
                "available_dimensions": dimensions,
                "default_dimension": 2 if 2 in dimensions else dimensions[-1],
                "files": {f"{d}d": f"points_{d}d.bin" for d in dimensions},
                "keys": {f"{d}d": self._embeddings[d] for d in dimensions},
                "transforms": transforms,
            },
            "obs_fields": [self._field(key, kind) for key, kind in self._kinds.items()],
            "export_settings": {"compression": None, "var_quantization": None},
            "left_out": [{"column": key, "why": why} for key, why in self._left_out.items()],
            "rows": self._rows.to_json(),
        }

    def _field(self, key: str, kind: str) -> dict[str, Any]:
        if kind == "continuous":
            return {"key": key, "kind": kind}
        _, described = self._categorical(key)
        field = {"key": key, "kind": "category", "n_categories": len(described.names)}
        colors = _colors(self._adata.uns.get(f"{key}_colors"), len(described.names))
        return field if colors is None else {**field, "colors": colors}

    def _obs_manifest(self) -> dict[str, Any]:
        categorical = []
        for key, kind in self._kinds.items():
            if kind == "categorical":
                _, described = self._categorical(key)
                entry = [key, described.names, described.dtype.name, described.missing, {}]
                categorical.append(entry)
        return {
            "_format": "compact_v1",
            "n_points": self.n_cells,
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
            "_continuousFields": [
                [key] for key, kind in self._kinds.items() if kind == "continuous"
            ],
            "_categoricalFields": categorical,
            "_files": _renamed(self._obs_files),
        }

    def _var_manifest(self, genes: list[str]) -> dict[str, Any]:
        return {
            "_format": "compact_v1",
            "n_points": self.n_cells,
            "var_gene_id_column": "index",
            "compression": None,
            "quantization": None,
            "_varSchema": {
                "kind": "continuous",
                "pathPattern": "var/{key}.values.f32",
                "ext": "f32",
                "dtype": "float32",
                "quantized": False,
            },
            "fields": [[gene] for gene in genes],
            "_files": _renamed(self._gene_files),
        }


def _sort_columns(obs: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Tell the columns that are shown, with their kind, from those left out, with the reason."""
    kinds: dict[str, str] = {}
    left_out: dict[str, str] = {}
    repeated = set(obs.columns[obs.columns.duplicated()])
    for key in dict.fromkeys(obs.columns):
        if not isinstance(key, str):
            left_out[str(key)] = f"its name is {type(key).__name__}, not a text"
        elif key in repeated:
            left_out[key] = "the name stands twice in obs"
        elif (kind := columns.kind_of(obs[key])) is None:
            left_out[key] = f"{obs[key].dtype} is neither numbers nor categories"
        else:
            kinds[key] = kind
    return kinds, left_out


def _renamed(files: dict[str, str]) -> dict[str, str]:
    return {key: name for key, name in files.items() if name != safe_name(key)}


def _derived_id(name: str, rows: RowIdentity, genes: list[str]) -> str:
    digest = hashlib.sha256(rows.order_sha256.encode())
    digest.update("\n".join(genes).encode("utf-8", "surrogatepass"))
    return f"{safe_name(name).lower()}-{digest.hexdigest()[:12]}"


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


def _file(made: Any) -> File:
    body: bytes | memoryview
    if isinstance(made, dict):
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        body = text.encode("utf-8", "surrogatepass")
    elif isinstance(made, bytes):
        body = made
    else:
        body = np.ascontiguousarray(made).data.cast("B").toreadonly()
    return File(body, f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"')
