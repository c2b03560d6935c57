"""A table of figures with their targets, as every benchmark prints it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One figure; without a target it is there for comparison only, None says why there is none."""

    what: str
    figure: float | None
    unit: str
    target: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure is within its targets."""
        if self.figure is None:
            return self.target is None and self.at_least is None
        below = self.target is None or self.figure <= self.target
        return below and (self.at_least is None or self.figure >= self.at_least)

    def cells(self) -> tuple[str, str, str, str]:
        """Text of the four columns."""
        bounds = (("≥", self.at_least), ("≤", self.target))
        told = [f"{sign} {_number(to)} {self.unit}" for sign, to in bounds if to is not None]
        verdict = "–" if not told else "met" if self.met else "MISSED"
        figure = "none" if self.figure is None else f"{_number(self.figure)} {self.unit}"
        return self.what, ", ".join(told) or "–", figure, verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


@dataclass
class Table:
    """The rows of one benchmark."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        what: str,
        figure: float | None,
        unit: str,
        target: float | None = None,
        *,
        at_least: float | None = None,
    ) -> None:
        """Add a figure, which should be no more than `target`, and no less than `at_least`."""
        self.rows.append(Row(what, figure, unit, target, at_least))

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(row.met for row in self.rows)

    def __str__(self) -> str:
        lines = [("what", "target", "figure", "verdict"), *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(4)]
        texts = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, texts[0], "-" * len(texts[0]), *texts[1:]])
