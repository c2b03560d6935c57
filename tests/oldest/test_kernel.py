"""The kernel's part on the oldest versions it is said to work with."""

from __future__ import annotations

import pytest

from .versions import OLDEST, check, version_of

REAL = "with_server.py::test_"
TESTS = [
    *("link.py", "notebook.py", "wire.py"),
    f"{REAL}ready_selection_and_session",
]
"""Those that meet Jupyter Server, Tornado or ipykernel; `pytest tests/kernel` runs all there."""


@pytest.mark.timeout(600)
def test_on_the_oldest(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache is not None
    tests = [f"tests/kernel/test_{name}" for name in TESTS]
    check(tests, pytestconfig.cache.mkdir("oldest"))


# Behind the long one, so that tests run side by side are not given to who runs that.
@pytest.mark.parametrize("package", OLDEST)
def test_they_are_the_oldest(pytestconfig: pytest.Config, package: str) -> None:
    assert pytestconfig.cache is not None
    assert version_of(package, pytestconfig.cache.mkdir("oldest")) == OLDEST[package]
