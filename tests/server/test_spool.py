"""The spool: files on disk, written behind the loop, removed whatever happens."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cellucid_ext.protocol import MAX_UPLOADS_AT_ONCE
from cellucid_ext.server.errors import CutShort, NotASession
from cellucid_ext.server.spool import Spool
from cellucid_ext.server.upload import BATCH_BYTES, Upload

from .peers import session


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(str(tmp_path))
    yield spool
    spool.close()


def files(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.iterdir() if path.name != ".lock")


async def send(upload: Upload, body: bytes, size: int) -> str:
    await upload.open()
    for start in range(0, len(body), size):
        await upload.write(body[start : start + size])
    return await upload.finish()


@given(size=st.integers(1, 3 * BATCH_BYTES), piece=st.sampled_from([997, 65536, BATCH_BYTES + 1]))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_sent_is_on_disk(spool: Spool, size: int, piece: int) -> None:
    body = session(size)
    upload = spool.begin(len(body))
    sha256 = asyncio.run(send(upload, body, piece))
    assert sha256 == hashlib.sha256(body).hexdigest()
    path = upload.keep()
    assert path.read_bytes() == body
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()


async def test_magic_byte_by_byte(spool: Spool) -> None:
    upload = spool.begin(100)
    await upload.open()
    for byte in b"CELLUCID_SESSIO":
        await upload.write(bytes([byte]))
    with pytest.raises(NotASession):
        await upload.write(b"X")
    upload.discard()


async def test_fewer_bytes_than_announced(spool: Spool) -> None:
    body = session()
    upload = spool.begin(len(body) + 1)
    with pytest.raises(CutShort, match="announced"):
        await send(upload, body, 1000)
    upload.discard()
    spool.close()


async def test_writing_never_blocks_the_loop(spool: Spool) -> None:
    threads: set[int] = set()
    upload = spool.begin(10)
    for name in ("_open", "_write", "_validate"):
        work = getattr(upload, name)

        def noted(*given: object, work: object = work) -> object:
            threads.add(threading.get_ident())
            return work(*given)  # type: ignore[operator]

        setattr(upload, name, noted)
    await send(upload, session(2 * BATCH_BYTES), 65536)
    assert threads
    assert threading.get_ident() not in threads
    upload.discard()


@pytest.mark.parametrize("after", [0, 1, 5, 40])
async def test_discarded_at_any_time(spool: Spool, after: int) -> None:
    """Twice, and while a batch is being written."""
    upload = spool.begin(10**9)
    await upload.open()
    body = session(3 * BATCH_BYTES)
    for start in range(after):
        await upload.write(body[start * 100_000 : (start + 1) * 100_000])
    upload.discard()
    upload.discard()
    spool.close()
    assert not spool.folder.exists()


async def test_nothing_is_left_of_discarded_uploads(spool: Spool) -> None:
    for _ in range(10):
        upload = spool.begin(10**6)
        opening = asyncio.ensure_future(upload.open())
        await asyncio.sleep(0)
        upload.discard()
        await opening
    # All threads meet, so that whatever any of them did before is done.
    meeting = threading.Barrier(MAX_UPLOADS_AT_ONCE)
    await asyncio.gather(*(spool.run(meeting.wait, 30) for _ in range(MAX_UPLOADS_AT_ONCE)))
    assert files(spool) == []


def test_close_removes_everything(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    asyncio.run(spool.begin(10).open())
    assert len(files(spool)) == 1
    assert spool.folder.stat().st_mode & 0o777 == 0o700
    spool.close()
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_crash(tmp_path: Path, spool: Spool) -> None:
    """The folder of a server that was killed goes; those of living ones stay."""
    code = (
        "import os, sys; from cellucid_ext.server.spool import Spool; s = Spool(sys.argv[1]); "
        "s.new_path('.x').write_bytes(b'x'); print(s.folder, flush=True); "
        "sys.stdin.readline(); os._exit(9)"
    )
    other = Spool(str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        crashed = Path(process.stdout.readline().strip())
        assert spool.sweep_leftovers() == 0
        assert len(list(crashed.iterdir())) == 2
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait(30)
    (tmp_path / "cellucid-spool-file").write_text("no folder")
    (tmp_path / "cellucid-spool-strange").mkdir()
    assert spool.sweep_leftovers() == 1
    assert not crashed.exists()
    assert other.folder.exists()
    assert spool.folder.exists()
    assert (tmp_path / "cellucid-spool-strange").exists()
    other.close()
