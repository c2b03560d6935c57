"""A page's reads: whole files, ranges, validators, and what can't be read."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.answers import IMMUTABLE, Asked, answer
from cellucid_ext.dataset.source import File
from cellucid_ext.dataset.stores.stored import Stored

from .kernel.memory_source import MemorySource

BODY = bytes(range(100))
SOURCE = MemorySource(files={"a.bin": BODY, "empty": b""})
ETAG = SOURCE.read("a.bin").etag


def test_whole_file_is_not_copied() -> None:
    reply = answer(SOURCE, "a.bin")
    assert (reply.status, reply.headers) == (200, {"ETag": ETAG})
    assert reply.body.obj is BODY


@given(first=st.integers(0, 99), last=st.integers(0, 300))
def test_ranges(first: int, last: int) -> None:
    reply = answer(SOURCE, "a.bin", Asked(range=f"bytes={first}-{last}"))
    if last < first:
        assert (reply.status, bytes(reply.body)) == (200, BODY)
    else:
        part = BODY[first : last + 1]
        assert (reply.status, bytes(reply.body)) == (206, part)
        assert reply.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/100"
        assert reply.headers["ETag"] == ETAG


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("bytes=90-", BODY[90:]), ("bytes=-7", BODY[-7:]), ("bytes=-700", BODY)],
)
def test_open_ranges(wanted: str, expected: bytes) -> None:
    reply = answer(SOURCE, "a.bin", Asked(range=wanted))
    assert (reply.status, bytes(reply.body)) == (206, expected)


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=x-1", ""])
def test_ranges_that_are_ignored(wanted: str) -> None:
    assert answer(SOURCE, "a.bin", Asked(range=wanted)).status == 200


@pytest.mark.parametrize(
    ("path", "wanted"), [("a.bin", "bytes=100-"), ("a.bin", "bytes=-0"), ("empty", "bytes=0-9")]
)
def test_ranges_outside(path: str, wanted: str) -> None:
    reply = answer(SOURCE, path, Asked(range=wanted))
    assert reply.status == 416
    assert reply.headers["Content-Range"] == f"bytes */{len(SOURCE.files[path])}"
    assert json.loads(bytes(reply.body))["code"] == "bad-range"


@pytest.mark.parametrize(
    ("validators", "status"),
    [(ETAG, 304), ("*", 304), (f'"x", W/{ETAG}', 304), ('"other"', 200), ("", 200), (None, 200)],
)
def test_validators(validators: str | None, status: int) -> None:
    reply = answer(SOURCE, "a.bin", Asked(if_none_match=validators))
    assert reply.status == status
    assert reply.headers["ETag"] == ETAG
    assert bool(reply.body.nbytes) == (status == 200)


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("../etc/passwd", 404, "no-such-file", "../etc/passwd"),
        ("unmakeable", 500, "dataset-error", "obs column 'x'"),
        ("broken", 500, "dataset-error", "the disk is on fire"),
    ],
)
def test_failures(path: str, status: int, code: str, words: str) -> None:
    reply = answer(SOURCE, path, Asked(range="bytes=0-1", if_none_match=ETAG))
    error = json.loads(bytes(reply.body))
    assert (reply.status, error["code"]) == (status, code)
    assert words in error["message"]


def test_the_log_names_no_dataset(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    answer(SOURCE, "broken")
    [record] = caplog.records
    assert record.getMessage() == "a file of a dataset can't be read: RuntimeError"
    assert record.exc_info is None


@pytest.mark.parametrize(
    ("if_range", "status"),
    [(ETAG, 206), ('"another"', 200), (f"W/{ETAG}", 200), ("Sat, 21 Nov 2026 12:00:00 GMT", 200)],
)
def test_the_rest_of_a_file_only_if_it_is_still_that_file(if_range: str, status: int) -> None:
    reply = answer(SOURCE, "a.bin", Asked(range="bytes=10-", if_range=if_range))
    assert reply.status == status
    assert bytes(reply.body) == (BODY[10:] if status == 206 else BODY)


# Revisions.


@pytest.mark.parametrize("asked", [Asked(), Asked(range="bytes=0-1"), Asked(if_none_match=ETAG)])
def test_what_is_asked_of_a_revision_is_kept_for_good(asked: Asked) -> None:
    source = MemorySource(files={"a.bin": BODY}, revision="r1")
    plain = answer(source, "a.bin", asked)
    assert "Cache-Control" not in plain.headers
    kept = answer(source, "a.bin", replace(asked, revision="r1"))
    assert kept.headers == {**plain.headers, "Cache-Control": IMMUTABLE}
    assert (kept.status, bytes(kept.body)) == (plain.status, bytes(plain.body))


def test_no_file_of_another_revision() -> None:
    source = MemorySource(files={"a.bin": BODY}, revision="r2")
    reply = answer(source, "a.bin", Asked(revision="r1", if_none_match=ETAG))
    error = json.loads(bytes(reply.body))
    assert (reply.status, error["code"]) == (409, "dataset-changed")
    assert "load dataset_identity.json again" in error["message"]
    assert "Cache-Control" not in reply.headers


def test_a_source_without_revisions_takes_any() -> None:
    reply = answer(SOURCE, "a.bin", Asked(revision="r1"))
    assert (reply.status, bytes(reply.body)) == (200, BODY)
    assert "Cache-Control" not in reply.headers


def test_what_is_not_there_is_not_kept() -> None:
    source = MemorySource(files={"a.bin": BODY}, revision="r1")
    for path, asked in (
        ("b.bin", Asked(revision="r1")),
        ("a.bin", Asked("bytes=999-", None, None, "r1")),
    ):
        reply = answer(source, path, asked)
        assert reply.status in (404, 416)
        assert "Cache-Control" not in reply.headers


# Compression.

CELLS = 200_000
RNG = np.random.default_rng(5)
GENE = np.where(RNG.random(CELLS) < 0.05, RNG.gamma(2, 1, CELLS), 0).astype("<f4").tobytes()
CODES = RNG.integers(0, 20, CELLS).astype("u1").tobytes()
POINTS = RNG.normal(size=(CELLS, 2)).astype("<f4").tobytes()
MANIFEST = json.dumps([f"gene {n}" for n in range(2000)]).encode()
GZIP = Asked(encodings="gzip, deflate")


@pytest.fixture(name="files")
def _files() -> MemorySource:
    files = {"gene.f32": GENE, "codes.u8": CODES, "points.bin": POINTS, "names.json": MANIFEST}
    files |= {"gene.f32.gz": GENE, "short.json": b"[" + b" " * 900 + b"]"}
    return MemorySource(files=files)


@pytest.mark.parametrize(
    ("path", "at_most"), [("gene.f32", 0.1), ("codes.u8", 0.7), ("names.json", 0.3)]
)
def test_what_gets_small_is_gzipped(files: MemorySource, path: str, at_most: float) -> None:
    plain, packed = answer(files, path), answer(files, path, GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == bytes(plain.body)
    assert packed.body.nbytes < at_most * plain.body.nbytes
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'


@pytest.mark.parametrize("path", ["points.bin", "gene.f32.gz", "short.json"])
def test_what_is_sent_as_it_is(files: MemorySource, path: str) -> None:
    reply = answer(files, path, GZIP)
    assert "Content-Encoding" not in reply.headers
    assert bytes(reply.body) == files.files[path]


@pytest.mark.parametrize(
    ("encodings", "gzipped"),
    [
        ("gzip", True),
        ("br;q=1, GZIP ; q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("br, gzip; q=0.0", False),
        ("gzipped, identity", False),
        ("", False),
        (None, False),
    ],
)
def test_only_for_those_who_take_it(
    files: MemorySource, encodings: str | None, gzipped: bool
) -> None:
    reply = answer(files, "gene.f32", Asked(encodings=encodings))
    assert ("Content-Encoding" in reply.headers) == gzipped


def test_a_part_is_never_gzipped(files: MemorySource) -> None:
    reply = answer(files, "gene.f32", replace(GZIP, range="bytes=0-99999"))
    assert (reply.status, bytes(reply.body)) == (206, GENE[:100_000])
    assert "Content-Encoding" not in reply.headers


def test_a_page_that_has_it_is_told_so_in_either_form(files: MemorySource) -> None:
    plain, packed = answer(files, "gene.f32").headers["ETag"], answer(files, "gene.f32", GZIP)
    for etag in (plain, packed.headers["ETag"]):
        reply = answer(files, "gene.f32", replace(GZIP, if_none_match=etag))
        assert (reply.status, reply.headers["ETag"], reply.body.nbytes) == (304, etag, 0)
    # Who does not take gzip can't use what is gzipped.
    stale = Asked(if_none_match=packed.headers["ETag"])
    assert answer(files, "gene.f32", stale).status == 200


def test_a_second_page_gets_what_was_made(files: MemorySource) -> None:
    first, second = answer(files, "gene.f32", GZIP), answer(files, "gene.f32", GZIP)
    assert second.body is first.body
    files.files["gene.f32"] = CODES
    assert gzip.decompress(answer(files, "gene.f32", GZIP).body) == CODES


def test_a_file_that_can_not_be_read_whole(tmp_path: Path) -> None:
    """It is noticed before a byte of it is sent."""
    (tmp_path / "gene.f32").write_bytes(GENE)
    body = Stored(tmp_path / "gene.f32", (tmp_path / "gene.f32").stat(), "gene.f32")
    (tmp_path / "gene.f32").write_bytes(CODES)

    class Changed(MemorySource):
        def read(self, path: str) -> File:
            return File(body, body.etag)

    reply = answer(Changed(), "gene.f32", GZIP)
    assert reply.status == 500
    assert "changed while it was read" in json.loads(bytes(reply.body))["message"]
