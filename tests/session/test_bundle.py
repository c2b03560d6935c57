"""Bundles read and written: what goes in comes out, and a failure costs nothing."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext import CellucidSessionBundle, SessionFormatError, SessionWriter
from cellucid_ext.session.rows import order_sha256, row_identity

VECTORS = Path(__file__).parents[1] / "vectors"
FINGERPRINT = {"sourceType": "jupyter", "datasetId": "d", "cellCount": 10, "varCount": 2}


@pytest.fixture
def small() -> CellucidSessionBundle:
    return CellucidSessionBundle(VECTORS / "small.cellucid-session")


def test_save_copies_and_makes_folders(small: CellucidSessionBundle, tmp_path: Path) -> None:
    saved = small.save(tmp_path / "new" / "kept.cellucid-session")
    assert saved.read_bytes() == small.path.read_bytes()
    assert [path.name for path in saved.parent.iterdir()] == ["kept.cellucid-session"]


def test_a_failed_save_leaves_what_was_there(small: CellucidSessionBundle, tmp_path: Path) -> None:
    gone = tmp_path / "gone.cellucid-session"
    gone.write_bytes(small.path.read_bytes())
    bundle = CellucidSessionBundle(gone)
    gone.unlink()
    kept = tmp_path / "kept.cellucid-session"
    kept.write_text("work of before")
    with pytest.raises(FileNotFoundError):
        bundle.save(kept)
    assert kept.read_text() == "work of before"
    assert list(tmp_path.iterdir()) == [kept]


def test_a_file_cut_after_it_was_opened(small: CellucidSessionBundle, tmp_path: Path) -> None:
    path = tmp_path / "cut.cellucid-session"
    path.write_bytes(small.path.read_bytes())
    bundle = CellucidSessionBundle(path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(SessionFormatError, match="changed since it was opened"):
        bundle.read_chunk_bytes(bundle.list_chunk_ids()[-1])


def test_a_missing_chunk_is_a_key_error(small: CellucidSessionBundle) -> None:
    asks = (small.get_chunk_meta, small.read_chunk_bytes, small.read_payload, small.decode_chunk)
    for ask in asks:
        with pytest.raises(KeyError, match="no/such"):
            ask("no/such")


def test_text_of_strangers_is_shown_as_text(small: CellucidSessionBundle) -> None:
    assert "Mid & <b>high</b>" in repr(small)
    assert "Mid &amp; &lt;b&gt;high&lt;/b&gt;" in small._repr_html_()
    assert "<b>" not in small._repr_html_()


def test_the_stored_bytes_and_the_payload(small: CellucidSessionBundle) -> None:
    stored = small.read_chunk_bytes("core/state")
    assert stored.startswith(b"\x1f\x8b")
    assert json.loads(small.read_payload("core/state")) == small.decode_chunk("core/state")


def test_what_a_stranger_wrote_stays_on_its_line(tmp_path: Path) -> None:
    group = {**GROUP, "label": "a\x1b[2J\n  dataset: mine" + "x" * 200}
    meta = {"pages": [{"id": "p", "highlightedGroups": [group]}]}
    shown = repr(bundle_of(tmp_path / "a", "highlights/meta", meta))
    assert "\x1b" not in shown
    assert "\n  dataset: mine" not in shown
    assert "x" * 100 not in shown


def test_a_bundle_is_shown_when_its_file_is_gone(
    small: CellucidSessionBundle, tmp_path: Path
) -> None:
    bundle = CellucidSessionBundle(small.save(tmp_path / "gone"))
    bundle.path.unlink()
    assert "unreadable: the file is not as it was opened" in repr(bundle)
    assert "unreadable" in bundle._repr_html_()


def test_half_a_surrogate_pair_is_written_and_read(tmp_path: Path) -> None:
    writer = SessionWriter()
    writer.add_json("core/state", {"name": "\ud83d"}, contributor="core-state", label="\ud83d")
    bundle = CellucidSessionBundle(writer.write(tmp_path / "a"))
    assert bundle.decode_chunk("core/state") == {"name": "\ud83d"}
    assert bundle.get_chunk_meta("core/state")["label"] == "\ud83d"


def test_a_manifest_no_one_could_read_is_not_written(tmp_path: Path) -> None:
    writer = SessionWriter({"datasetId": "d" * 2**24})
    with pytest.raises(ValueError, match="the manifest of 0 chunks is"):
        writer.write(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_session_is_opened_without_numpy() -> None:
    code = (
        "import sys; from cellucid_ext.session import CellucidSessionBundle as B; "
        f"B({str(VECTORS / 'small.cellucid-session')!r}); "
        "print({'numpy', 'pandas', 'anndata', 'tornado'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"


def file_of(manifest: object, *chunks: bytes) -> bytes:
    head = json.dumps(manifest).encode()
    frames = b"".join(struct.pack("<I", len(chunk)) + chunk for chunk in chunks)
    return b"CELLUCID_SESSION\n" + struct.pack("<I", len(head)) + head + frames


def bundle_of(path: Path, chunk_id: str, value: object) -> CellucidSessionBundle:
    chunk = {"id": chunk_id, "kind": "json", "codec": "none"}
    path.write_bytes(file_of({"chunks": [chunk]}, json.dumps(value).encode()))
    return CellucidSessionBundle(path)


GROUP = {"id": "highlight_1", "type": "lasso", "label": "a", "cellCount": 1}


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ([], r"highlights/meta: expected an object, got list"),
        ({"pages": {}}, r"highlights/meta: pages: expected a list"),
        ({"pages": [{"id": 7}]}, r"highlights/meta: pages\[0\].id: expected a text"),
        (
            {"pages": [{"id": "p", "highlightedGroups": [{**GROUP, "label": None}]}]},
            r"pages\[0\].highlightedGroups\[0\].label: expected a text",
        ),
        (
            {"pages": [{"id": "p", "highlightedGroups": [{**GROUP, "cellCount": -1}]}]},
            r"cellCount: expected a whole number, got -1",
        ),
        (
            {"pages": [{"id": "p", "highlightedGroups": [GROUP, GROUP]}]},
            r"the group 'highlight_1' stands twice",
        ),
    ],
)
def test_damaged_pages_are_told_with_their_path(tmp_path: Path, meta: object, message: str) -> None:
    bundle = bundle_of(tmp_path / "a", "highlights/meta", meta)
    with pytest.raises(SessionFormatError, match=message):
        _ = bundle.pages
    assert "damaged" in repr(bundle)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"source": "uns"}, "source: expected 'obs' or 'var', got 'uns'"),
        ({"source": "obs", "kind": "x"}, "kind: expected 'category' or 'continuous', got 'x'"),
        (
            {"source": "obs", "kind": "category", "id": "u", "key": "k", "categories": [None]},
            r"categories\[0\]: expected a text",
        ),
    ],
)
def test_damaged_fields_are_told_with_their_path(
    tmp_path: Path, field: object, message: str
) -> None:
    bundle = bundle_of(tmp_path / "a", "core/field-overlays", {"userDefinedFields": [field]})
    with pytest.raises(SessionFormatError, match=message):
        _ = bundle.fields


def test_a_field_stands_once(tmp_path: Path) -> None:
    field = {"source": "obs", "kind": "category", "id": "u", "key": "k"}
    bundle = bundle_of(tmp_path / "a", "core/field-overlays", {"userDefinedFields": [field] * 2})
    with pytest.raises(SessionFormatError, match="the field 'u' stands twice"):
        _ = bundle.fields


def test_bytes_after_the_last_chunk_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(file_of({"chunks": []}) + b"more")
    with pytest.raises(SessionFormatError, match="4 bytes follow the last of the 0 chunks"):
        CellucidSessionBundle(path)


def test_a_format_nobody_knows(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"CELLUCID_SESSION/3\n" + bytes(40))
    with pytest.raises(SessionFormatError, match=r"invalid MAGIC header\)"):
        CellucidSessionBundle(path)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "[1,]", "'a'"])
def test_what_only_python_calls_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    chunk = {"id": "core/state", "kind": "json", "codec": "none"}
    path.write_bytes(file_of({"chunks": [chunk]}, text.encode()))
    with pytest.raises(SessionFormatError, match="chunk 'core/state' is not JSON"):
        CellucidSessionBundle(path).decode_chunk("core/state")


def test_json_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    head = b'{"chunks":[' + b'{"a":0},' * 1_900_000 + b"0]}"
    path.write_bytes(b"CELLUCID_SESSION\n" + struct.pack("<I", len(head)) + head)
    del head
    tracemalloc.start()
    try:
        with pytest.raises(SessionFormatError, match="the manifest has more than 2,000,000 values"):
            CellucidSessionBundle(path)
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("chunk_id", "payload", "counts"),
    [
        # 2**40 codes in one run; a stranger's counts are no reason to believe it.
        ("user-defined/codes/u", b"\x02\x80\x80\x80\x80\x80\x20\x01\x00", {"cellCount": 2**50}),
        ("user-defined/codes/u", b"\x02\x80\x80\x80\x08\x01\x00\x80\x80\x80\x08", {"cellCount": 9}),
        # Two steps whose sum is above 2**64, below a count that no dataset has.
        ("highlights/cells/h", b"\x02" + b"\xff" * 9 + b"\x01\x05", {"cellCount": 2**70}),
        ("identity/obs-names", b"\n" * 9, {"cellCount": 8}),
    ],
)
def test_counts_of_strangers_take_no_memory(
    tmp_path: Path, chunk_id: str, payload: bytes, counts: dict[str, int]
) -> None:
    path = tmp_path / "a"
    chunk = {"id": chunk_id, "kind": "binary", "codec": "none"}
    manifest = {"chunks": [chunk], "datasetFingerprint": {"varCount": 3, **counts}}
    path.write_bytes(file_of(manifest, payload))
    tracemalloc.start()
    try:
        with pytest.raises(SessionFormatError):
            CellucidSessionBundle(path).decode_chunk(chunk_id)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", ["12", -1, 1.5, True])
def test_a_size_that_is_no_number_is_refused(tmp_path: Path, size: object) -> None:
    chunk = {"id": "a", "codec": "gzip", "uncompressedBytes": size}
    path = tmp_path / "a"
    path.write_bytes(file_of({"chunks": [chunk]}, b"x"))
    with pytest.raises(SessionFormatError, match="uncompressedBytes is"):
        CellucidSessionBundle(path).read_payload("a")


@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray((VECTORS / "small.cellucid-session").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.cellucid-session"
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        try:
            bundle = CellucidSessionBundle(path)
        except SessionFormatError:
            return
        for chunk_id in bundle.list_chunk_ids():
            try:
                bundle.decode_chunk(chunk_id)
            except SessionFormatError:
                continue
        repr(bundle)


NAMES = st.lists(st.text(st.characters(codec="utf-8")))


@given(NAMES, st.randoms())
def test_reordered_rows_are_the_same_set(names: list[str], random: object) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    here, there = row_identity(names), row_identity(shuffled)
    assert here.set_sha256 == there.set_sha256
    assert (here.order_sha256 == there.order_sha256) == (names == shuffled)
    assert here.unique == (len(set(names)) == len(names))


def test_row_identity_is_what_the_format_says() -> None:
    rows = row_identity(["b", "é", "a"])
    assert rows.order_sha256 == hashlib.sha256("b\né\na\n".encode()).hexdigest()
    assert rows.set_sha256 == hashlib.sha256("a\nb\né\n".encode()).hexdigest()
    assert rows.to_json()["count"] == 3
    assert order_sha256(["b", "é", "a"]) == rows.order_sha256
