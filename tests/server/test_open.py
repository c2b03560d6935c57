"""``open/``: datasets on the server's disk, as a page without a kernel reads them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tornado.tcpclient import TCPClient

from cellucid_ext.dataset import Source
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.open import READS_AT_ONCE
from tests.dataset.reading import body, content
from tests.dataset.test_folder import FILES, write

from .opening import NOTHING, address, get, refused
from .peers import Peer


async def test_a_folder(person: Peer, folder: Path, played: Source) -> None:
    for path in FILES:
        answer = await get(person, "some data/pbmc", path)
        assert answer.code == 200
        assert content(path, answer.body) == content(path, body(played, path)), path
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    kinds = {"dataset_identity.json": "application/json", "obs_names.txt": "text/plain"}
    for path, kind in {**kinds, "points_2d.bin": "application/octet-stream"}.items():
        answer = await get(person, "some data/pbmc", path)
        assert answer.headers["Content-Type"].startswith(kind)


async def test_the_servers_folder_itself(person: Peer, root: Path, played: Source) -> None:
    write(played, root)
    answer = await get(person, "", "points_2d.bin")
    assert (answer.code, answer.body) == (200, body(played, "points_2d.bin"))


async def test_the_last_mark_counts(person: Peer, root: Path, played: Source) -> None:
    """A folder may be called like the mark that ends its path."""
    write(played, root / "a" / "-" / "-")
    answer = await get(person, "a/-/-", "points_2d.bin")
    assert (answer.code, answer.body) == (200, body(played, "points_2d.bin"))


@pytest.mark.usefixtures("folder")
async def test_parts_and_tags(person: Peer, played: Source) -> None:
    dataset, whole = "some data/pbmc", body(played, "points_2d.bin")
    answer = await get(person, dataset, "points_2d.bin", headers={"Range": "bytes=8-15"})
    assert (answer.code, answer.body) == (206, whole[8:16])
    assert answer.headers["Content-Range"] == "bytes 8-15/48"
    assert answer.headers["Content-Length"] == "8"
    tag = {"If-None-Match": answer.headers["ETag"]}
    answer = await get(person, dataset, "points_2d.bin", headers=tag)
    assert (answer.code, answer.body) == (304, b"")
    answer = await get(person, dataset, "points_2d.bin", headers={"Range": "bytes=48-"})
    assert (answer.code, answer.headers["Content-Range"]) == (416, "bytes */48")
    assert answer.headers["Content-Type"] == "application/json"
    assert (refused(answer))["code"] == "bad-range"


@pytest.mark.usefixtures("folder")
async def test_a_file_that_the_dataset_has_not(person: Peer) -> None:
    answer = await get(person, "some data/pbmc", "points_3d.bin")
    assert (answer.code, (refused(answer))["code"]) == (404, "no-such-file")


async def test_what_is_no_dataset(person: Peer, root: Path, folder: Path) -> None:
    (root / "empty").mkdir()
    (folder / "var_manifest.json").write_text("{")
    for dataset, told in {
        "empty": "/empty' has no dataset_identity.json",
        "some data/pbmc": "var_manifest.json is not JSON: ",
    }.items():
        for _ in range(2):
            answer = await get(person, dataset, "dataset_identity.json")
            found = refused(answer)
            assert (answer.code, found["code"]) == (422, "bad-dataset")
            assert told in found["message"]


async def test_a_file_is_no_folder(person: Peer, root: Path) -> None:
    (root / "notes.txt").write_text("hello")
    answer = await get(person, "notes.txt", "dataset_identity.json")
    found = refused(answer)
    assert (answer.code, found["code"]) == (422, "bad-dataset")
    assert found["message"] == (
        "notes.txt can't be opened here: it is neither a dataset folder nor an .h5ad or .h5mu file"
    )


@pytest.mark.usefixtures("folder")
async def test_a_modality_of_a_folder(person: Peer) -> None:
    answer = await get(person, "some data/pbmc", "points_2d.bin?modality=rna")
    found = refused(answer)
    assert (answer.code, found["code"]) == (400, "bad-request")
    assert found["message"] == (
        "a dataset folder is shown as it was made, so it takes no 'modality'"
    )


async def test_a_manifest_that_would_fill_the_server(person: Peer, folder: Path) -> None:
    file = folder / "obs_manifest.json"
    file.write_text(f'{file.read_text()[:-1]},"x":[{"[]," * 1_000_000}0]}}')
    answer = await get(person, "some data/pbmc", "points_2d.bin")
    assert answer.code == 422
    assert refused(answer)["message"] == "obs_manifest.json has more than 2,000,000 values"


async def test_a_folder_that_is_written_anew(person: Peer, folder: Path) -> None:
    before = await get(person, "some data/pbmc", "obs/size.values.f32")
    (folder / "obs/size.values.f32").write_bytes(b"new")
    after = await get(person, "some data/pbmc", "obs/size.values.f32")
    assert (after.code, after.body) == (200, b"new")
    assert after.headers["ETag"] != before.headers["ETag"]
    (folder / "dataset_identity.json").unlink()
    assert (await get(person, "some data/pbmc", "obs/size.values.f32")).code == 422
    shutil.rmtree(folder)
    answer = await get(person, "some data/pbmc", "obs/size.values.f32")
    assert (answer.code, refused(answer)) == (404, NOTHING)


@pytest.mark.usefixtures("folder")
async def test_the_log_names_no_dataset(
    person: Peer, extension: CellucidExtension, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for log in (extension.log, extension.serverapp.log):
        log.setLevel(logging.DEBUG)
    for dataset, path in (
        ("some data/pbmc", "points_2d.bin"),
        ("some data/pbmc", "points_3d.bin"),
        ("some data", "points_2d.bin"),
        ("nothing of pbmc", "points_2d.bin"),
    ):
        await get(person, dataset, path)
    wrong = ("open/some%20data/%ff/-/points_2d.bin", "open/some%20data/-/%ff", "open/-/x?root=s%ff")
    for asked in wrong:
        assert (await person.fetch("GET", asked)).code == 400
    caught = [record for record in caplog.records if "GET" in record.getMessage()]
    assert [r.getMessage().split()[0] for r in caught if "/_cellucid/open " in r.getMessage()]
    for name in ("some", "pbmc", "points"):
        assert [r.getMessage() for r in caught if name in r.getMessage()] == []


async def test_a_file_that_changes_while_it_is_sent(person: Peer, folder: Path) -> None:
    """What is cut off never looks like a whole file."""
    size = 64 * 2**20
    with (folder / "large.bin").open("wb") as file:
        file.truncate(size)
    page = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
    token = person.headers["Authorization"]
    target = f"{person.base}{address('some data/pbmc', 'large.bin')}"
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
    await page.write(head.encode())
    begin = await page.read_until(b"\r\n\r\n")
    assert b"Content-Length: %d" % size in begin
    os.truncate(folder / "large.bin", 100)
    read = await asyncio.wait_for(page.read_until_close(), 30)
    assert len(read) < size
    assert (await get(person, "some data/pbmc", "large.bin")).body == bytes(100)


async def test_pages_that_do_not_read_hold_up_nobody(person: Peer, folder: Path) -> None:
    with (folder / "large.bin").open("wb") as file:
        file.truncate(2**36)
    target = f"{person.base}{address('some data/pbmc', 'large.bin')}"
    token = person.headers["Authorization"]
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
    pages = []
    for _ in range(2 * READS_AT_ONCE):
        page = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
        await page.write(head.encode())
        await page.read_until(b"\r\n\r\n")
        pages.append(page)
    assert (await get(person, "some data/pbmc", "points_2d.bin")).code == 200
    for page in pages:
        page.close()
    assert (await get(person, "some data/pbmc", "points_2d.bin")).code == 200


async def test_a_file_that_becomes_a_pipe_while_it_is_sent(person: Peer, folder: Path) -> None:
    """To open a pipe would keep a thread waiting for ever, and the server from stopping."""
    with (folder / "large.bin").open("wb") as file:
        file.truncate(2**36)
    target = f"{person.base}{address('some data/pbmc', 'large.bin')}"
    token = person.headers["Authorization"]
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
    pages = []
    for _ in range(READS_AT_ONCE):
        page = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
        await page.write(head.encode())
        await page.read_until(b"\r\n\r\n")
        pages.append(page)
    (folder / "large.bin").unlink()
    os.mkfifo(folder / "large.bin")
    for page in pages:
        # Cut off: far from all of it came.
        assert len(await asyncio.wait_for(page.read_until_close(), 30)) < 2**30
    assert (await get(person, "some data/pbmc", "points_2d.bin")).code == 200


LOADED = """
import asyncio, json, sys, time
from pathlib import Path
import cellucid_ext.server.app
from cellucid_ext.server.open import OpenDatasets
from cellucid_ext.server.roots import Roots
roots = Roots(Path(sys.argv[1]), [], allow_hidden=False)
datasets = OpenDatasets(roots, 2**30, time.monotonic)
async def read():
    async with datasets.answer("some data/pbmc", None, "points_2d.bin") as answer:
        assert answer.status == 200
asyncio.run(read())
print(json.dumps(sorted({"anndata", "h5py", "pandas", "scipy"} & set(sys.modules))))
"""


@pytest.mark.usefixtures("folder")
def test_the_server_loads_no_anndata(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, root], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == []
