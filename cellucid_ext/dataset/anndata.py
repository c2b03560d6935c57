"""An AnnData, played as a dataset folder: each file is made when it is asked for."""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .contents.cells import AT_ONCE, Cells
from .contents.embeddings import Embeddings
from .contents.expression import Expression
from .contents.graph import DEFAULT, Graph
from .contents.latent import Latent
from .contents.obs import Obs
from .contents.vectors import Vectors
from .kept import Kept
from .options import Options
from .source import DatasetError, File
from .stores.parts import Parts, is_closed, kind_of
from .stores.watched import Watched, watched_of

if TYPE_CHECKING:
    from anndata import AnnData

KEPT_BYTES: Final = 256 * 2**20
"""How much of what was made is kept, so that a second page costs nothing."""


class AnnDataSource:
    """Plays the files of the dataset folder from an AnnData, whose arrays stay where they are.

    Parameters
    ----------
    adata
        The data: arrays in memory, in a file, or of Dask. It must keep its rows and genes while
        it is shown.
    kind
        What the data are, for people; told from them where it is not given.
    watched
        The files they lie in; those the AnnData itself names where they are not given.
    name, dataset_id, embeddings, expression, gene_id_column, obs_keys, genes, graph, vectors,
    latent, modality
        See `Options`.

    Attributes
    ----------
    files
        What makes each file; see `make`.

    Raises
    ------
    DatasetError
        If there are no cells, or no embedding, or not what an option asks for.
    """

    def __init__(
        self,
        adata: AnnData | Parts,
        *,
        kind: str | None = None,
        watched: Watched | None = None,
        name: str | None = None,
        dataset_id: str | None = None,
        embeddings: Mapping[int, str] | None = None,
        expression: str = "X",
        gene_id_column: str = "index",
        obs_keys: Sequence[str] | None = None,
        genes: Sequence[str] | None = None,
        graph: str | None = "connectivities",
        vectors: Sequence[str] | None = None,
        latent: str | None = None,
        modality: str | None = None,
    ) -> None:
        if adata.n_obs == 0:
            raise DatasetError(f"{name or 'this AnnData'} has no cells to show")
        self._adata, self._watched = adata, watched or watched_of(adata)
        self._closed = False
        self._options: Options = {
            "embeddings": embeddings,
            "expression": expression,
            "gene_id_column": gene_id_column,
            "obs_keys": obs_keys,
            "genes": genes,
            "graph": graph,
            "vectors": vectors,
            "latent": latent,
            "modality": modality,
        }
        self._shape = int(adata.n_obs), int(adata.n_vars)
        self.n_cells = self._shape[0]
        self.name = name or "AnnData"
        self.revision: str | None = secrets.token_hex(8)
        # What lies in memory may change without a word, so each making of it has a number.
        self._makings: Iterator[int] = itertools.count()
        self.embeddings = Embeddings(adata.obsm, embeddings)
        self.cells = Cells(adata.obs_names)
        space = None if latent is None else Latent(adata.obsm, latent)
        self.obs = Obs(adata.obs, adata.uns, obs_keys, self.embeddings, space)
        self.graph, self._no_graph = _graph(adata.obsp, graph)
        self.vectors = Vectors(adata.obsm, self.embeddings, vectors)
        self.expression = Expression.of(adata, expression, gene_id_column, genes)
        shown = None if self.expression is None else self.expression.matrix
        self._kind = kind or kind_of(adata, shown)
        self.n_vars = 0 if self.expression is None else self.expression.n_vars
        self.id = dataset_id or self.cells.derived_id(self.name, list(map(str, adata.var_names)))
        created = datetime.now(UTC) if self._watched is None else self._watched.changed_at()
        self._created = created.isoformat(timespec="seconds")
        self._kept = Kept[File](KEPT_BYTES, _size)
        self.files: dict[str, Callable[[], Any]] = {"dataset_identity.json": self.identity}
        played = (self.embeddings, self.cells, self.obs, self.expression, self.graph, self.vectors)
        self._parts = [part for part in played if part is not None]
        for part in self._parts:
            self.files.update(part.files)

    def read(self, path: str) -> File:
        """Give one file of the dataset folder; see `Source.read`."""
        if path not in self.files and not self._closed:
            raise FileNotFoundError(path)
        self._check()
        return self._kept.get(path, lambda: self._file(path))

    def make(self, path: str) -> Any:
        """Give what one of the `files` holds, made anew: bytes, an array, or a dict for JSON.

        Raises
        ------
        DatasetError
            If it can't be made.
        """
        self._check()
        return self._make(path)

    def _make(self, path: str) -> Any:
        try:
            return self.files[path]()
        except Exception as error:
            # A file that was closed or written anew meanwhile explains it better.
            self._check(now=True)
            if isinstance(error, DatasetError):
                raise
            # Whatever HDF5, Zarr, Dask and its workers say.
            raise DatasetError(
                f"{path} of {self.name!r} can't be read: {type(error).__name__}: {error}"
            ) from error

    @property
    def order_sha256(self) -> str | None:
        """See `Source.order_sha256`."""
        return self.cells.order_sha256

    def close(self) -> None:
        """End what goes on in the background, and let go what was made; nothing more is read."""
        self._closed = True
        if self.expression is not None:
            self.expression.close()
        self.embeddings.close()
        self.obs.close()
        self._kept = Kept[File](KEPT_BYTES, _size)
        # What makes a file holds its part, which holds the files: none would go by itself.
        self.files = {}
        for part in self._parts:
            part.files.clear()

    def options(self) -> Options:
        """Give the options by which the same is shown, under the same name and id."""
        return {**self._options, "name": self.name, "dataset_id": self.id}

    def _file(self, path: str) -> File:
        made = self._make(path)
        if isinstance(made, dict):
            text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            made = text.encode("utf-8", "surrogatepass")
        if isinstance(made, bytes):
            return File(made, _tag(made))
        # To hash the values would take longer than to find them.
        body = np.ascontiguousarray(made).data.cast("B").toreadonly()
        return File(body, _tag(f"{self.revision} {path} {next(self._makings)}".encode()))

    def _check(self, now: bool = False) -> None:
        adata = self._adata
        if self._closed:
            raise DatasetError(f"{self.name!r} was closed: show it again")
        if is_closed(adata):
            raise DatasetError("the file of this AnnData was closed: open and show it again")
        if self._watched is not None:
            self._watched.check(now)
        if (adata.n_obs, adata.n_vars) != self._shape:
            n_cells, n_vars = self._shape
            raise DatasetError(
                f"the AnnData had {n_cells:,} cells × {n_vars:,} genes when it was shown and has "
                f"{adata.n_obs:,} × {adata.n_vars:,} now: show it again"
            )

    def refreshed(self) -> AnnDataSource:
        """Look at the AnnData again; see `Source.refreshed`."""
        return AnnDataSource(self._adata, kind=self._kind, watched=self._watched, **self.options())

    def identity(self) -> dict[str, Any]:
        """Give ``dataset_identity.json``."""
        kinds = list(self.obs.kinds.values())
        genes = self.expression.names if self.expression is not None else []
        at_once = self.cells.count <= AT_ONCE
        fields = self.vectors.describe()
        return {
            "version": 2,
            "id": self.id,
            "name": self.name,
            "description": "",
            "created_at": self._created,
            "revision": self.revision,
            "stats": {
                "n_cells": self.n_cells,
                "n_genes": len(genes),
                "n_vars": self.n_vars,
                "n_obs_fields": len(kinds),
                "n_categorical_fields": kinds.count("categorical"),
                "n_continuous_fields": kinds.count("continuous"),
                "has_connectivity": self.graph is not None,
                "n_edges": 0 if self.graph is None else self.graph.count(),
                "n_cells_without_position": self.embeddings.without_position(),
            },
            "embeddings": self.embeddings.describe(),
            **({"vector_fields": fields} if fields is not None else {}),
            "obs_fields": self.obs.fields(),
            "export_settings": {"compression": None, "var_quantization": None},
            "source": self._origin(),
            "left_out": self._left_out(),
            "notes": self._notes(),
            "rows": self.cells.rows() if at_once else None,
        }

    def _origin(self) -> dict[str, str | None]:
        """Say what the data are, and how sessions find again what was shown of them."""
        there = self.expression is not None
        column = self._options["gene_id_column"]
        return {
            "kind": self._kind,
            "expression": self._options["expression"] if there else None,
            "gene_names": column if column == "index" else f"column:{column}",
            "modality": self._options["modality"],
        }

    def _left_out(self) -> list[dict[str, str]]:
        each = {
            "obs column": self.obs.left_out,
            "graph": self._no_graph,
            "vector field": self.vectors.left_out,
        }
        return [
            {"what": what, "key": key, "why": why}
            for what, left_out in each.items()
            for key, why in left_out.items()
        ]

    def _notes(self) -> list[str]:
        notes = [
            f"{count:,} of {self.n_cells:,} cells have no position in {dimension.upper()}, for a "
            "coordinate is not finite: they are drawn nowhere"
            for dimension, count in self.embeddings.without_position().items()
            if count
        ]
        notes += self.obs.notes()
        notes += self.vectors.notes()
        if self.expression is None:
            notes.append("there is no expression (X is empty), so no gene can be shown")
        return notes + (self.expression.notes if self.expression is not None else [])


def _graph(obsp: Mapping[str, Any], key: str | None) -> tuple[Graph | None, dict[str, str]]:
    """Take the graph, or say why the one that is there without being asked for can't be shown."""
    try:
        return Graph.of(obsp, key), {}
    except DatasetError as error:
        if key != DEFAULT:
            raise
        return None, {DEFAULT: str(error)}


def _size(file: File) -> int:
    return len(file.body) if isinstance(file.body, bytes) else file.body.nbytes


def _tag(content: bytes) -> str:
    return f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
