"""Pages that are slow to take what they read hold up nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.shown import READS_AT_ONCE

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource


def ask(server: FakeServer, viewer: Viewer, reply_id: str, path: str = "a.bin") -> None:
    server.send({"type": "read", "viewerId": viewer.viewer_id, "replyId": reply_id, "path": path})


def next_reply(server: FakeServer) -> str:
    return server.replies.get(timeout=SECONDS)[0]


def stand_still(server: FakeServer, viewer: Viewer, number: int) -> list[str]:
    """Have pages ask for more than is made at once, and take nothing."""
    names = [f"slow-{number}-{n}" for n in range(READS_AT_ONCE + 1)]
    server.holds_replies.update(names)
    for name in names:
        ask(server, viewer, name)
    return names


@pytest.mark.parametrize("slow_viewers", [1, 10])
def test_other_viewers_go_on(server: FakeServer, viewer: Viewer, slow_viewers: int) -> None:
    slow = [Viewer(MemorySource(), server=server.url_with_token) for _ in range(slow_viewers)]
    names = [name for n, one in enumerate(slow) for name in stand_still(server, one, n)]
    ask(server, viewer, "quick")
    assert next_reply(server) == "quick"
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    viewer.send_message({"type": "ping"})
    assert server.commands.get(timeout=SECONDS) == {"type": "ping"}
    server.do(server.takes_replies.set)
    assert sorted(next_reply(server) for _ in names) == sorted(names)


def test_other_pages_of_the_viewer_go_on(server: FakeServer, viewer: Viewer) -> None:
    names = stand_still(server, viewer, 0)
    ask(server, viewer, "quick")
    assert next_reply(server) == "quick"
    server.do(server.takes_replies.set)
    assert sorted(next_reply(server) for _ in names) == sorted(names)


def test_what_was_sent_does_not_wait_for_the_dataset(server: FakeServer) -> None:
    source = MemorySource(n_cells=1_000_000)
    with Viewer(source, server=server.url_with_token) as viewer:
        server.page_is_ready(viewer.viewer_id)
        viewer.wait_for_ready(timeout=SECONDS)
        viewer.highlight_cells(np.arange(0, 1_000_000, 2))
        sent = server.commands.get(timeout=SECONDS)["cells"]["url"]
        names = stand_still(server, viewer, 0)
        ask(server, viewer, "sent", sent)
        assert next_reply(server) == "sent"
        server.do(server.takes_replies.set)
        assert sorted(next_reply(server) for _ in names) == sorted(names)
