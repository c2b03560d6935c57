"""Every benchmark runs and prints its table; the figures themselves are not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import fuzz
from benchmarks.__main__ import NAMES
from benchmarks.faults.family import Family, Found
from benchmarks.faults.place import Place
from benchmarks.table import Table


@pytest.mark.parametrize("name", [name for name in NAMES if name != "faults"])
def test_quick_run(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--quick"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert "verdict" in done.stdout
    assert "≤" in done.stdout


def test_no_fault_leaves_anything_or_is_shown_wrong() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "faults", "--quick", "--check"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("works  met") >= 40


@pytest.mark.parametrize(
    "wrong", [{"saw": "nothing"}, {"files": 1}, {"pending": 1}, {"after": "SessionTimeout: "}]
)
def test_a_fault_that_is_not_met_is_told(wrong: dict[str, Any]) -> None:
    family = Family("family")

    @family.fault("a fault", sees="410 expired")
    async def run(place: Place) -> str:
        return ""

    right: dict[str, Any] = {"saw": "410 expired: too late", "files": 0, "pending": 0, "after": ""}
    found = Found(family.faults[0], **right, seconds=1)
    assert found.met
    assert "MISSED" not in found.lines()[0]
    found = Found(family.faults[0], **{**right, **wrong}, seconds=1)
    assert not found.met
    assert "MISSED" in found.lines()[0]


def test_a_missed_target_is_told() -> None:
    table = Table("t")
    table.add("within", 1, "s", 2)
    assert table.met
    table.add("beyond", 3, "s", 2)
    assert not table.met
    assert "MISSED" in str(table)


def test_too_few_are_a_missed_target() -> None:
    table = Table("t")
    table.add("enough", 200_000, "files", at_least=200_000)
    table.add("compared", 1, "files")
    assert table.met
    assert "≥ 200,000 files" in str(table)
    table.add("too few", 2, "files", at_least=3)
    assert not table.met
    assert "MISSED" in str(table)


def test_a_figure_that_can_not_be_had_misses_its_target() -> None:
    table = Table("t")
    table.add("of a peer (it does not run here)", None, "ms")
    assert table.met
    assert "none" in str(table)
    table.add("of ours", None, "ms", 2)
    assert not table.met
    assert "MISSED" in str(table)


def test_a_run_of_damaged_files_can_be_repeated() -> None:
    files = [fuzz.damaged(7, number) for number in range(200)]
    assert files == [fuzz.damaged(7, number) for number in range(200)]
    assert files != [fuzz.damaged(8, number) for number in range(200)]
    outcomes = {fuzz.read_all(data) for data in files}
    assert outcomes == {"read to the end", "refused when read", "refused when opened"}
