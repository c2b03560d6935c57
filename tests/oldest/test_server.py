"""The server's part on the oldest versions it is said to work with."""

from __future__ import annotations

import pytest

from .versions import check_room


@pytest.mark.timeout(600)
def test_on_the_oldest(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache is not None
    check_room("server", pytestconfig.cache.mkdir("oldest"))
