"""The manifest that says which session a dataset opens with."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cellucid_ext import SessionFormatError
from cellucid_ext.session.snapshots import (
    FILE_NAME,
    MAX_BYTES,
    add_snapshot,
    latest_snapshot,
    read_snapshots,
)

END = ".cellucid-session"


def write(folder: Path, value: Any) -> Path:
    file = folder / FILE_NAME
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


@pytest.mark.parametrize("shape", [lambda states: states, lambda states: {"states": states}])
def test_both_shapes_are_read(tmp_path: Path, shape: Any) -> None:
    file = write(tmp_path, shape(["a" + END, 3, None, ["b"], {"c": 1}, "notes.txt"]))
    assert read_snapshots(tmp_path) == ["a" + END, "notes.txt"]
    assert read_snapshots(file) == ["a" + END, "notes.txt"]
    assert latest_snapshot(tmp_path) == tmp_path / ("a" + END)


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert read_snapshots(folder) == []
        assert read_snapshots(folder / FILE_NAME) == []
        assert latest_snapshot(folder) is None


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("b" + END, "b" + END),
        ("b.CELLUCID-Session", "b.CELLUCID-Session"),
        ("sub/b" + END, "sub/b" + END),
        ("./sub/../b" + END, "b" + END),
        ("b" + END + "?v=1#top", "b" + END),
        ("b" + END + "#top?", "b" + END),
        ("my%20b%23%3F" + END, "my b#?" + END),
        ("b%2Ecellucid-session", "b" + END),
        ("caf%C3%A9" + END, "café" + END),
        ("café" + END, "café" + END),
    ],
)
def test_the_last_session_is_taken(tmp_path: Path, entry: str, path: str) -> None:
    write(tmp_path, ["a" + END, entry, "data.json", "page.html?x" + END, "page.html#" + END])
    assert latest_snapshot(tmp_path) == tmp_path / path


@pytest.mark.parametrize(
    "entry",
    [
        "../b" + END,
        "sub/../../b" + END,
        "..%2Fb" + END,
        "%2e%2e/b" + END,
        "..\\b" + END,
        "sub%5C..%5C..%5Cb" + END,
        "/etc/b" + END,
        "%2Fetc/b" + END,
        "//host/b" + END,
        "https://host/b" + END,
        "FILE:b" + END,
        "c:/b" + END,
        "outside/b" + END,
        "round" + END,
        "b%00" + END,
        "b\0" + END,
        "b%ff" + END,
        "b\ud800" + END,
    ],
)
def test_what_leads_out_of_the_folder_is_passed_over(tmp_path: Path, entry: str) -> None:
    folder = tmp_path / "data"
    (tmp_path / "other").mkdir()
    folder.mkdir()
    (folder / "outside").symlink_to(tmp_path / "other")
    (folder / ("round" + END)).symlink_to(folder / ("round" + END))
    write(folder, ["a" + END, entry])
    assert latest_snapshot(folder) == folder / ("a" + END)
    write(folder, [entry])
    assert latest_snapshot(folder) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"<!doctype html>", "not JSON"),
        (b"\xff[]", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'"a.cellucid-session"', "got str"),
        (b"null", "got NoneType"),
        (b"{}", "got dict"),
        (b'{"states": {"0": "a"}}', "got dict"),
        (b"[" + b" " * MAX_BYTES + b"]", "above 1,048,576 bytes"),
    ],
    ids=["empty", "html", "bytes", "deep", "text", "null", "no states", "object", "long"],
)
def test_a_damaged_file_is_told_and_left(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(data)
    with pytest.raises(SessionFormatError, match=message):
        read_snapshots(tmp_path)
    with pytest.raises(SessionFormatError, match=message):
        latest_snapshot(tmp_path)
    with pytest.raises(SessionFormatError, match=message):
        add_snapshot(tmp_path, "a" + END)
    assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


def test_a_session_is_added_to_what_stands_there(tmp_path: Path) -> None:
    assert add_snapshot(tmp_path / "new", "a" + END) == tmp_path / "new" / FILE_NAME
    assert json.loads((tmp_path / "new" / FILE_NAME).read_text()) == {"states": ["a" + END]}
    file = write(tmp_path, {"title": "é", "states": ["a" + END, 3, "b" + END], "x": [1]})
    add_snapshot(tmp_path, "c" + END)
    add_snapshot(tmp_path, "a" + END)
    states = [3, "b" + END, "c" + END, "a" + END]
    assert json.loads(file.read_text()) == {"title": "é", "states": states, "x": [1]}
    write(tmp_path, ["a" + END])
    add_snapshot(tmp_path, "b" + END)
    assert json.loads(file.read_text()) == ["a" + END, "b" + END]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", FILE_NAME]


def test_an_entry_of_the_same_session_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, ["my%20a" + END + "?v=1", "./my a" + END, "b" + END, "../my a" + END])
    add_snapshot(tmp_path, "my a" + END)
    assert read_snapshots(tmp_path) == ["b" + END, "../my a" + END, "my%20a" + END]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), max_size=30), max_size=8
    )
)
@example(["C:x", "a?b#c%41", "..", " "])
def test_what_is_added_is_the_latest(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            add_snapshot(folder, f"{name}{END}")
            assert latest_snapshot(folder) == Path(folder) / f"{name}{END}"
        assert len(read_snapshots(folder)) == len(set(names))


@pytest.mark.parametrize(
    "name", ["", "a", "a.json", "../a" + END, "/a" + END, "sub/../../a" + END, "a\0" + END, "a/.."]
)
def test_what_is_no_session_in_the_folder_is_not_added(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"is no path of a \.cellucid-session file"):
        add_snapshot(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_that_could_not_be_read(tmp_path: Path) -> None:
    file = write(tmp_path, ["x" * (MAX_BYTES - 40)])
    before = file.read_bytes()
    with pytest.raises(ValueError, match="1,048,576 are allowed"):
        add_snapshot(tmp_path, "a long name that fits no more" + END)
    assert file.read_bytes() == before


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_any_list_is_read(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), [value, "a" + END])
        assert latest_snapshot(folder) == Path(folder) / ("a" + END)


@given(st.text())
def test_no_entry_leads_out_or_fails(entry: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), [entry + END])
        path = latest_snapshot(folder)
        assert path is None or path.resolve().is_relative_to(Path(folder).resolve())
