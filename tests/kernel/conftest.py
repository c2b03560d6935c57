from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect

from .fake_server import FakeServer
from .memory_source import MemorySource


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    fake.start()
    yield fake
    disconnect()
    fake.stop()


@pytest.fixture
def source() -> MemorySource:
    return MemorySource()


@pytest.fixture
def viewer(server: FakeServer, source: MemorySource) -> Iterator[Viewer]:
    with Viewer(source, server=server.url_with_token) as made:
        server.next_hello()
        yield made
