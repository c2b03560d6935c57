"""What of a dataset is shown, and what is not and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .source import Source


@dataclass(frozen=True)
class LeftOut:
    """Something that a dataset has and the viewer does not show.

    Attributes
    ----------
    what
        ``"obs column"``, ``"graph"``, ….
    key
        Its name.
    why
        The reason, for people.
    """

    what: str
    key: str
    why: str


@dataclass(frozen=True)
class DatasetReport:
    """What of a dataset is shown; its repr is for people.

    Attributes
    ----------
    id, name, kind
        Who the dataset is, and what it is read from.
    n_cells, n_genes
        How many are shown.
    embeddings
        Key of each dimension; empty where nothing says it, as in a folder of cellucid 0.0.9.
    columns
        Kind of each obs column: ``"category"`` or ``"continuous"``.
    expression
        Where genes are read; empty where there are none, or nothing says it.
    graph
        Number of edges of the graph of neighbours; 0 where there is none, and None where they are
        not counted yet, for there are millions.
    vectors
        Vector fields.
    left_out
        What is not shown.
    notes
        What a person should know.
    """

    id: str
    name: str
    kind: str
    n_cells: int
    n_genes: int
    embeddings: Mapping[int, str]
    columns: Mapping[str, str]
    expression: str
    graph: int | None
    vectors: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        kinds = list(self.columns.values())
        spaces = ", ".join(f"{d}D {key}".rstrip() for d, key in self.embeddings.items())
        genes = f"{self.n_genes:,} genes" + (f" of {self.expression}" if self.expression else "")
        lines = [
            f"{self.name!r} ({self.id}), {self.kind}: {self.n_cells:,} cells, {genes}",
            f"  embeddings  {spaces}",
            f"  obs         {kinds.count('category')} categorical, "
            f"{kinds.count('continuous')} continuous",
            f"  graph       {self._edges()}",
            f"  vectors     {', '.join(self.vectors) or 'none'}",
        ]
        lines += [f"  left out    {each.what} {each.key!r}: {each.why}" for each in self.left_out]
        lines += [f"  note        {note}" for note in self.notes]
        return "\n".join(lines)

    def _edges(self) -> str:
        if self.graph is None:
            return "not counted yet"
        return f"{self.graph:,} edges" if self.graph else "none"


def report(source: Source) -> DatasetReport:
    """Say what of a dataset is shown, as its identity has it.

    Examples
    --------
    >>> report(open_source(adata))                                  # doctest: +SKIP
    'PBMC' (pbmc-1f0c9a3e2b11), AnnData in memory: 2,638 cells, 1,838 genes of X
      embeddings  2D X_umap
      obs         3 categorical, 4 continuous
      graph       none
      vectors     none
      left out    obs column 'when': datetime64[ns] is neither numbers nor categories
    """
    body: Any = source.read("dataset_identity.json").body
    identity: dict[str, Any] = json.loads(body if isinstance(body, bytes) else body.tobytes())
    stats, spaces = identity["stats"], identity["embeddings"]
    origin = identity.get("source") or {}
    keys = spaces.get("keys") or {}
    return DatasetReport(
        id=source.id,
        name=source.name,
        kind=str(origin.get("kind") or "dataset folder"),
        n_cells=source.n_cells,
        n_genes=int(stats.get("n_genes") or 0),
        embeddings={d: str(keys.get(f"{d}d", "")) for d in spaces["available_dimensions"]},
        columns={each["key"]: each["kind"] for each in identity.get("obs_fields") or []},
        expression=str(origin.get("expression") or "") if stats.get("n_genes") else "",
        graph=stats.get("n_edges") if stats.get("has_connectivity") else 0,
        vectors=tuple((identity.get("vector_fields") or {}).get("fields") or ()),
        left_out=tuple(
            LeftOut(each["what"], each["key"], each["why"])
            for each in identity.get("left_out") or []
        ),
        notes=tuple(identity.get("notes") or ()),
    )
