"""What a dataset folder is replaced with, by whom it may be used, and on which disks."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from functools import partial
from pathlib import Path
from typing import Any

import dask.array as da
import pytest

from cellucid_ext import prepare
from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.prepare import replace_folder
from cellucid_ext.dataset.prepare.overwriting import check_target
from cellucid_ext.dataset.prepare.replace_folder import replacing_folder

from .reading import X, make


def write(folder: Path, name: str, *, overwrite: bool = False) -> Path:
    return prepare(make(), folder, name=name, overwrite=overwrite, progress=False)


def everything(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_work_put_there_meanwhile_stays(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "old")
    before = everything(folder)

    def read(block: Any) -> Any:
        (folder / "thesis.docx").write_text("mine")
        return block

    x = da.from_array(X).map_blocks(read, meta=X)
    with pytest.raises(FileExistsError, match=r"a' is not replaced, for it holds 'thesis.docx'"):
        prepare(make(x=x), folder, overwrite=True, progress=False)
    assert everything(folder) == {**before, "thesis.docx": b"mine"}
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("exchange", [True, False])
def test_work_put_there_in_the_last_moment_stays(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "a", "old")
    before = everything(folder)
    if not exchange:
        monkeypatch.setattr(replace_folder, "_exchanged", lambda new, folder: False)
    asked = []

    def check(at: Path) -> None:
        check_target(folder, at, overwrite=True)
        asked.append(at)
        if len(asked) == 2:
            (folder / "thesis.docx").write_text("mine")

    with (
        pytest.raises(FileExistsError, match=r"a' is not replaced, for it holds 'thesis.docx'"),
        replacing_folder(folder, check) as new,
    ):
        (new / "points_2d.bin").write_bytes(b"")
    assert everything(folder) == {**before, "thesis.docx": b"mine"}
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_made_where_nothing_was_stays(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    check = partial(check_target, folder, overwrite=True)
    with (
        pytest.raises(DatasetError, match="a' was made by someone else meanwhile"),
        replacing_folder(folder, check),
    ):
        write(tmp_path / "b", "theirs").rename(folder)
    assert open_source(folder).name == "theirs"
    assert list(tmp_path.iterdir()) == [folder]


def test_what_a_system_leaves_everywhere_may_go(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "old")
    (folder / "obs").mkdir()
    for name in (".DS_Store", "obs/.DS_Store", "Thumbs.db"):
        (folder / name).write_text("")
    write(folder, "new", overwrite=True)
    assert not {".DS_Store", "obs/.DS_Store", "Thumbs.db"} & everything(folder).keys()
    (folder / ".DS_Store.docx").write_text("mine")
    with pytest.raises(FileExistsError, match=r"'\.DS_Store\.docx', which is no file of a dataset"):
        write(folder, "newer", overwrite=True)


@pytest.mark.parametrize("mode", [0o700, 0o2770, 0o755])
def test_who_may_use_it(tmp_path: Path, mode: int) -> None:
    folder = write(tmp_path / "a", "old")
    group = next((other for other in os.getgroups() if other != os.getegid()), os.getegid())
    group = 4321 if os.geteuid() == 0 else group
    os.chown(folder, -1, group)
    folder.chmod(mode)
    write(folder, "new", overwrite=True)
    found = folder.stat()
    assert (oct(stat.S_IMODE(found.st_mode)), found.st_gid) == (oct(mode), group)


def test_nobody_else_reads_what_is_not_complete(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "a", lambda at: None) as new:
        assert stat.S_IMODE(new.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_disk_that_can_less(tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such disk is at hand: one that keeps no folder at once, and has no locks."""
    keep = os.fsync

    def fsync(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(code, os.strerror(code))
        keep(file)

    def flock(file: int, operation: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(fcntl, "flock", flock)
    folder = write(write(tmp_path / "a", "old"), "new", overwrite=True)
    assert open_source(folder).name == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output error"):
        write(tmp_path / "a", "new")
    assert list(tmp_path.iterdir()) == []


def test_files_in_the_hidden_folder_are_cleared(tmp_path: Path) -> None:
    hidden = tmp_path / ".a.preparing"
    (hidden / "new").mkdir(parents=True)
    (hidden / "nfs0001").write_text("left by a network disk")
    assert list(write(tmp_path / "a", "new").parent.iterdir()) == [tmp_path / "a"]


def test_where_no_folder_can_be(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"^'/' is all of a disk: name a folder in it"):
        write(Path("/"), "new", overwrite=True)
    with pytest.raises(DatasetError, match="folder is ''; it must be where to write, such as"):
        prepare(make(), "", progress=False)
    with pytest.raises(DatasetError, match="nn' is too long by 6 bytes: take a shorter one"):
        write(tmp_path / "x" / ("n" * 250), "new")
    assert list(tmp_path.iterdir()) == []
    assert write(tmp_path / ("n" * 244), "new").is_dir()
