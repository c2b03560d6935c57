"""`inspect`, `validate`, `diff` and `redact`, as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.cli import main
from cellucid_ext.session.codecs import encode_uvarints
from tests.session.made import NAMES, Made, rewrite

VECTORS = Path(__file__).parents[1] / "vectors"
BAD = sorted(VECTORS.glob("bad-*.cellucid-session"))
PROGRAM = [str(Path(sys.executable).with_name("jupyter")), "cellucid"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = Made().write(tmp_path / "a.cellucid-session").path
    assert path is not None
    return path


def test_a_table_for_people(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(file)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["dataset", "secret-dataset"] in lines
    assert ["knows", "its", "rows", "yes,", "with", "names"] in lines
    assert ["P1", "highlight_1", "B", "cells", "lasso", "3"] in lines
    assert ["user_cat_1", "diagnosis", "category", "obs", "3"] in lines
    meta = CellucidSessionBundle(file).get_chunk_meta("highlights/meta")
    sizes = [str(meta["storedBytes"]), str(meta["uncompressedBytes"])]
    assert ["highlights/meta", "eager", "json", "gzip", *sizes] in lines


def test_columns_of_numbers_end_together(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("chunk "))
    assert len({len(line) for line in lines[begin:]}) == 1


def test_one_json_object_for_programs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--json", str(file)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["file"] == str(file)
    assert (facts["cells"], facts["genes"], facts["format"]) == (10, 2, 1)
    assert (facts["rowIdentity"], facts["cellNames"], facts["damaged"]) == (True, True, [])
    assert [group["cells"] for group in facts["pages"][0]["groups"]] == [3, 2, 0]
    assert facts["fields"] == [
        {
            "id": "user_cat_1",
            "key": "diagnosis",
            "kind": "category",
            "source": "obs",
            "categories": 3,
            "deleted": False,
        }
    ]
    assert [chunk["id"] for chunk in facts["chunks"]] == CellucidSessionBundle(
        file
    ).list_chunk_ids()


def test_what_strangers_wrote_does_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s"
    made = Made(dataset_id="\x1b]0;x\x07", cells={"\x1b[2J\x7f\u202e": [0]})
    made.write(path)
    other = Made(cells={"\x9b2J": [1]}, chunks={"x\x1b[31m": {}}, categories=["\x1b"])
    other.write(tmp_path / "b")
    (tmp_path / "c").write_bytes(path.read_bytes())
    rewrite(tmp_path / "c", lambda m: m["chunks"][0].update(kind="\x1b[2J", priority={}))
    commands = [
        ["inspect", str(path)],
        ["inspect", "--json", str(path)],
        ["inspect", str(tmp_path / "c")],
        ["validate", str(tmp_path / "b"), str(tmp_path / "c")],
        ["diff", str(path), str(tmp_path / "b")],
        ["redact", str(tmp_path / "b"), "-o", str(tmp_path / "out")],
    ]
    for command in commands:
        main(command)
        out, err = capsys.readouterr()
        assert out
        text = (out + err).replace("\n", "")
        assert all(c.isprintable() for c in text), command


def test_damage_is_told_and_the_rest_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Made(chunks={"highlights/meta": {"pages": 1}}).write(tmp_path / "s")
    assert main(["inspect", str(tmp_path / "s")]) == 1
    out, err = capsys.readouterr()
    assert "diagnosis" in out
    assert err.startswith("jupyter cellucid inspect: highlights/meta: pages: expected a list")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_no_bad_file_is_more_than_a_line(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = str(VECTORS / "small.cellucid-session")
    for command in (
        ["inspect", str(path)],
        ["diff", good, str(path)],
        ["redact", str(path), "-o", str(tmp_path / "out")],
    ):
        code = main(command)
        out, err = capsys.readouterr()
        if err:
            assert code in (1, 2)
            assert err.startswith(f"jupyter cellucid {command[0]}: ")
            assert err.count("\n") == 1
        else:
            assert out
    assert main(["validate", str(path)]) == 1
    assert all(line.startswith(f"{path}: ") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("command", "code"), [("inspect", 1), ("validate", 2), ("diff", 2), ("redact", 1)]
)
def test_a_missing_file(
    command: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, out = str(tmp_path / "missing"), str(tmp_path / "out")
    more = {"diff": [missing], "redact": ["-o", out]}.get(command, [])
    assert main([command, missing, *more]) == code
    told = f"jupyter cellucid {command}: {missing}: No such file or directory\n"
    assert capsys.readouterr().err == told


def test_validate_goes_through_all_files(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, missing = tmp_path / "bad", tmp_path / "missing"
    Made(group={"cellCount": 1}, chunks={"highlights/cells/x": encode_uvarints([0])}).write(bad)
    assert main(["validate", str(file)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["validate", str(file), str(bad)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{bad}: highlights/cells/highlight_1: 3 cells; highlights/meta says 1",
        f"{bad}: highlights/cells/highlight_2: 2 cells; highlights/meta says 1",
        f"{bad}: highlights/cells/x: no group of highlights/meta has these cells",
        f"{bad}: highlights/meta: no chunk 'highlights/cells/highlight_3' with the 1 cells",
    ]
    assert main(["validate", str(missing), str(bad)]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_diff_answers_as_diff_does(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", str(file), str(file)]) == 0
    assert capsys.readouterr() == ("", "")
    Made(cells={"B cells": [0], "T / naive": [7, 9], "none": []}).write(tmp_path / "b")
    assert main(["diff", str(file), str(tmp_path / "b")]) == 1
    out, err = capsys.readouterr()
    assert "group highlight_1: 0 cells more, 2 fewer" in out.splitlines()
    assert err == ""


def test_redact_writes_a_file_and_tells_what_it_left_out(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.cellucid-session"
    assert main(["redact", str(file), "-o", str(out)]) == 0
    assert "left out: chunk identity/obs-names" in capsys.readouterr().out.splitlines()
    assert main(["validate", str(out)]) == 0
    assert NAMES[0] not in repr(list(CellucidSessionBundle(out).iter_chunks(decode=True)))
    before = out.read_bytes()
    assert main(["redact", str(file), "-o", str(out)]) == 1
    assert capsys.readouterr().err == (
        f"jupyter cellucid redact: {out} exists; --overwrite replaces it\n"
    )
    assert out.read_bytes() == before
    assert main(["redact", str(out), "-o", str(out), "--overwrite"]) == 0
    assert main(["validate", str(out)]) == 0


def test_words_too_many_are_an_error(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["inspect", str(file), "--jsn"])
    assert stop.value.code == 2
    assert "unrecognized arguments: --jsn" in capsys.readouterr().err


def test_the_program_itself(file: Path) -> None:
    for program in (PROGRAM, [sys.executable, "-m", "cellucid_ext.cli"]):
        done = subprocess.run(
            [*program, "inspect", str(file), "--json"], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["datasetId"] == "secret-dataset"


def test_a_terminal_that_knows_no_such_letter(tmp_path: Path) -> None:
    Made(cells={"naïve →": [1]}).write(tmp_path / "s")
    done = subprocess.run(
        [*PROGRAM, "inspect", str(tmp_path / "s")],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"na?ve ?" in done.stdout


def test_a_reader_who_has_enough(file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, "inspect", str(file)],
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
