"""What is left of a dataset folder when writing it comes to an early end, or must not begin."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.faults.smalldisk import filled, small_disk
from cellucid_ext import prepare
from cellucid_ext.dataset import DatasetError, open_source
from cellucid_ext.dataset.prepare import replace_folder
from cellucid_ext.dataset.prepare.replace_folder import replacing_folder

from .reading import X, make

OLD = {"dataset_id": "old", "genes": ["g0"]}
NEW = {"dataset_id": "new", "compression": 1}


def write(folder: Path, options: Any, *, overwrite: bool = False) -> Path:
    data = make({"size": range(6), "kind": list("aabbcc")})
    return prepare(data, folder, overwrite=overwrite, progress=False, **options)


def held(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def id_of(folder: Path) -> str:
    return open_source(folder).id


def child(folder: Path, event: str, end: str, number: int, exchange: bool) -> None:
    """Overwrite a dataset, and send a signal to oneself at a certain step."""

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name == event and str(arguments[0]).endswith(end):
            os.kill(os.getpid(), number)

    if not exchange:
        # As on a disk, or a system, that has no such thing.
        replace_folder._exchanged = lambda new, folder: False
    sys.addaudithook(hook)
    try:
        write(folder, NEW, overwrite=True)
    except KeyboardInterrupt:
        sys.exit(130)


@pytest.fixture(name="ended", scope="module")
def _ended() -> Callable[..., int | None]:
    """Run `child` in a process of its own, and give its exit code."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])

    def run(
        folder: Path,
        event: str,
        end: str,
        number: signal.Signals = signal.SIGKILL,
        exchange: bool = True,
    ) -> int | None:
        process = processes.Process(target=child, args=(folder, event, end, number, exchange))
        process.start()
        process.join(60)
        return process.exitcode

    return run


@pytest.mark.parametrize("end", ["new/var/g1.values.f32.gz", "new/dataset_identity.json"])
def test_killed_while_it_writes(tmp_path: Path, ended: Callable[..., int], end: str) -> None:
    folder = write(tmp_path / "a", OLD)
    before = held(folder)
    assert ended(folder, "open", end) == -signal.SIGKILL
    assert held(folder) == before
    assert {path.name for path in tmp_path.iterdir()} == {"a", ".a.preparing"}
    write(folder, NEW, overwrite=True)
    assert id_of(folder) == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_killed_before_there_was_anything(tmp_path: Path, ended: Callable[..., int]) -> None:
    assert ended(tmp_path / "a", "os.rename", "new") == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".a.preparing"]
    assert id_of(write(tmp_path / "a", NEW)) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_killed_when_the_new_one_is_there(tmp_path: Path, ended: Callable[..., int]) -> None:
    folder = write(tmp_path / "a", OLD)
    assert ended(folder, "shutil.rmtree", ".a.preparing") == -signal.SIGKILL
    assert id_of(folder) == "new"
    with pytest.raises(FileExistsError):
        write(folder, OLD)
    assert list(tmp_path.iterdir()) == [folder]


def test_they_change_places_in_one_step(tmp_path: Path, ended: Callable[..., int]) -> None:
    """A process that ends at the first renaming is not ended."""
    folder = write(tmp_path / "a", OLD)
    assert ended(folder, "os.rename", "") == 0
    assert id_of(folder) == "new"


def test_killed_between_two_steps(tmp_path: Path, ended: Callable[..., int]) -> None:
    """Where they can't change places in one step, the old one is found again."""
    folder = write(tmp_path / "a", OLD)
    before = held(folder)
    assert ended(folder, "os.rename", "new", exchange=False) == -signal.SIGKILL
    assert not folder.exists()
    with pytest.raises(FileExistsError):
        write(folder, NEW)
    assert held(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_two_steps(tmp_path: Path, ended: Callable[..., int]) -> None:
    folder = write(tmp_path / "a", OLD)
    assert ended(folder, "open", "nothing", exchange=False) == 0
    assert id_of(folder) == "new"
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize(
    ("event", "end"), [("open", "new/var/g1.values.f32.gz"), ("os.rename", "new")]
)
def test_interrupted(
    tmp_path: Path, ended: Callable[..., int], event: str, end: str, exchange: bool
) -> None:
    folder = write(tmp_path / "a", OLD)
    before = held(folder)
    code = ended(folder, event, end, signal.SIGINT, exchange)
    assert code == (0 if exchange and event == "os.rename" else 130)
    assert list(tmp_path.iterdir()) == [folder]
    assert held(folder) == before or id_of(folder) == "new"


def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk"):
        folder = write(tmp_path / "disk" / "a", OLD)
        before = held(folder)
        many = np.zeros((200_000, 2), dtype=np.float32)
        data = make(None, None, {"X_umap": many})
        with filled(tmp_path / "disk", leave=2**20), pytest.raises(OSError, match="points") as told:
            prepare(data, folder, overwrite=True, progress=False)
        assert told.value.errno == errno.ENOSPC
        assert told.value.strerror == "points_2d.bin can't be written: No space left on device"
        assert told.value.filename == str(folder)
        assert held(folder) == before
        assert list(folder.parent.iterdir()) == [folder]
        prepare(data, folder, overwrite=True, progress=False)
        assert open_source(folder).n_cells == 200_000


def test_data_that_fail_on_the_way(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", OLD)
    before = held(folder)
    with pytest.raises(DatasetError, match="object"):
        prepare(make(x=X.astype(object)), folder, overwrite=True, progress=False)
    assert held(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_stays_unless_told_otherwise(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", OLD)
    before = held(folder)
    with pytest.raises(FileExistsError, match="a' exists; overwrite=True replaces a dataset"):
        write(folder, NEW)
    assert held(folder) == before
    assert write(folder, NEW, overwrite=True) == folder
    assert "var/g1.values.f32.gz" in held(folder)
    assert "var/g0.values.f32" not in held(folder)


def no_dataset(folder: Path) -> None:
    folder.mkdir()


def a_file(folder: Path) -> None:
    folder.write_text("mine")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder)


def with_notes(folder: Path) -> None:
    write(folder, OLD)
    (folder / "notes.txt").write_text("mine")


def with_work_deep_inside(folder: Path) -> None:
    write(folder, OLD)
    (folder / "obs" / "mine").mkdir()
    (folder / "obs" / "mine" / "size.values.f32").write_text("mine")


def with_a_link(folder: Path) -> None:
    write(folder, OLD)
    (folder / "a.cellucid-session").symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    ("make_it", "told"),
    [
        (no_dataset, "a' is no dataset folder, so it is not replaced"),
        (a_file, "a' is no dataset folder"),
        (a_pipe, "a' is no dataset folder"),
        (with_notes, "for it holds 'notes.txt', which is no file of a dataset: move that"),
        (with_work_deep_inside, "it holds 'obs/mine/size.values.f32'"),
        (with_a_link, "it holds 'a.cellucid-session"),
    ],
)
def test_what_is_never_replaced(tmp_path: Path, make_it: Callable[[Path], None], told: str) -> None:
    folder = tmp_path / "a"
    make_it(folder)
    before = held(tmp_path)
    with pytest.raises(FileExistsError, match=told):
        write(folder, NEW, overwrite=True)
    assert held(tmp_path) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", OLD)
    link = tmp_path / "link"
    link.symlink_to("a")
    assert write(link, NEW, overwrite=True) == folder
    assert link.is_symlink()
    assert id_of(link) == "new"


def test_two_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with replacing_folder(folder, lambda at: None) as new:
        (new / "file").write_text("first")
        with pytest.raises(DatasetError, match=r"another process is writing '.*a': wait until"):
            write(folder, NEW)
    assert held(folder) == {"file": b"first"}


def test_someone_else_was_faster(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with (
        pytest.raises(DatasetError, match="a' was made by someone else meanwhile"),
        replacing_folder(folder, lambda at: None),
    ):
        folder.mkdir()
    assert list(tmp_path.iterdir()) == [folder]
