"""`jupyter cellucid share`: data and a session as one zip."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.cli import main
from cellucid_ext.dataset import open_source
from cellucid_ext.dataset.prepare.prepare import prepare
from cellucid_ext.session.snapshots import latest_snapshot
from tests.dataset.reading import body, make
from tests.dataset.unpacked import Unpacked
from tests.session.made import Made

NAMES = [f"patient-{i}" for i in range(6)]
END = ".cellucid-session"


@pytest.fixture(name="data", scope="module")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    adata = make({"size": range(6), "kind": list("aabbcc")})[:, :2].copy()
    adata.obs_names = NAMES
    path = tmp_path_factory.mktemp("data") / "blood.h5ad"
    adata.write_h5ad(path)
    return path


@pytest.fixture(name="folder")
def _folder(data: Path, tmp_path: Path) -> Path:
    return prepare(data, tmp_path / "blood", progress=False)


def session(path: Path, data: Path, **other: Any) -> Path:
    """A session of the data, with three groups."""
    source = open_source(data)
    about: dict[str, Any] = {
        "dataset_id": source.id,
        "names": NAMES,
        "n_cells": 6,
        "codes": [0, 1, 2, 255, 0, 9],
    }
    cells = {"B": [0, 3], "T": [4]}
    Made(**{**about, "cells": cells, **other}, chunks={"core/state": {"x": 1}}).write(path)
    return path


def unzipped(archive: Path, to: Path) -> Path:
    """The one folder in a zip, unpacked elsewhere."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(to)
    [folder] = to.iterdir()
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_opens_elsewhere_with_the_session(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = session(tmp_path / f"my view{END}", folder)
    before = {path: (folder / path).read_bytes() for path in files(folder)}
    assert main(["share", str(folder), str(mine), str(tmp_path / "a.zip")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "reveals: the data in the folder, with the names of their columns, categories and genes; "
        "the names of the cells (in the session too); "
        "what was made and named in the viewer: 1 page, 2 groups, 1 field, 3 categories"
    )
    assert lines[1].startswith(f"written: {tmp_path / 'a.zip'} ({len(before) + 2} files, ")
    there = unzipped(tmp_path / "a.zip", tmp_path / "elsewhere")
    assert there.name == "blood"
    latest = latest_snapshot(there)
    assert latest is not None
    assert latest.read_bytes() == mine.read_bytes()
    del before["dataset_identity.json"]
    assert {path: (there / path).read_bytes() for path in before} == before
    assert files(there) - before.keys() == {
        "dataset_identity.json",
        "state-snapshots.json",
        latest.name,
    }
    assert json.loads((there / "dataset_identity.json").read_text()) == json.loads(
        (folder / "dataset_identity.json").read_text()
    )
    shown = json.loads(body(open_source(there), "dataset_identity.json"))
    assert shown["state_snapshots"] is True
    assert "state_snapshots" not in json.loads(body(open_source(folder), "dataset_identity.json"))


def test_a_data_file_is_made_a_folder_first(data: Path, tmp_path: Path) -> None:
    mine = session(tmp_path / f"a{END}", data)
    words = ["--gene", "g1", "--obs-key", "kind"]
    archive = tmp_path / "new" / "a.zip"
    assert main(["share", str(data), str(mine), str(archive), *words]) == 0
    assert list(archive.parent.iterdir()) == [archive]
    there = unzipped(archive, tmp_path / "elsewhere")
    found = Unpacked(there)
    assert found.genes() == ["g1"]
    assert open_source(there).id == open_source(data).id
    assert latest_snapshot(there) == there / f"a{END}"


def test_the_names_of_the_cells_may_stay(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = [{"tool": "by-name", "detail": {"names": NAMES[:1], "by": "index"}}, "odd"]
    mine = session(tmp_path / f"a{END}", folder, group={"recipe": recipe})
    words = ["share", str(folder), str(mine), str(tmp_path / "a.zip"), "--without-names"]
    assert main(words) == 0
    assert "names of the cells" not in capsys.readouterr().out
    there = unzipped(tmp_path / "a.zip", tmp_path / "elsewhere")
    bundle = CellucidSessionBundle(there / f"a{END}")
    chunks = CellucidSessionBundle(mine).list_chunk_ids()
    assert set(chunks) - set(bundle.list_chunk_ids()) == {"identity/obs-names"}
    [told] = {str(group.raw["recipe"]) for group in bundle.groups}
    assert told == str([{"tool": "by-name", "detail": {"by": "index"}}, "odd"])
    assert [list(group.cells) for group in bundle.groups] == [[0, 3], [4]]
    held = b"".join((there / path).read_bytes() for path in files(there))
    held += b"".join(bundle.read_payload(chunk) for chunk in bundle.list_chunk_ids())
    assert b"patient" not in held
    assert open_source(there).n_cells == 6


def test_nothing_else_of_the_folder_goes_along(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = session(folder / f"a{END}", folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.values.f32").write_bytes(b"secret")
    (folder / "notes.txt").write_text("secret")
    (folder / f"other{END}").write_bytes(b"secret")
    (folder / "state-snapshots.json").write_text(json.dumps([f"other{END}"]))
    (folder / "obs" / "secret.values.f32").symlink_to(outside / "secret.values.f32")
    (folder / "vectors").symlink_to(outside)
    (folder / "obs_names.txt").rename(folder / "obs" / "names.values.f32")
    (folder / "obs_names.txt").symlink_to(Path("obs") / "names.values.f32")
    assert main(["share", str(folder), str(mine), str(tmp_path / "a.zip")]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("left out")]
    left = ["notes.txt", "obs/secret.values.f32", f"other{END}", "vectors"]
    assert told == [f"left out: {path}" for path in left]
    there = unzipped(tmp_path / "a.zip", tmp_path / "elsewhere")
    assert not files(there) & set(left)
    assert b"secret" not in b"".join((there / path).read_bytes() for path in files(there))
    # What a link in the folder leads to is a file of it.
    assert (there / "obs_names.txt").read_text().splitlines() == NAMES
    assert latest_snapshot(there) == there / f"a{END}"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"dataset_id": "mine"}, "another dataset: 'mine'"),
        ({"n_cells": 5, "names": NAMES[:5]}, "is of 5 cells; the dataset has 6"),
        ({"names": NAMES[::-1]}, "another order of the cells"),
    ],
)
def test_a_session_of_other_data_is_refused(
    folder: Path,
    tmp_path: Path,
    other: dict[str, Any],
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "out").mkdir()
    archive = tmp_path / "out" / "a.zip"
    archive.write_bytes(b"what stood there")
    mine = session(tmp_path / f"a{END}", folder, **other)
    words = ["share", str(folder), str(mine), str(archive)]
    assert main(words) == 1
    assert "exists; --overwrite replaces it" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 1
    assert why in capsys.readouterr().err
    assert archive.read_bytes() == b"what stood there"
    assert list(archive.parent.iterdir()) == [archive]


def test_what_can_not_be_shared_is_told(
    data: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = session(tmp_path / f"a{END}", folder)
    zipped = str(tmp_path / "a.zip")
    assert main(["share", str(folder), str(mine), zipped, "--gene", "g1"]) == 1
    assert "it is shared as it was made" in capsys.readouterr().err
    assert main(["share", str(tmp_path / "none"), str(mine), zipped]) == 1
    assert "No such file" in capsys.readouterr().err
    assert main(["share", str(folder), str(data), zipped]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert not Path(zipped).exists()
