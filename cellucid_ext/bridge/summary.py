"""What applying a session did, and what it left out."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Final, Literal

from ..session.shown import shown

_LISTED: Final = 30


@dataclass(repr=False)
class ApplySummary:
    """What applying a session to an AnnData did, or would do.

    Attributes
    ----------
    added_obs_columns, added_var_columns
        Names of the new columns, in the order they were added.
    skipped_due_to_mismatch
        Whether everything that depends on the dataset was left out.
    mismatch_reasons
        How the AnnData differs from the dataset of the session.
    left_out
        What was not applied, and why.
    aligned
        How the session's rows were found in the AnnData: by ``"position"`` or by ``"names"``;
        None where they were not.
    cells_matched, cells_missing, cells_new
        Cells of the session found in the AnnData, those not found, and cells of the AnnData that
        the session does not know.
    notes
        What is worth a look, such as which renamed categories were taken for which.
    modality
        Of a MuData, the one that was changed.
    """

    added_obs_columns: list[str] = field(default_factory=list)
    added_var_columns: list[str] = field(default_factory=list)
    skipped_due_to_mismatch: bool = False
    mismatch_reasons: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    aligned: Literal["position", "names"] | None = None
    cells_matched: int = 0
    cells_missing: int = 0
    cells_new: int = 0
    notes: list[str] = field(default_factory=list)
    modality: str | None = None

    def _facts(self) -> list[tuple[str, str]]:
        facts = [
            ("obs columns added", _listed(self.added_obs_columns)),
            ("var columns added", _listed(self.added_var_columns)),
        ]
        if self.modality is not None:
            facts.insert(0, ("modality", shown(self.modality)))
        if self.aligned is not None:
            facts.append(
                (
                    f"rows matched by {self.aligned}",
                    f"{self.cells_matched:,} found, {self.cells_missing:,} missing, "
                    f"{self.cells_new:,} new",
                )
            )
        facts += [("mismatch", reason) for reason in self.mismatch_reasons]
        facts += [("left out", f"{shown(what)}: {why}") for what, why in self.left_out]
        facts += [("note", note) for note in self.notes]
        return facts

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self._facts())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self._facts()
        )
        return f"<table>{rows}</table>"


def _listed(names: list[str]) -> str:
    names = [shown(name) for name in names]
    if len(names) <= _LISTED:
        return ", ".join(names) or "none"
    return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED:,} more"
