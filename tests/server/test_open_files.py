"""``open/`` of an ``.h5ad``, which a process of its own reads for the server."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import psutil
import pytest
from tornado.tcpclient import TCPClient

from cellucid_ext.answers import Asked
from cellucid_ext.dataset import Source, open_source
from cellucid_ext.dataset.serving import READS_AT_ONCE, Serving
from cellucid_ext.dataset.source import File
from cellucid_ext.dataset.stores.stored import version_of
from cellucid_ext.messages import SIZES_BYTES, head_of, sizes
from cellucid_ext.server.errors import BadDataset, NotFound
from cellucid_ext.server.reader import Job, Reader
from cellucid_ext.server.readers import Readers
from tests.dataset.reading import X, body, make
from tests.dataset.test_folder import FILES
from tests.real_server import RealServer

from .opening import NOTHING, address, get, refused
from .peers import Peer
from .reading_apart import are_gone, readers


def write(file: Path, n: int = 6, **obs: Any) -> Path:
    adata = make(
        {"size": range(n), "kind": list("aabbcc") * (n // 6), **obs},
        np.tile(X, (n // 6, 1)),
        {"X_umap": np.arange(2 * n, dtype=np.float32).reshape(n, 2)},
    )
    adata.write_h5ad(file)
    return file


async def test_it_is_what_it_is_elsewhere(
    person: Peer, cookie_person: Peer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file, to two people at once; and what comes in its place."""
    monkeypatch.setenv("JUPYTER_TOKEN", "secret")
    file = write(root / "pbmc.h5ad", 150_000)
    source, tags = open_source(file), dict[str, str]()
    people = (person, cookie_person)
    asked = [(who, path) for path in [*FILES[1:], "rows.json"] for who in people]
    answers = await asyncio.gather(*(get(who, "pbmc.h5ad", path) for who, path in asked))
    for (_, path), answer in zip(asked, answers, strict=True):
        assert (answer.code, answer.body) == (200, body(source, path)), path
        assert answer.headers["ETag"] == tags.setdefault(path, answer.headers["ETag"])
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    [process] = readers()
    check_process(process, file.stat().st_size)
    identity = json.loads((await get(person, "pbmc.h5ad", "dataset_identity.json")).body)
    assert (identity["id"], identity["revision"]) == (source.id, source.revision)
    await check_headers(person, body(source, "points_2d.bin"), identity["revision"])
    assert readers() == [process]

    # A file that takes its place is read by another process, and this one ends.
    write(root / "new.h5ad").replace(file)
    answer = await get(person, "pbmc.h5ad", "points_2d.bin")
    assert (answer.code, answer.body) == (200, body(open_source(file), "points_2d.bin"))
    await are_gone([process])
    assert len(readers()) == 1
    answer = await get(person, "pbmc.h5ad", f"points_2d.bin?v={identity['revision']}")
    assert (answer.code, refused(answer)["code"]) == (409, "dataset-changed")
    file.unlink()
    answer = await get(person, "pbmc.h5ad", "points_2d.bin")
    assert (answer.code, refused(answer)) == (404, NOTHING)


async def check_headers(person: Peer, whole: bytes, revision: str) -> None:
    async def ask(path: str, **headers: str) -> Any:
        return await get(person, "pbmc.h5ad", path, headers=headers, decompress_response=False)

    answer = await ask("points_2d.bin", Range="bytes=8-15")
    assert (answer.code, answer.body) == (206, whole[8:16])
    assert answer.headers["Content-Range"] == f"bytes 8-15/{len(whole)}"
    start = 2**20 - 3
    answer = await ask("points_2d.bin", Range=f"bytes={start}-")
    assert (answer.code, answer.body) == (206, whole[start:])
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert (await ask("points_2d.bin", **tag)).code == 304
    answer = await ask("points_2d.bin", Range=f"bytes={len(whole)}-")
    assert (answer.code, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert (await ask("points_3d.bin")).code == 404
    answer = await ask(f"points_2d.bin?v={revision}")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    answer = await ask("var/g0.values.f32", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert np.frombuffer(gzip.decompress(answer.body), dtype="<f4").tolist() == [*X[:, 0]] * 25_000


def check_process(process: psutil.Process, size: int) -> None:
    """It has none of the server's secrets, and limits."""
    assert set(process.environ()) <= {
        *("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME"),
        *("PYTHONPATH", "PYTHONUSERBASE", "TMPDIR", "TZ"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"),
    }
    limits = {
        psutil.RLIMIT_CORE: 0,
        psutil.RLIMIT_FSIZE: 16 * size,
        psutil.RLIMIT_NOFILE: 64,
        psutil.RLIMIT_CPU: 3600,
    }
    assert {what: process.rlimit(what) for what in limits} == {
        what: (most, most) for what, most in limits.items()
    }


async def test_a_folder_on_the_way_that_becomes_a_link(root: Path) -> None:
    """Between the server's look at the file and its opening."""
    (root / "data").mkdir()
    (root / "outside").mkdir()
    file = write(root / "data" / "pbmc.h5ad")
    os.link(file, root / "outside" / "pbmc.h5ad")

    async def run(function: Any, *arguments: Any) -> Any:
        done = await asyncio.to_thread(function, *arguments)
        if not (root / "data").is_symlink():
            (root / "data").rename(root / "away")
            (root / "data").symlink_to(root / "outside", target_is_directory=True)
        return done

    pool = Readers(2**32, run, time.monotonic)
    with pytest.raises(NotFound, match="there is no dataset here"):
        async with pool.answer(file, None, "points_2d.bin", Asked()):
            pass
    assert readers() == []
    await pool.close()


class Held:
    """A source whose files are made when they are let."""

    def __init__(self, source: Source) -> None:
        self.source, self.asked, self.let = source, list[str](), threading.Event()

    def read(self, path: str) -> File:
        self.asked.append(path)
        assert self.let.wait(30), f"nobody let {path} be made"
        return self.source.read(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


def test_what_its_page_left_is_not_made(root: Path) -> None:
    """But it is answered: an answer is expected to each request."""
    held = Held(open_source(write(root / "pbmc.h5ad")))
    read, written = os.pipe()
    with open(read, "rb") as answers, open(written, "wb") as output:
        serving = Serving(held, output)
        for number in range(1, READS_AT_ONCE + 1):
            serving.take({"id": number, "read": "points_2d.bin"})
        serving.take({"id": 9, "read": "var/g0.values.f32"})
        serving.take({"forget": 9})
        held.let.set()
        heads = []
        for _ in range(READS_AT_ONCE + 1):
            head_bytes, body_bytes = sizes(answers.read(SIZES_BYTES))
            heads.append(head_of(answers.read(head_bytes)))
            answers.read(body_bytes)
    assert sorted(head["id"] for head in heads) == [1, 2, 3, 4, 9]
    assert held.asked == ["points_2d.bin"] * READS_AT_ONCE


async def test_a_process_that_is_killed(person: Peer, root: Path) -> None:
    """What it was sending breaks off, and the next request has another one."""
    size = 16 * 2**20
    write(root / "pbmc.h5ad", kind=pd.Categorical(["x" * size] * 6))
    page = await TCPClient().connect("127.0.0.1", person.client.get_http_port())
    token = person.headers["Authorization"]
    target = f"{person.base}{address('pbmc.h5ad', 'obs_manifest.json')}"
    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
    await page.write(head.encode())
    await page.read_until(b"\r\n\r\n")
    [process] = readers()
    process.kill()
    read = await asyncio.wait_for(page.read_until_close(), 30)
    assert len(read) < size
    await are_gone([process])
    answer = await get(person, "pbmc.h5ad", "points_2d.bin")
    assert (answer.code, len(answer.body)) == (200, 48)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for place in np.random.default_rng(1).integers(100, len(data), 200):
        data[place] ^= 1 << place % 8
    file.write_bytes(data)


def link_out(file: Path) -> None:
    write(file.with_name("other.h5ad"))
    with h5py.File(file, "r+") as opened:
        del opened["X"]
        opened["X"] = h5py.ExternalLink(str(file.with_name("other.h5ad")), "/X")


def text(file: Path) -> None:
    file.write_text("hello")


DAMAGES: list[tuple[Callable[[Path], None], str]] = [
    (text, "x.h5ad is no .h5ad file: "),
    (truncate, "x.h5ad is no .h5ad file: "),
    (flip, "x.h5ad "),
    (link_out, "x.h5ad is refused: X is a link to another file"),
]


async def test_what_is_damaged(person: Peer, root: Path) -> None:
    file = root / "x.h5ad"
    for damage, told in DAMAGES:
        write(file)
        damage(file)
        answer = await get(person, "x.h5ad", "points_2d.bin")
        assert (answer.code, refused(answer)["code"]) == (422, "bad-dataset"), damage
        assert refused(answer)["message"].startswith(told)
    await are_gone(readers())


async def test_what_is_no_file(person: Peer, root: Path) -> None:
    os.mkfifo(root / "pipe.h5ad")
    (root / "null.h5ad").symlink_to(os.devnull)
    answer = await get(person, "pipe.h5ad", "points_2d.bin")
    assert (answer.code, refused(answer)["message"]) == (
        422,
        "pipe.h5ad is no file, but a pipe or a device",
    )
    answer = await get(person, "null.h5ad", "points_2d.bin")
    assert (answer.code, refused(answer)) == (404, NOTHING)
    assert readers() == []


async def test_what_took_the_files_place(root: Path) -> None:
    """The process answers nothing of another file than the server looked at."""
    seen = version_of(write(root / "seen.h5ad").stat())
    job = Job(write(root / "pbmc.h5ad"), seen, 10_000, None, 2**32)
    with pytest.raises(BadDataset, match=r"pbmc\.h5ad changed while it was opened: try again"):
        await Reader.start(job)
    assert readers() == []


class TestMemory:
    @pytest.fixture
    def extension_config(self) -> dict[str, Any]:
        return {"open_memory_bytes": 2**30}

    async def test_a_file_that_would_fill_it(self, person: Peer, root: Path) -> None:
        """A few kB, of which HDF5 makes gigabytes."""
        file = write(root / "x.h5ad")
        with h5py.File(file, "r+") as opened:
            path = "obs/kind/categories"
            kind, said = opened[path].dtype, dict(opened[path].attrs)
            del opened[path]
            opened.create_dataset(path, (2**28,), kind, chunks=True).attrs.update(said)
        assert file.stat().st_size < 2**20
        answer = await get(person, "x.h5ad", "points_2d.bin")
        assert answer.code == 422
        assert refused(answer)["message"] == (
            "x.h5ad takes more memory to open than the 1,073,741,824 bytes that are allowed "
            "without a notebook: show it from a notebook with show(path)"
        )


def test_none_outlives_the_server(tmp_path: Path) -> None:
    with RealServer(tmp_path) as server:
        write(server.root / "pbmc.h5ad")
        status, identity = server.ask("GET", "_cellucid/open/pbmc.h5ad/-/dataset_identity.json")
        assert (status, identity["name"]) == (200, "pbmc")
        [process] = readers(server.pid)
        # So it can't see that its pipe ends.
        process.suspend()
        try:
            server.kill()
            psutil.wait_procs([process], timeout=10)
            assert not process.is_running()
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
