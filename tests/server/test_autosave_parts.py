"""Autosaves in parts: what two pages send at the same time is never mixed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.protocol import RESUME_SECONDS
from cellucid_ext.server.app import CellucidExtension

from .peers import Peer, session
from .sending import begin_upload
from .test_autosaves import at, names, save, temporary


@pytest.fixture
def extension_config(tmp_path: Path) -> dict[str, Any]:
    return {"autosave_folder": str(tmp_path / "kept"), "autosave_count": 3, "part_bytes": 1000}


BODY = session(3500)
PARTS = [BODY[start : start + 1000] for start in range(0, len(BODY), 1000)]


OTHER = BODY[:-3500] + b"N" * 3500
OTHER_PARTS = [OTHER[start : start + 1000] for start in range(0, len(OTHER), 1000)]


async def send(
    person: Peer, number: int, upload: str = "u", parts: list[bytes] = PARTS
) -> tuple[int, dict[str, Any]]:
    query = f"?upload={upload}&part={number}&parts={len(parts)}"
    return await save(person, "a", parts[number - 1], query=query)


async def test_one_after_the_other(person: Peer, extension: CellucidExtension) -> None:
    """Each sent twice, as after a lost answer; and all of it once more, as a new one."""
    last = len(PARTS)
    for _ in range(2):
        for number in range(1, last):
            for _ in range(2):
                told = {"status": "receiving", "bytes": number * 1000}
                assert await send(person, number) == (200, told)
        for _ in range(2):
            status, answer = await send(person, last)
            assert (status, answer["status"], answer["bytes"]) == (201, "ok", len(BODY))
    assert (await person.fetch("GET", at("pbmc", "a"))).body == BODY
    assert await names(person) == ["a"]
    assert await temporary(extension) == []


async def test_out_of_order(person: Peer) -> None:
    status, refused = await send(person, 2)
    assert (status, refused["code"], refused["expectedPart"]) == (409, "out-of-order", 1)
    await send(person, 1)
    status, refused = await send(person, 3)
    assert (status, refused["expectedPart"]) == (409, 2)


async def test_begun_anew_after_a_failure(
    person: Peer, extension: CellucidExtension, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(person, 1)
    with monkeypatch.context() as patch:
        patch.setattr("cellucid_ext.server.upload.RESERVE_BYTES", 2**62)
        for _ in range(2):
            status, refused = await send(person, 2)
            assert (status, refused["code"]) == (507, "disk-full")
    assert await temporary(extension) == []
    for number in range(1, len(PARTS) + 1):
        status, _ = await send(person, number)
        assert status in (200, 201)
    assert await names(person) == ["a"]


async def test_page_that_stays_away(
    person: Peer, extension: CellucidExtension, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(person, 1)
    extension.autosaves.sweep()
    assert (await send(person, 2))[0] == 200
    uploads = extension.autosaves.uploads
    assert uploads is not None
    clock = uploads.clock
    monkeypatch.setattr(uploads, "clock", lambda: clock() + RESUME_SECONDS)
    extension.autosaves.sweep()
    assert await temporary(extension) == []
    assert (await send(person, 3))[1]["code"] == "cut-short"


async def test_two_pages_at_once(person: Peer, extension: CellucidExtension) -> None:
    """The one that began last is taken; the other is told to begin again, and can."""
    assert (await send(person, 1, "old"))[0] == 200
    assert (await send(person, 1, "new", OTHER_PARTS))[0] == 200
    status, refused = await send(person, 2, "old")
    assert (status, refused["code"], refused["expectedPart"]) == (409, "out-of-order", 1)
    for number in range(2, len(OTHER_PARTS) + 1):
        status, _ = await send(person, number, "new", OTHER_PARTS)
    assert status == 201
    assert (await person.fetch("GET", at("pbmc", "a"))).body == OTHER
    assert (await send(person, len(PARTS), "old"))[0] == 409
    for number in range(1, len(PARTS) + 1):
        status, _ = await send(person, number, "old")
    assert status == 201
    assert (await person.fetch("GET", at("pbmc", "a"))).body == BODY
    assert await temporary(extension) == []


async def test_page_that_begins_anew(person: Peer) -> None:
    """Of what it sent before, nothing stays; also if it does not take another name for it."""
    for number in (1, 2):
        assert (await send(person, number))[0] == 200
    for number in range(1, len(OTHER_PARTS) + 1):
        status, _ = await send(person, number, parts=OTHER_PARTS)
    assert status == 201
    assert (await person.fetch("GET", at("pbmc", "a"))).body == OTHER


async def test_reloads_hold_one_place(person: Peer, extension: CellucidExtension) -> None:
    """More than there may be uploads of a dataset; of none that was left, a file stays."""
    for number in range(6):
        assert (await send(person, 1, f"page-{number}"))[0] == 200
    for number in range(2, len(PARTS) + 1):
        status, _ = await send(person, number, "page-5")
    assert status == 201
    assert await temporary(extension) == []


async def test_other_page_begins_in_the_middle_of_a_part(
    person: Peer, extension: CellucidExtension
) -> None:
    target = at("pbmc", "a") + f"?upload=old&part=1&parts={len(PARTS)}"
    stream = await begin_upload(person, target, len(PARTS[0]), "PUT")
    await stream.write(PARTS[0][:500])
    await asyncio.wait_for(_under_way(extension), 10)
    assert (await send(person, 1, "new", OTHER_PARTS))[0] == 200
    await stream.write(PARTS[0][500:])
    answer = await stream.read_until(b"}")
    assert b" 410 " in answer
    assert b"a newer upload of this autosave was begun" in answer
    stream.close()
    for number in range(2, len(OTHER_PARTS) + 1):
        await send(person, number, "new", OTHER_PARTS)
    assert (await person.fetch("GET", at("pbmc", "a"))).body == OTHER


async def _under_way(extension: CellucidExtension) -> None:
    while extension.autosaves.uploads is None or not extension.autosaves.uploads.under_way:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("upload", ["", "a%2Fb", "x" * 65])
async def test_parts_of_nothing(person: Peer, upload: str) -> None:
    status, refused = await send(person, 1, upload)
    assert (status, refused["code"]) == (400, "bad-request")
    assert "for an autosave in parts it must be 1 to 64" in refused["message"]
