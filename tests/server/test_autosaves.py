"""Autosaves: the newest few of each dataset, whole or not at all, whatever it is called."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jupyter_core.paths import jupyter_data_dir

from cellucid_ext.server.app import CellucidExtension

from .peers import Peer, session
from .sending import begin_upload
from .test_sessions import save as write_session

HOSTILE = [
    "pbmc",
    "../../etc",
    "a/b/c",
    "..",
    "Ωmega é 🧬",
    "%2e%2e%2f",
    "a?b#c&d",
    "C:\\x",
    ".",
    "x" * 1000,
    "𝒳" * 1000,
]


@pytest.fixture
def extension_config(tmp_path: Path) -> dict[str, Any]:
    return {"autosave_folder": str(tmp_path / "kept"), "autosave_count": 3}


def at(dataset_id: str, name: str = "") -> str:
    encoded = quote(dataset_id, safe="").replace(".", "%2E")
    return f"autosaves/{encoded}/{name}" if name else f"autosaves/{encoded}"


async def save(
    person: Peer, name: str, body: bytes, dataset_id: str = "pbmc", query: str = ""
) -> tuple[int, dict[str, Any]]:
    answer = await person.fetch("PUT", at(dataset_id, name) + query, body)
    return answer.code, json.loads(answer.body)


async def names(person: Peer, dataset_id: str = "pbmc") -> list[str]:
    listed = await person.json("GET", at(dataset_id))
    return [one["name"] for one in listed["autosaves"]]


async def temporary(extension: CellucidExtension) -> list[str]:
    """Files of autosaves that are not whole, once what is being removed is gone; at most 10 s."""
    for _ in range(500):
        folders = extension.autosaves.folder.glob("cellucid-spool-*")
        found = [path.name for one in folders for path in one.iterdir() if path.name != ".lock"]
        if not found:
            break
        await asyncio.sleep(0.02)
    return found


async def test_saved_listed_and_read(person: Peer, extension: CellucidExtension) -> None:
    assert await person.json("GET", at("pbmc")) == {"autosaves": []}
    assert not extension.autosaves.folder.exists()
    body, before = session(5000), datetime.now(UTC)
    status, answer = await save(person, "a-1", body)
    assert (status, answer["status"], answer["bytes"]) == (201, "ok", len(body))
    (listed,) = (await person.json("GET", at("pbmc")))["autosaves"]
    assert (listed["name"], listed["bytes"]) == ("a-1", len(body))
    saved_at = datetime.fromisoformat(listed["savedAt"])
    assert before.replace(microsecond=0) <= saved_at <= datetime.now(UTC)
    read = await person.fetch("GET", at("pbmc", "a-1"))
    assert (read.code, read.body) == (200, body)
    assert read.headers["Content-Type"] == "application/octet-stream"
    assert (await person.fetch("GET", at("pbmc", "a-1"))).body == body


async def test_what_was_made_is_counted(
    person: Peer, extension: CellucidExtension, tmp_path: Path
) -> None:
    counts = {}
    nothing = {"pages": []}, {"userDefinedFields": []}
    for name, parts in {"made": (), "empty": nothing, "odd": ({"pages": 7},), "cut": ()}.items():
        body = write_session(tmp_path / name, "pbmc", *parts).read_bytes()
        assert (await save(person, name, body))[0] == 201
        if name == "cut":
            (path,) = extension.autosaves.folder.glob("*/cut")
            path.write_bytes(body[:-40])
        (listed, *_) = (await person.json("GET", at("pbmc")))["autosaves"]
        assert listed["name"] == name
        counts[name] = (listed["nPages"], listed["nGroups"], listed["nFields"])
    unknown = (None, None, None)
    # The one field of `made` was deleted.
    assert counts == {"made": (2, 1, 0), "empty": (0, 0, 0), "odd": unknown, "cut": unknown}


async def test_folders_and_files_are_the_users_alone(
    person: Peer, extension: CellucidExtension
) -> None:
    await save(person, "a", session())
    folder = extension.autosaves.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    (path,) = folder.glob("*/a")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


async def test_the_newest_are_kept_of_each_dataset(person: Peer) -> None:
    await save(person, "other", session(), "other")
    for number in range(1, 6):
        assert (await save(person, f"{number}.x", session(number)))[0] == 201
    assert await names(person) == ["5.x", "4.x", "3.x"]
    assert await names(person, "other") == ["other"]
    missing = await person.json("GET", at("pbmc", "2.x"), status=404)
    assert missing["code"] == "no-such-autosave"


async def test_saved_again_under_the_same_name(person: Peer) -> None:
    for name in ("a", "b", "c"):
        await save(person, name, session(10))
    await save(person, "a", session(77))
    assert await names(person) == ["a", "c", "b"]
    assert (await person.fetch("GET", at("pbmc", "a"))).body == session(77)


async def test_several_at_once(person: Peer) -> None:
    await asyncio.gather(*(save(person, f"n{i}", session(300_000)) for i in range(2)))
    assert sorted(await names(person)) == ["n0", "n1"]


@pytest.mark.parametrize("dataset_id", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_datasets(
    person: Peer, extension: CellucidExtension, tmp_path: Path, dataset_id: str
) -> None:
    """Whatever it is called, its files stand two levels below the folder, and are found again."""
    outside = set(tmp_path.rglob("*"))
    assert (await save(person, "n", session(), dataset_id))[0] == 201
    assert await names(person, dataset_id) == ["n"]
    assert (await person.fetch("GET", at(dataset_id, "n"))).body == session()
    folder = extension.autosaves.folder
    (path,) = folder.glob("*/n")
    assert len(path.parent.name) == 64
    assert {p for p in set(tmp_path.rglob("*")) - outside if not p.is_relative_to(folder)} == set()
    for other in set(HOSTILE) - {dataset_id}:
        assert await names(person, other) == []


async def test_too_long_a_dataset(person: Peer, extension: CellucidExtension) -> None:
    status, refused = await save(person, "n", session(), "x" * 1001)
    assert (status, refused["code"]) == (400, "bad-request")
    assert "1,001 characters" in refused["message"]
    await person.json("GET", at("x" * 1001), status=400)
    assert not extension.autosaves.folder.exists()


@pytest.mark.parametrize(
    "name", [".", "..", ".hidden", "a%2Fb", "..%2F..%2Fx", "%C3%A9", "a%20b", "a%00", "x" * 129]
)
async def test_bad_names(person: Peer, extension: CellucidExtension, name: str) -> None:
    status, refused = await save(person, name, session())
    assert (status, refused["code"]) == (400, "bad-request")
    assert "its name must be 1 to 128 of the characters" in refused["message"]
    await person.json("GET", at("pbmc", name), status=400)
    assert not extension.autosaves.folder.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"x" * 100, 415, "not-a-session"),
        (session()[:10], 415, "not-a-session"),
        (session()[:-1], 422, "not-a-session"),
    ],
)
async def test_no_session(
    person: Peer, extension: CellucidExtension, body: bytes, status: int, code: str
) -> None:
    await save(person, "a", session(7))
    answer = await save(person, "a", body)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert (await person.fetch("GET", at("pbmc", "a"))).body == session(7)
    assert await temporary(extension) == []


async def test_no_length(person: Peer, extension: CellucidExtension) -> None:
    async def producer(write: Any) -> None:
        await write(session())

    answer = await person.fetch("PUT", at("pbmc", "a"), body_producer=producer)
    assert (answer.code, json.loads(answer.body)["code"]) == (411, "no-length")
    assert not extension.autosaves.folder.exists()


async def test_cut_off(person: Peer, extension: CellucidExtension) -> None:
    """What was there under the name stays; nothing of the new one does."""
    await save(person, "a", session(7))
    body = session(5000)
    stream = await begin_upload(person, at("pbmc", "a"), len(body), "PUT")
    await stream.write(body[:3000])
    await arrive(extension)
    stream.close()
    assert await temporary(extension) == []
    assert (await person.fetch("GET", at("pbmc", "a"))).body == session(7)


async def arrive(extension: CellucidExtension, count: int = 1) -> None:
    """Wait, at most 10 s, until so many autosaves are on their way."""
    for _ in range(500):
        if len(list(extension.autosaves.folder.glob("cellucid-spool-*/*-session"))) == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count} autosaves should be on their way")


@pytest.mark.parametrize("bytes_left", [0, 2**62])
async def test_disk_full(
    person: Peer,
    extension: CellucidExtension,
    monkeypatch: pytest.MonkeyPatch,
    bytes_left: int,
) -> None:
    monkeypatch.setattr("cellucid_ext.server.upload.RESERVE_BYTES", bytes_left)
    status, answer = await save(person, "a", session())
    wanted = (507, "disk-full") if bytes_left else (201, None)
    assert (status, answer.get("code")) == wanted
    assert await temporary(extension) == []
    assert await names(person) == ([] if bytes_left else ["a"])


class TestManyAtOnce:
    @pytest.fixture
    def extension_config(self, tmp_path: Path) -> dict[str, Any]:
        return {"autosave_folder": str(tmp_path / "kept"), "max_pending_requests": 3}

    async def test_refused_until_there_is_a_place(
        self, person: Peer, extension: CellucidExtension
    ) -> None:
        streams = []
        for name in ("a", "b"):
            stream = await begin_upload(person, at("pbmc", name), 5000, "PUT")
            await stream.write(session()[:50])
            streams.append(stream)
        await arrive(extension, 2)
        for _ in range(3):  # what was refused holds no place
            status, refused = await save(person, "c", session())
            assert (status, refused["code"]) == (429, "too-many")
            assert "2 uploads of this" in refused["message"]
        for stream in streams:
            stream.close()
        assert await temporary(extension) == []
        assert (await save(person, "c", session()))[0] == 201


async def test_folder_that_was_removed_meanwhile(
    person: Peer, extension: CellucidExtension
) -> None:
    await save(person, "a", session())
    shutil.rmtree(extension.autosaves.folder)
    assert await names(person) == []
    assert (await save(person, "b", session()))[0] == 201
    assert await names(person) == ["b"]


async def test_folder_that_is_none(person: Peer, extension: CellucidExtension) -> None:
    extension.autosaves.folder.parent.mkdir(exist_ok=True)
    extension.autosaves.folder.write_text("a file")
    status, refused = await save(person, "a", session())
    assert (status, refused["code"]) == (403, "no-autosaves")
    assert "set CellucidExtension.autosave_folder" in refused["message"]
    refused = await person.json("GET", at("pbmc"), status=403)
    assert refused["code"] == "no-autosaves"


async def test_folder_that_was_away_for_a_while(
    person: Peer, extension: CellucidExtension, tmp_path: Path
) -> None:
    await save(person, "a", session())
    folder, aside = extension.autosaves.folder, tmp_path / "aside"
    folder.rename(aside)
    folder.write_text("a file")
    assert (await save(person, "b", session()))[0] == 403
    folder.unlink()
    aside.rename(folder)
    assert (await save(person, "c", session()))[0] == 201
    assert await names(person) == ["c", "a"]


@pytest.mark.parametrize("folder", [True, False])
async def test_something_in_the_way(
    person: Peer, extension: CellucidExtension, folder: bool
) -> None:
    """A folder of the autosave's name, or a file where its dataset's folder should be."""
    await save(person, "a", session())
    (path,) = extension.autosaves.folder.glob("*/a")
    path.unlink()
    if folder:
        path.mkdir()
    else:
        path.parent.rmdir()
        path.parent.write_text("a file")
    status, refused = await save(person, "a", session())
    assert (status, refused["code"]) == (403, "no-autosaves")
    assert f"autosaves can't be written to {str(path)!r}: " in refused["message"]
    assert await temporary(extension) == []


async def test_nothing_unfinished_outlives_the_server(
    person: Peer, extension: CellucidExtension
) -> None:
    await save(person, "a", session())
    stream = await begin_upload(person, at("pbmc", "b"), 5000, "PUT")
    await stream.write(session()[:50])
    await arrive(extension)
    await extension.stop_extension()
    stream.close()
    kept = [path.name for path in extension.autosaves.folder.rglob("*") if path.is_file()]
    assert kept == ["a"]


async def test_neither_dataset_nor_name_is_logged(
    person: Peer, extension: CellucidExtension, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for log in (extension.log, extension.serverapp.log):
        log.setLevel(logging.DEBUG)
    await save(person, "patient-7-mr-x", session(), "patient-7")
    await save(person, "patient-7-mr-x", b"x" * 50, "patient-7")
    await names(person, "patient-7")
    await person.json("GET", at("patient-7", "patient-7-y"), status=404)
    told = [r.getMessage() for r in caplog.records if r.getMessage().startswith("Autosave:")]
    assert told == [f"Autosave: ok, {len(session())} bytes.", "Autosave: not-a-session, 0 bytes."]
    assert "404 GET" in caplog.text
    assert "patient-7" not in caplog.text


class TestOff:
    @pytest.fixture
    def extension_config(self, tmp_path: Path) -> dict[str, Any]:
        return {"autosave_folder": str(tmp_path / "kept"), "autosave_count": 0}

    async def test_off(self, person: Peer, extension: CellucidExtension) -> None:
        assert (await person.json("GET", "info"))["autosaveCount"] == 0
        status, refused = await save(person, "a", session())
        assert (status, refused["code"]) == (403, "no-autosaves")
        assert refused["message"].endswith("CellucidExtension.autosave_count is 0")
        assert await names(person) == []
        assert not extension.autosaves.folder.exists()


class TestBounds:
    @pytest.fixture
    def extension_config(self, tmp_path: Path) -> dict[str, Any]:
        return {"autosave_folder": str(tmp_path / "kept"), "max_upload_bytes": 1000}

    async def test_too_large(self, person: Peer, extension: CellucidExtension) -> None:
        stream = await begin_upload(person, at("pbmc", "a"), 1001, "PUT")
        assert (await stream.read_until_close()).startswith(b"HTTP/1.1 413")
        assert not extension.autosaves.folder.exists()


class TestFolder:
    @pytest.fixture
    def extension_config(self) -> dict[str, Any]:
        return {}

    async def test_jupyters_data_unless_it_is_set(
        self, person: Peer, extension: CellucidExtension
    ) -> None:
        folder = Path(jupyter_data_dir()) / "cellucid" / "autosaves"
        assert extension.autosaves.folder == folder
        await save(person, "a", session())
        assert len(list(folder.glob("*/a"))) == 1
