"""The server's part on the oldest versions it is said to work with."""

from __future__ import annotations

import pytest

from .versions import OLDEST, check, version_of

TESTS = [
    *("channels.py", "extension.py", "kernel_ends.py"),
    "data.py::test_whole_file",
    "data.py::test_slow_page_slows_the_kernel",
    "data.py::test_kernel_goes_before_it_answers",
    "upload.py::test_session_arrives_whole",
    "upload.py::test_cut_connection",
    "upload.py::test_cancelled_in_the_middle",
]
"""Those that meet Jupyter Server, Tornado or ipykernel; `pytest tests/server` runs all there."""


@pytest.mark.timeout(600)
def test_on_the_oldest(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache is not None
    tests = [f"tests/server/test_{name}" for name in TESTS]
    check(tests, pytestconfig.cache.mkdir("oldest"))


# Behind the long one, so that tests run side by side are not given to who runs that.
@pytest.mark.parametrize("package", OLDEST)
def test_they_are_the_oldest(pytestconfig: pytest.Config, package: str) -> None:
    assert pytestconfig.cache is not None
    assert version_of(package, pytestconfig.cache.mkdir("oldest")) == OLDEST[package]
