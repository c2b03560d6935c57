"""A table of figures with their targets, as every benchmark prints it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One figure; without a target it is there for comparison only."""

    what: str
    figure: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure is within its target."""
        return self.target is None or self.figure <= self.target

    def cells(self) -> tuple[str, str, str, str]:
        """Text of the four columns."""
        target = "–" if self.target is None else f"≤ {self.target:g} {self.unit}"
        verdict = "–" if self.target is None else "met" if self.met else "MISSED"
        return self.what, target, f"{self.figure:.3g} {self.unit}", verdict


@dataclass
class Table:
    """The rows of one benchmark."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, figure: float, unit: str, target: float | None = None) -> None:
        """Add a figure; smaller is better."""
        self.rows.append(Row(what, figure, unit, target))

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(row.met for row in self.rows)

    def __str__(self) -> str:
        lines = [("what", "target", "figure", "verdict"), *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(4)]
        texts = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, texts[0], "-" * len(texts[0]), *texts[1:]])
