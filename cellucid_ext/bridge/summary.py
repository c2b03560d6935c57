"""What applying a session did, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(repr=False)
class ApplySummary:
    """What applying a session to an AnnData did.

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

    def __repr__(self) -> str:
        lines = [
            f"obs columns added: {', '.join(self.added_obs_columns) or 'none'}",
            f"var columns added: {', '.join(self.added_var_columns) or 'none'}",
        ]
        if self.aligned is not None:
            lines.append(
                f"rows matched by {self.aligned}: {self.cells_matched:,} found, "
                f"{self.cells_missing:,} missing, {self.cells_new:,} new"
            )
        lines += [f"mismatch: {reason}" for reason in self.mismatch_reasons]
        lines += [f"left out: {what}: {why}" for what, why in self.left_out]
        return "\n".join(lines)
