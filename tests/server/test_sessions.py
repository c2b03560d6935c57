"""``sessions/``: what is in a session file, and with which data it can be opened."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cellucid_ext import CellucidSessionBundle
from cellucid_ext.dataset import Source
from cellucid_ext.server.contents_of import LISTED, MAX_PART_BYTES
from cellucid_ext.server.nearby import LOOKED_AT
from cellucid_ext.session import SessionFormatError, SessionWriter
from cellucid_ext.session.codecs import encode_cells
from tests.dataset.test_folder import write

from .opening import refused
from .peers import DATASET, KernelPeer, Peer, kernel_line
from .test_open_roots import UNSEEN, NoContents

VECTORS = Path(__file__).parents[1] / "vectors"
NO_SESSION = "there is no session file here that this server may read"
PAGES = {
    "pages": [
        {
            "id": "page_1",
            "name": "doublets\x1b[2J",
            "color": "#d81b60",
            "highlightedGroups": [
                {"id": "highlight_1", "type": "lasso", "label": "<b>x</b>", "cellCount": 2}
            ],
        },
        {"id": "page_2", "name": "empty", "color": "#1e88e5", "highlightedGroups": []},
    ]
}
FIELDS = {
    "userDefinedFields": [
        {
            "id": "user_cat_1",
            "source": "obs",
            "kind": "category",
            "key": "mine",
            "categories": ["a", "b"],
            "isDeleted": True,
        }
    ]
}


def save(path: Path, dataset_id: str | None, pages: Any = PAGES, fields: Any = FIELDS) -> Path:
    """Write a session of a dataset of six cells."""
    fingerprint = {"sourceType": "jupyter", "cellCount": 6, "varCount": 3}
    writer = SessionWriter({**fingerprint, "datasetId": dataset_id})
    writer.add_json("highlights/meta", pages, contributor="highlights-meta")
    writer.add_json("core/field-overlays", fields, contributor="field-overlays")
    cells = encode_cells([1, 4])
    writer.add_bytes("highlights/cells/highlight_1", cells, contributor="highlights-cells")
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write(path)
    return path


async def describe(person: Peer, path: str, status: int = 200) -> dict[str, Any]:
    answer = await person.fetch("GET", f"sessions/{quote(path)}")
    assert answer.code == status, answer.body
    told: dict[str, Any] = json.loads(answer.body)
    return told


async def test_what_is_in_it(person: Peer, root: Path, played: Source) -> None:
    file = save(root / "my work" / "a.cellucid-session", played.id)
    told = await describe(person, "my work/a.cellucid-session")
    chunks = told.pop("chunks")
    bundle = CellucidSessionBundle(file)
    assert [chunk["id"] for chunk in chunks] == bundle.list_chunk_ids()
    assert [chunk["storedBytes"] for chunk in chunks] == [
        bundle.stored_bytes(chunk_id) for chunk_id in bundle.list_chunk_ids()
    ]
    assert told == {
        "bytes": file.stat().st_size,
        "format": 1,
        "createdAt": bundle.manifest["createdAt"],
        "writer": bundle.manifest["cellucidExt"]["writer"],
        "dataset": {"id": played.id, "nCells": 6, "nVars": 3},
        "hasNames": False,
        "nChunks": 3,
        "nPages": 2,
        "pages": [
            {
                "name": "doublets\ufffd[2J",
                "nGroups": 1,
                "groups": [{"label": "<b>x</b>", "type": "lasso", "nCells": 2}],
            },
            {"name": "empty", "nGroups": 0, "groups": []},
        ],
        "nFields": 1,
        "fields": [
            {"key": "mine", "source": "obs", "kind": "category", "nCategories": 2, "deleted": True}
        ],
        "unread": [],
        "datasets": [],
        "viewers": [],
    }


async def test_the_same_verdicts_as_the_bundle(person: Peer, root: Path) -> None:
    """A file that can't be opened is refused in the same words; others are described."""
    files = sorted(VECTORS.glob("*.cellucid-session"))
    assert len(files) >= 34
    described = 0
    for file in files:
        shutil.copy(file, root)
        bundle, refusal = tried(partial(CellucidSessionBundle, file))
        if bundle is None:
            told = await describe(person, file.name, 422)
            assert (told["code"], told["message"]) == ("not-a-session", refusal)
            continue
        described += 1
        told = await describe(person, file.name)
        assert told["nChunks"] == len(bundle.list_chunk_ids())
        groups, refusal = tried(partial(getattr, bundle, "groups"))
        if groups is None:
            assert refusal in told["unread"]
        else:
            listed = [(g["label"], g["nCells"]) for page in told["pages"] for g in page["groups"]]
            assert listed == [(group.label, group.cell_count) for group in groups]
    assert 3 < described < len(files)


def tried(work: Callable[[], Any]) -> tuple[Any, str]:
    """What is read, or None and why not."""
    try:
        return work(), ""
    except SessionFormatError as error:
        return None, str(error)


async def test_what_is_damaged_or_huge_is_told_and_left_out(person: Peer, root: Path) -> None:
    pages = {"pages": [{"id": "page_1", "name": 7}]}
    save(root / "damaged.cellucid-session", "pbmc", pages=pages)
    told = await describe(person, "damaged.cellucid-session")
    assert (told["pages"], told["nFields"]) == ([], 1)
    assert "highlights/meta: pages[0].name: expected a text" in told["unread"][0]

    # Some kilobytes on disk.
    huge = {"pages": [], "padding": " " * MAX_PART_BYTES}
    file = save(root / "huge.cellucid-session", "pbmc", pages=huge)
    assert file.stat().st_size < 100_000
    told = await describe(person, file.name)
    assert told["nFields"] == 1
    assert "at most 16,777,216 are read here" in told["unread"][0]

    page = {"color": "", "highlightedGroups": []}
    many = {"pages": [{**page, "id": f"page_{i}", "name": "x" * 9000} for i in range(LISTED + 9)]}
    save(root / "many.cellucid-session", "pbmc", pages=many)
    told = await describe(person, "many.cellucid-session")
    assert (told["nPages"], len(told["pages"])) == (LISTED + 9, LISTED)
    assert len(json.dumps(told)) < 100_000


async def test_what_may_not_be_seen_is_not_there(person: Peer, root: Path, tmp_path: Path) -> None:
    outside = save(tmp_path / "outside" / "a.cellucid-session", "pbmc")
    save(root / ".hidden" / "a.cellucid-session", "pbmc")
    (root / "link.cellucid-session").symlink_to(outside)
    os.mkfifo(root / "pipe.cellucid-session")
    (root / "folder.cellucid-session").mkdir()
    names = ["link", ".hidden/a", "pipe", "folder", "nothing"]
    for path in [*UNSEEN, *(f"{name}.cellucid-session" for name in names)]:
        answer = await person.fetch("GET", f"sessions/{path}")
        assert answer.code == 404, path
        assert refused(answer)["message"] == NO_SESSION


async def test_datasets_near_it(person: Peer, root: Path, played: Source, tmp_path: Path) -> None:
    for at in ("p/work/pbmc", "p/work/deep/pbmc", "p/near", "p/work/pbmc/sub/too deep", "far"):
        write(played, root / at)
    other = write(played, root / "p" / "work" / "other")
    identity = json.loads((other / "dataset_identity.json").read_text())
    (other / "dataset_identity.json").write_text(json.dumps({**identity, "id": "other"}))
    outside = write(played, tmp_path / "outside")
    (root / "p" / "work" / "link").symlink_to(outside, target_is_directory=True)
    name = played.id.rpartition("-")[0]
    for file in (f"{name.upper()}.h5ad", "other.h5ad", f".{name}.h5ad"):
        (root / "p" / "work" / file).write_bytes(b"not opened here")
    save(root / "p" / "work" / "a.cellucid-session", played.id)
    told = await describe(person, "p/work/a.cellucid-session")
    assert told["datasets"] == [
        {"path": "p/work/pbmc", "name": "pbmc", "certain": True},
        {"path": "p/near", "name": "pbmc", "certain": True},
        {"path": "p/work/deep/pbmc", "name": "pbmc", "certain": True},
        {"path": f"p/work/{name.upper()}.h5ad", "name": f"{name.upper()}.h5ad", "certain": False},
    ]
    for dataset in told["datasets"][:3]:
        answer = await person.fetch("GET", f"open/{quote(dataset['path'])}/-/points_2d.bin")
        assert answer.code == 200

    # In the folder of a dataset itself, which may be the server's.
    save(root / "far" / "b.cellucid-session", played.id)
    write(played, root)
    told = await describe(person, "far/b.cellucid-session")
    assert told["datasets"][0] == {"path": "far", "name": "pbmc", "certain": True}
    save(root / "c.cellucid-session", played.id)
    told = await describe(person, "c.cellucid-session")
    assert told["datasets"][0] == {"path": "", "name": "pbmc", "certain": True}


async def test_without_an_id_its_cells_say_which_it_is(
    person: Peer, root: Path, played: Source
) -> None:
    write(played, root / "pbmc")
    other = write(played, root / "other")
    identity = json.loads((other / "dataset_identity.json").read_text())
    rows = {**identity["rows"], "orderSha256": "0" * 64}
    (other / "dataset_identity.json").write_text(json.dumps({**identity, "rows": rows}))
    for name, known in (("known", identity["rows"]), ("unknown", None)):
        writer = SessionWriter({"sourceType": "jupyter", "datasetId": None}, known)
        writer.write(root / f"{name}.cellucid-session")
    told = await describe(person, "known.cellucid-session")
    assert told["datasets"] == [{"path": "pbmc", "name": "pbmc", "certain": True}]
    assert (await describe(person, "unknown.cellucid-session"))["datasets"] == []


async def test_many_entries_are_not_searched(person: Peer, root: Path, played: Source) -> None:
    for i in range(LOOKED_AT):
        (root / "many" / f"{i}.txt").parent.mkdir(exist_ok=True)
        (root / "many" / f"{i}.txt").touch()
    save(root / "many" / "a.cellucid-session", played.id)
    write(played, root / "pbmc")
    told = await describe(person, "many/a.cellucid-session")
    assert told["datasets"] == []


async def test_viewers_of_its_dataset(person: Peer, kernel: KernelPeer, root: Path) -> None:
    viewer = await kernel.json("POST", "viewers", DATASET, status=201)
    other = {**DATASET, "dataset": {**DATASET["dataset"], "id": "other"}}
    await kernel.json("POST", "viewers", other, status=201)
    save(root / "a.cellucid-session", DATASET["dataset"]["id"])
    assert (await describe(person, "a.cellucid-session"))["viewers"] == []
    async with kernel_line(kernel):
        told = await describe(person, "a.cellucid-session")
        assert told["viewers"] == [{"viewerId": viewer["viewerId"], "title": "PBMC"}]
        save(root / "b.cellucid-session", None)
        told = await describe(person, "b.cellucid-session")
        assert (told["dataset"]["id"], told["viewers"], told["datasets"]) == (None, [], [])


async def test_many_at_once_do_not_hold_up_others(person: Peer, root: Path) -> None:
    save(root / "a.cellucid-session", "pbmc")
    asked = [describe(person, "a.cellucid-session") for _ in range(20)]
    health = person.json("GET", "health")
    told = await asyncio.gather(*asked, health)
    assert all(one == told[0] for one in told[:-1])
    assert told[-1]["status"] == "ok"


class TestNoContents:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["authorizer_class"] = NoContents
        return jp_server_config

    async def test_who_may_read_no_files(self, person: Peer, root: Path) -> None:
        save(root / "a.cellucid-session", "pbmc")
        NoContents.asked.clear()
        assert (await describe(person, "a.cellucid-session", 403))["code"] == "forbidden"
        assert NoContents.asked == [("read", "cellucid"), ("read", "contents")]
