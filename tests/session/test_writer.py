"""The writer: chunks in any order in, a valid file out; and files read from anything open."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellucid_ext import CellucidSessionBundle, SessionFormatError, SessionWriter
from cellucid_ext.session.rows import row_identity

VECTORS = Path(__file__).parents[1] / "vectors"
MIB = 2**20


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.tuples(st.sampled_from(["eager", "lazy"]), st.lists(st.binary(max_size=50))),
        max_size=6,
    )
)
def test_what_goes_in_comes_out_eager_first(
    tmp_path_factory: pytest.TempPathFactory, chunks: dict[str, tuple[str, list[bytes]]]
) -> None:
    writer = SessionWriter()
    for chunk_id, (priority, pieces) in chunks.items():
        writer.add_bytes(chunk_id, iter(pieces), contributor="c", priority=priority)
    bundle = CellucidSessionBundle(writer.write(tmp_path_factory.mktemp("w") / "s"))
    order = [c for wanted in ("eager", "lazy") for c, (p, _) in chunks.items() if p == wanted]
    assert bundle.list_chunk_ids() == order
    for chunk_id, (_, pieces) in chunks.items():
        meta, stored = bundle.get_chunk_meta(chunk_id), bundle.read_chunk_bytes(chunk_id)
        assert zlib.decompress(stored, wbits=31) == b"".join(pieces)
        assert meta["storedBytes"] == len(stored)
        assert meta["uncompressedBytes"] == sum(map(len, pieces))


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    def chunks(path: Path) -> list[tuple[str, bytes]]:
        writer = SessionWriter()
        writer.add_json("a", {"b": [1, "é"]}, contributor="c")
        writer.add_names(["x", "y"])
        return list(CellucidSessionBundle(writer.write(path)).iter_chunks())

    assert chunks(tmp_path / "1") == chunks(tmp_path / "2")


def test_large_chunks_are_not_held_in_memory(tmp_path: Path) -> None:
    # What is random does not deflate: 160 MiB stay 160 MiB.
    piece = os.urandom(MIB)

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield piece

    tracemalloc.start()
    try:
        writer = SessionWriter()
        for i in range(4):
            writer.add_bytes(f"c{i}", pieces(), contributor="c")
        path = writer.write(tmp_path / "s")
        again = SessionWriter.from_bundle(CellucidSessionBundle(path))
        again.write(tmp_path / "t")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 150 * MIB
    assert (tmp_path / "t").read_bytes() == path.read_bytes()
    assert peak < 64 * MIB


@pytest.mark.parametrize("name", ["small", "medium", "empty", "no-fingerprint"])
def test_what_nobody_here_knows_is_carried_over_byte_for_byte(tmp_path: Path, name: str) -> None:
    before = CellucidSessionBundle(VECTORS / f"{name}.cellucid-session")
    after = CellucidSessionBundle(SessionWriter.from_bundle(before).write(tmp_path / "s"))
    assert after.manifest == before.manifest
    assert list(after.iter_chunks()) == list(before.iter_chunks())


def test_chunks_are_written_anew_among_those_carried_over(tmp_path: Path) -> None:
    before = CellucidSessionBundle(VECTORS / "small.cellucid-session")
    writer = SessionWriter.from_bundle(before, without=["core/state"])
    writer.add_json("core/state", {"schema": 2}, contributor="core-state")
    after = CellucidSessionBundle(writer.write(tmp_path / "s"))
    assert after.decode_chunk("core/state") == {"schema": 2}
    assert after.read_chunk_bytes("future/thing") == before.read_chunk_bytes("future/thing")
    assert sorted(after.list_chunk_ids()) == sorted(before.list_chunk_ids())


def test_a_chunk_is_not_given_twice_and_not_beyond_its_size(tmp_path: Path) -> None:
    writer = SessionWriter()
    writer.add_json("a", 1, contributor="c")
    with pytest.raises(ValueError, match="'a' was added before"):
        writer.add_bytes("a", b"", contributor="c")
    zeros = bytes(64 * MIB)
    with pytest.raises(ValueError, match=r"chunk 'b' is above 536,870,912 bytes"):
        writer.add_bytes("b", (zeros for _ in range(9)), contributor="c")
    writer.add_json("c", 3, contributor="c")
    bundle = CellucidSessionBundle(writer.write(tmp_path / "s"))
    assert list(bundle.iter_chunks(decode=True)) == [("a", 1), ("c", 3)]


def test_the_names_and_their_hashes(tmp_path: Path) -> None:
    names = ["b", "a", "é"]
    writer = SessionWriter()
    writer.add_names(names)
    bundle = CellucidSessionBundle(writer.write(tmp_path / "s"))
    assert bundle.decode_chunk("identity/obs-names") == names
    assert bundle.row_identity == row_identity(names).to_json()
    assert bundle.n_cells == 3
    for given_names, listed in ((["a\nb", "c"], True), (names, False)):
        writer = SessionWriter()
        writer.add_names(given_names, listed=listed)
        bundle = CellucidSessionBundle(writer.write(tmp_path / "t"))
        assert bundle.row_identity == row_identity(given_names).to_json()
        assert bundle.list_chunk_ids() == []


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("before")
    writer = SessionWriter({"datasetId": "x" * 17 * MIB})
    with pytest.raises(ValueError, match="the manifest"):
        writer.write(path)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_file_that_someone_opened() -> None:
    path = VECTORS / "small.cellucid-session"
    expected = list(CellucidSessionBundle(path).iter_chunks())
    in_memory = CellucidSessionBundle(io.BytesIO(path.read_bytes()))
    assert in_memory.path is None
    assert "open file" in repr(in_memory)
    assert list(in_memory.iter_chunks()) == expected
    with path.open("rb") as file:
        file.seek(5)
        bundle = CellucidSessionBundle(file)
        assert bundle.path == path
        chunks = bundle.iter_chunks()
        assert next(chunks) == expected[0]
        file.seek(0)
        assert list(chunks) == expected[1:]
        assert bundle.groups[0].cells.tolist()[:3] == [1, 5, 10]


def test_an_open_file_is_saved_whole(tmp_path: Path) -> None:
    path = VECTORS / "small.cellucid-session"
    bundle = CellucidSessionBundle(io.BytesIO(path.read_bytes()))
    assert bundle.save(tmp_path / "a" / "b").read_bytes() == path.read_bytes()


def test_what_can_not_be_read_from(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="from a path or an open file, not from 5"):
        CellucidSessionBundle(5)  # type: ignore[arg-type]
    (tmp_path / "t").write_text("text")
    with (tmp_path / "t").open() as file, pytest.raises(ValueError, match="mode 'rb'"):
        CellucidSessionBundle(file)  # type: ignore[arg-type]
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "rb") as pipe, pytest.raises(ValueError, match="BytesIO"):
        CellucidSessionBundle(pipe)
    with pytest.raises(SessionFormatError, match="invalid MAGIC"):
        CellucidSessionBundle(io.BytesIO(json.dumps({}).encode()))


def test_format_2_is_read_only(tmp_path: Path) -> None:
    from tests.format2 import write_format2

    file = write_format2(tmp_path / "s", dataset_id="d", n_cells=3, n_vars=2)
    with pytest.raises(ValueError, match="format 2 can be read, but not written"):
        SessionWriter.from_bundle(CellucidSessionBundle(file))
