"""The server's part on the oldest versions it is said to work with."""

from __future__ import annotations

import pytest

from .versions import OLDEST, check, version_of

FILES = [
    "channels",
    "data",
    "extension",
    "kernel_ends",
    "upload",
]
"""Those that meet Jupyter Server, Tornado or ipykernel; `pytest tests/server` runs all there."""


@pytest.mark.timeout(600)
def test_on_the_oldest(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache is not None
    files = [f"tests/server/test_{name}.py" for name in FILES]
    check(files, pytestconfig.cache.mkdir("oldest"))


# Behind the long one, so that tests run side by side are not given to who runs that.
@pytest.mark.parametrize("package", OLDEST)
def test_they_are_the_oldest(pytestconfig: pytest.Config, package: str) -> None:
    assert pytestconfig.cache is not None
    assert version_of(package, pytestconfig.cache.mkdir("oldest")) == OLDEST[package]
