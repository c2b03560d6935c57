"""Every benchmark runs and prints its table; the figures themselves are not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.__main__ import NAMES
from benchmarks.table import Table


@pytest.mark.parametrize("name", NAMES)
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


def test_a_run_of_damaged_files_can_be_repeated() -> None:
    files = [fuzz.damaged(7, number) for number in range(200)]
    assert files == [fuzz.damaged(7, number) for number in range(200)]
    assert files != [fuzz.damaged(8, number) for number in range(200)]
    outcomes = {fuzz.read_all(data) for data in files}
    assert outcomes == {"read to the end", "refused when read", "refused when opened"}
