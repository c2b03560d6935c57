"""A page's reads: whole files, ranges, validators, and what can't be read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.answers import answer

from .kernel.memory_source import MemorySource

BODY = bytes(range(100))
SOURCE = MemorySource(files={"a.bin": BODY, "empty": b""})
ETAG = SOURCE.read("a.bin").etag


def test_whole_file_is_not_copied() -> None:
    reply = answer(SOURCE, "a.bin", None, None)
    assert (reply.status, reply.headers) == (200, {"ETag": ETAG})
    assert reply.body.obj is BODY


@given(first=st.integers(0, 99), last=st.integers(0, 300))
def test_ranges(first: int, last: int) -> None:
    reply = answer(SOURCE, "a.bin", f"bytes={first}-{last}", None)
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
    reply = answer(SOURCE, "a.bin", wanted, None)
    assert (reply.status, bytes(reply.body)) == (206, expected)


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=x-1", 7, ""])
def test_ranges_that_are_ignored(wanted: object) -> None:
    assert answer(SOURCE, "a.bin", wanted, None).status == 200


@pytest.mark.parametrize(
    ("path", "wanted"), [("a.bin", "bytes=100-"), ("a.bin", "bytes=-0"), ("empty", "bytes=0-9")]
)
def test_ranges_outside(path: str, wanted: str) -> None:
    reply = answer(SOURCE, path, wanted, None)
    assert reply.status == 416
    assert reply.headers["Content-Range"] == f"bytes */{len(SOURCE.files[path])}"
    assert json.loads(bytes(reply.body))["code"] == "bad-range"


@pytest.mark.parametrize(
    ("validators", "status"),
    [(ETAG, 304), ("*", 304), (f'"x", W/{ETAG}', 304), ('"other"', 200), ("", 200), (None, 200)],
)
def test_validators(validators: str | None, status: int) -> None:
    reply = answer(SOURCE, "a.bin", None, validators)
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
    reply = answer(SOURCE, path, "bytes=0-1", ETAG)
    error = json.loads(bytes(reply.body))
    assert (reply.status, error["code"]) == (status, code)
    assert words in error["message"]


def test_the_log_names_no_dataset(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    answer(SOURCE, "broken", None, None)
    [record] = caplog.records
    assert record.getMessage() == "a file of a dataset can't be read: RuntimeError"
    assert record.exc_info is None
