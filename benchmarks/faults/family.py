"""A fault, what a person should see of it, and what was found when it was run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .place import Place

Run = Callable[["Place"], Awaitable[str]]


class WrongError(Exception):
    """Something that a fault should not do; the message says what."""


def require(holds: object, what: str) -> None:
    """Raise `WrongError` saying `what` unless it holds."""
    if not holds:
        raise WrongError(what)


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    what
        What goes wrong.
    sees
        How the text must begin that a person sees: a class and message in Python, or a status,
        code and message in the page.
    run
        Does it; returns what was seen.
    """

    what: str
    sees: str
    run: Run


@dataclass(frozen=True)
class Family:
    """Faults that need the same surroundings.

    Attributes
    ----------
    title
        What they are about.
    own_server
        Whether they need a server that nobody else uses.
    small_disk
        Whether that server's spool is on a small disk of its own.
    quick
        Whether they are quick enough for a test of the benchmark.
    """

    title: str
    own_server: bool = False
    small_disk: bool = False
    quick: bool = True
    faults: list[Fault] = field(default_factory=list)

    def fault(self, what: str, sees: str) -> Callable[[Run], Run]:
        """Add a function as a fault."""

        def add(run: Run) -> Run:
            self.faults.append(Fault(what, sees, run))
            return run

        return add


@dataclass(frozen=True)
class Found:
    """What was found when a fault was run.

    Attributes
    ----------
    saw
        What a person sees.
    files, pending
        How many files stayed on disk, and how many requests and uploads were not ended.
    after
        Why the next capture did not work; empty where it did.
    seconds
        How long it took, with the capture after it.
    """

    fault: Fault
    saw: str
    files: int
    pending: int
    after: str
    seconds: float

    @property
    def shown_right(self) -> bool:
        """Whether a person sees what they should."""
        return self.saw.startswith(self.fault.sees)

    @property
    def met(self) -> bool:
        """Whether all is as it should be."""
        return self.shown_right and not (self.files or self.pending or self.after)

    def lines(self) -> Sequence[str]:
        """Text of its lines in the table."""
        verdict = "met" if self.met else "MISSED"
        works = "works" if not self.after else "FAILS"
        told = [
            f"{self.fault.what:<66}  {self.files:>5}  {self.pending:>7}  {works:<5}  {verdict}",
            f"    {self.saw}",
        ]
        if not self.shown_right:
            told.append(f"    expected: {self.fault.sees}")
        if self.after:
            told.append(f"    the capture after it: {self.after}")
        return told


HEAD = f"{'fault, and what is seen of it':<66}  files  pending  next   verdict"
