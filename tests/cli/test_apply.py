"""`apply`, as it is typed: the same columns as in a notebook, and files that are whole."""

from __future__ import annotations

import os
import pty
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import pytest

from cellucid_ext import apply_cellucid_session_to_anndata
from cellucid_ext.cli import main
from tests.session.made import NAMES, Made

PROGRAM = [str(Path(sys.executable).with_name("jupyter")), "cellucid", "apply"]


def make(names: list[str] = NAMES) -> anndata.AnnData:
    obs = pd.DataFrame({"old": np.arange(len(names))}, index=names)
    return anndata.AnnData(np.zeros((len(names), 2), dtype=np.float32), obs=obs)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    made = Made(field={"key": "kind", "id": "user_cat_1"})
    path = made.write(tmp_path / "s.cellucid-session").path
    assert path is not None
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.h5ad"
    make().write_h5ad(path)
    return path


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_columns_are_those_of_a_notebook(
    session: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "out.h5ad"
    assert main(["apply", str(session), str(data), "-o", str(out)]) == 0
    told, err = capsys.readouterr()
    assert err == ""
    assert told.startswith(f"written: {out} (")
    assert "rows matched by position: 10 found, 0 missing, 0 new" in told.splitlines()
    wanted = apply_cellucid_session_to_anndata(session, make())
    pd.testing.assert_frame_equal(anndata.read_h5ad(out).obs, wanted.obs)
    assert left(out.parent) == {"out.h5ad"}


@pytest.mark.parametrize(
    ("before", "after"), [("zarr", "h5ad"), ("h5ad", "zarr"), ("zarr", "zarr")]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_zarr(session: Path, tmp_path: Path, before: str, after: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    data, out = folder / f"in.{before}", folder / f"out.{after}"
    getattr(make(), f"write_{before}")(data)
    assert main(["apply", str(session), str(data), "-o", str(out)]) == 0
    read = getattr(anndata, f"read_{after}")(out)
    assert read.obs["cellucid_highlight__highlight_1"].sum() == 3
    assert left(folder) == {data.name, out.name}


POLICIES: list[tuple[list[str], dict[str, Any]]] = [
    (["--no-highlights"], {"add_highlights": False}),
    (["--highlights-prefix", "h_"], {"highlights_prefix": "h_"}),
    (["--no-fields"], {"add_user_defined_fields": False}),
    (["--fields-prefix", "f_"], {"user_defined_prefix": "f_"}),
    (["--no-uns"], {"store_uns": False}),
    (["--highlight-names", "label"], {"highlight_names": "label"}),
    (["--align", "names"], {"align": "names"}),
    (["--align", "position"], {"align": "position"}),
    (["--expected-dataset-id", "secret-dataset"], {"expected_dataset_id": "secret-dataset"}),
    (
        ["--expected-dataset-id", "x", "--dataset-mismatch", "skip"],
        {"expected_dataset_id": "x", "dataset_mismatch": "skip"},
    ),
    (["--fields-prefix", "o", "--column-conflict", "suffix"], {"user_defined_prefix": "o"}),
    (["--column-conflict", "overwrite"], {"column_conflict": "overwrite"}),
]


@pytest.mark.parametrize(("flags", "policies"), POLICIES, ids=[" ".join(f) for f, _ in POLICIES])
def test_each_policy_is_a_flag(
    session: Path, data: Path, tmp_path: Path, flags: list[str], policies: dict[str, Any]
) -> None:
    taken = make()
    taken.obs["kind"] = "taken"
    taken.write_h5ad(data)
    out = tmp_path / "out.h5ad"
    assert main(["apply", str(session), str(data), "-o", str(out), *flags]) == 0
    wanted = apply_cellucid_session_to_anndata(session, anndata.read_h5ad(data), **policies)
    found = anndata.read_h5ad(out)
    pd.testing.assert_frame_equal(found.obs, wanted.obs)
    assert set(found.uns) == set(wanted.uns)


def test_deleted_fields(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.h5ad"
    Made(field={"isDeleted": True}).write(tmp_path / "s")
    for flags, there in (([], False), (["--include-deleted"], True)):
        command = ["apply", str(tmp_path / "s"), str(data), "-o", str(out), "--overwrite", *flags]
        assert main(command) == 0
        assert ("diagnosis" in anndata.read_h5ad(out).obs) is there


def test_moved_rows_are_found_by_name(session: Path, tmp_path: Path) -> None:
    moved = make(NAMES[::-1])
    moved.write_h5ad(tmp_path / "moved.h5ad")
    out = tmp_path / "out.h5ad"
    command = ["apply", str(session), str(tmp_path / "moved.h5ad"), "-o", str(out)]
    assert main(command) == 0
    held = anndata.read_h5ad(out).obs["cellucid_highlight__highlight_1"]
    assert set(held.index[held]) == {NAMES[i] for i in (0, 3, 4)}
    os.unlink(out)
    assert main([*command, "--align", "position"]) == 0
    held = anndata.read_h5ad(out).obs["cellucid_highlight__highlight_1"]
    assert set(held.index[held]) == {NAMES[9 - i] for i in (0, 3, 4)}


def test_a_dry_run_writes_nothing(
    session: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (left(tmp_path), data.read_bytes())
    assert main(["apply", str(session), str(data), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "obs columns added: cellucid_highlight__highlight_1, " in told
    assert "written" not in told
    assert (left(tmp_path), data.read_bytes()) == before


def test_what_is_there_is_not_replaced_unasked(
    session: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = data.read_bytes()
    assert main(["apply", str(session), str(data), "-o", str(data)]) == 1
    assert capsys.readouterr().err == (
        f"jupyter cellucid apply: {data} exists; --overwrite replaces it\n"
    )
    assert data.read_bytes() == before
    assert main(["apply", str(session), str(data), "-o", str(data), "--overwrite"]) == 0
    assert "kind" in anndata.read_h5ad(data).obs


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_zarr_folder_is_replaced_as_a_whole(session: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    data = folder / "d.zarr"
    more = make()
    more.layers["counts"] = more.X.copy()
    more.write_zarr(data)
    (data / "of another hand").write_text("x")
    assert main(["apply", str(session), str(data), "-o", str(data), "--overwrite"]) == 0
    read = anndata.read_zarr(data)
    assert "kind" in read.obs
    assert list(read.layers) == ["counts"]
    assert left(folder) == {"d.zarr"}
    assert not (data / "of another hand").exists()


@pytest.mark.parametrize("suffix", ["h5ad", "zarr"])
def test_no_other_folder_is_replaced(
    session: Path, data: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"out.{suffix}"
    out.mkdir()
    (out / "kept").write_text("x")
    assert main(["apply", str(session), str(data), "-o", str(out), "--overwrite"]) == 1
    assert capsys.readouterr().err == (
        f"jupyter cellucid apply: {out} is no .{suffix} file, and is not replaced\n"
    )
    assert (out / "kept").read_text() == "x"


@pytest.mark.parametrize("suffix", ["h5ad", "zarr"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_full_disk_leaves_what_was_there(session: Path, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "data"
    out = folder / f"d.{suffix}"
    folder.mkdir()
    adata = make()
    adata.obsm["X_pca"] = np.random.default_rng(0).random((len(NAMES), 5_000))
    getattr(adata, f"write_{suffix}")(out)
    done = subprocess.run(
        [*PROGRAM, str(session), str(out), "-o", str(out), "--overwrite"],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(
        f"jupyter cellucid apply: {out} can't be written: "
    )
    assert list(getattr(anndata, f"read_{suffix}")(out).obs.columns) == ["old"]
    assert left(folder) == {out.name}


def test_policies_that_fail_are_one_line(
    session: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.h5ad"
    command = ["apply", str(session), str(data), "-o", str(out)]
    assert main([*command, "--expected-dataset-id", "x", "--dataset-mismatch", "error"]) == 1
    assert capsys.readouterr().err == (
        "jupyter cellucid apply: Dataset fingerprint mismatch: "
        "datasetId is 'secret-dataset', expected 'x'\n"
    )
    taken = make()
    taken.obs["kind"] = 1
    taken.write_h5ad(data)
    assert main([*command, "--column-conflict", "error"]) == 1
    assert capsys.readouterr().err.startswith(
        "jupyter cellucid apply: Column already exists: obs['kind']"
    )
    assert not out.exists()


def test_a_warning_is_one_plain_line(
    session: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.h5ad"
    assert main(["apply", str(session), str(data), "-o", str(out), "--expected-dataset-id=x"]) == 0
    told, err = capsys.readouterr()
    assert err == (
        "jupyter cellucid apply: warning: Dataset fingerprint mismatch: datasetId is "
        "'secret-dataset', expected 'x'. No highlights or fields were added.\n"
    )
    assert "mismatch: datasetId is 'secret-dataset', expected 'x'" in told.splitlines()
    assert list(anndata.read_h5ad(out).obs.columns) == ["old"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.h5ad", None, "No such file or directory"),
        ("bad.h5ad", b"no HDF5", "can't be read: "),
        ("bad.zarr", b"no folder", "can't be read: "),
        ("data.csv", b"a,b", "the name must end in .h5ad or .zarr"),
    ],
)
def test_bad_data_are_one_line(
    session: Path,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    command = ["apply", str(session), str(tmp_path / name), "-o", str(tmp_path / "out.h5ad")]
    assert main(command) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"jupyter cellucid apply: {tmp_path / name}")
    assert told in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out.h5ad").exists()


def test_a_bad_session_is_one_line(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Made(chunks={"highlights/cells/highlight_1": b"\xff"}).write(tmp_path / "damaged")
    for name, told in (
        ("missing", f"{tmp_path / 'missing'}: No such file or directory"),
        ("damaged", "count of cells: "),
    ):
        command = ["apply", str(tmp_path / name), str(data), "-o", str(tmp_path / "out.h5ad")]
        assert main(command) == 1
        err = capsys.readouterr().err
        assert err.startswith(f"jupyter cellucid apply: {told}")
        assert err.count("\n") == 1
    assert not (tmp_path / "out.h5ad").exists()


def test_where_to_write_must_be_said(session: Path, data: Path) -> None:
    for more in ([], ["--dry-run", "-o", "out.h5ad"], ["-o", "out.h5ad", "--align", "luck"]):
        with pytest.raises(SystemExit) as stop:
            main(["apply", str(session), str(data), *more])
        assert stop.value.code == 2


def test_on_a_terminal_each_step_is_told_with_its_time(
    session: Path, data: Path, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        done = subprocess.run(
            [*PROGRAM, str(session), str(data), "-o", str(tmp_path / "out.h5ad")],
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=120,
        )
        told = terminal.read(4096).decode().splitlines()
        os.close(theirs)
    assert done.returncode == 0
    steps = [line.split(" … ") for line in told]
    assert [what.split()[0] for what, _ in steps] == ["reading", "applying", "writing"]
    assert all(time.endswith(" s") for _, time in steps)


def test_the_data_are_not_read_if_nothing_can_be_written(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.h5ad").write_bytes(b"no HDF5")
    shutil.copy(tmp_path / "bad.h5ad", tmp_path / "out.h5ad")
    command = ["apply", str(session), str(tmp_path / "bad.h5ad"), "-o", str(tmp_path / "out.h5ad")]
    assert main(command) == 1
    assert "exists" in capsys.readouterr().err
