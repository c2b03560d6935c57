"""Commands: what is sent, what is refused before, and what waits for a page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.kernel import Viewer, ViewerError
from cellucid_ext.kernel.errors import ServerGone, ServerRefused, ViewerStopped
from cellucid_ext.kernel.names import Names
from cellucid_ext.kernel.outbox import MAX_WAITING_COMMANDS
from cellucid_ext.session.codecs import encode_names

from .fake_server import SECONDS, FakeServer
from .memory_source import MemorySource

NAMES = [f"cell-{n}" for n in range(998)] + ["twin", "twin"]
FILES = {
    "obs_names.txt": encode_names(NAMES),
    "obs_manifest.json": b'{"_continuousFields": [["n_genes"], ["CD14"]],'
    b' "_categoricalFields": [["leiden", ["0", "1"], "uint8", 255, {}]]}',
    "var_manifest.json": b'{"fields": [["CD14"], ["CD8A"]]}',
}


@pytest.fixture
def source() -> MemorySource:
    return MemorySource(files=FILES)


@pytest.fixture
def shown(server: FakeServer, viewer: Viewer) -> Viewer:
    """Give a viewer whose page is ready."""
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    return viewer


def sent(server: FakeServer) -> dict[str, Any]:
    return server.commands.get(timeout=SECONDS)


def nothing_was_sent(server: FakeServer, viewer: Viewer) -> bool:
    """Whether no command is before one that is sent now."""
    viewer.send_message({"type": "marker"})
    return sent(server) == {"type": "marker"}


@pytest.mark.parametrize(
    "cells",
    [
        [8, 3, 5, 3],
        (3, 5, 8),
        np.array([3, 5, 8], dtype="uint16"),
        pd.Series([3, 5, 8], index=list("abc")),
        pd.Index(["cell-8", "cell-5", "cell-3"]),
        ["cell-3", "cell-5", "cell-8"],
        pd.Series(pd.Categorical(["cell-3", "cell-5", "cell-8"])),
        np.isin(np.arange(1000), [3, 5, 8]),
        pd.Series(np.isin(np.arange(1000), [3, 5, 8]), dtype="boolean"),
        [n in (3, 5, 8) for n in range(1000)],
    ],
    ids=lambda cells: type(cells).__name__,
)
def test_cells_however_they_are_given(cells: Any, server: FakeServer, shown: Viewer) -> None:
    shown.highlight_cells(cells)
    assert sent(server) == {"type": "highlight", "cells": [3, 5, 8]}


def test_the_color_goes_along(server: FakeServer, shown: Viewer) -> None:
    shown.highlight_cells([1], color="#d62728")
    assert sent(server) == {"type": "highlight", "cells": [1], "color": "#d62728"}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([1, 1000], "1000 is no index"),
        ([-1], "-1 is no index"),
        ([10**30], "1000000000"),
        ([True, False], "2 bools"),
        ([0.5], "0.5"),
        (["cell-1", "cell-x"], "'cell-x'"),
        (["twin"], "'twin' stands twice"),
        ([1, None], "object"),
        ([[1, 2]], r"shape \(1, 2\)"),
        (5, r"shape \(\)"),
        ([], "no cells"),
        (np.zeros(1000, bool), "no cells"),
    ],
)
def test_what_names_no_cells_is_refused(
    cells: Any, words: str, server: FakeServer, shown: Viewer
) -> None:
    with pytest.raises(ValueError, match=words):
        shown.highlight_cells(cells)
    assert nothing_was_sent(server, shown)


@pytest.mark.parametrize("color", ["red", "#12345", "#gggggg", 7])
def test_what_is_no_color_is_refused(color: Any, server: FakeServer, shown: Viewer) -> None:
    with pytest.raises(ValueError, match="color is"):
        shown.highlight_cells([1], color=color)
    assert nothing_was_sent(server, shown)


def test_names_of_a_dataset_without_names() -> None:
    with pytest.raises(ValueError, match="no names of cells"):
        Names(MemorySource(files={})).cells(["a"])


@given(st.sets(st.integers(0, 49), min_size=1))
def test_indices_masks_and_names_mean_the_same(cells: set[int]) -> None:
    files = {"obs_names.txt": encode_names([f"é {n}" for n in range(50)])}
    names = Names(MemorySource(n_cells=50, files=files))
    expected = np.array(sorted(cells))
    mask = np.isin(np.arange(50), expected)
    for given_as in (expected[::-1], mask, [f"é {n}" for n in cells]):
        found = names.cells(given_as)
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found, expected)


def test_a_mask_with_gaps_is_refused(server: FakeServer, shown: Viewer) -> None:
    mask = pd.Series([True, None] * 500, dtype="boolean")
    with pytest.raises(ValueError, match="missing values"):
        shown.highlight_cells(mask)
    assert nothing_was_sent(server, shown)


@pytest.mark.parametrize("cells", [[8, 3], np.isin(np.arange(1000), [3, 8]), ["cell-3", "cell-8"]])
def test_visibility_of_some_cells(cells: Any, server: FakeServer, shown: Viewer) -> None:
    shown.set_visibility(cells, False)
    assert sent(server) == {"type": "setVisibility", "cells": [3, 8], "visible": False}
    shown.set_visibility(cells)
    assert sent(server) == {"type": "setVisibility", "cells": [3, 8], "visible": True}


def test_visibility_of_all_cells(server: FakeServer, shown: Viewer) -> None:
    shown.set_visibility(visible=False)
    assert sent(server) == {"type": "setVisibility", "cells": None, "visible": False}
    shown.set_visibility()
    assert sent(server) == {"type": "setVisibility", "cells": None, "visible": True}


@pytest.mark.parametrize(
    ("cells", "visible", "error", "words"),
    [
        ([1000], True, ValueError, "1000 is no index"),
        ([], False, ValueError, "no cells"),
        (None, "no", TypeError, "visible is 'no'"),
        ([1], 1, TypeError, "visible is 1"),
    ],
)
def test_what_can_not_be_shown_or_hidden_is_refused(
    cells: Any,
    visible: Any,
    error: type[Exception],
    words: str,
    server: FakeServer,
    shown: Viewer,
) -> None:
    with pytest.raises(error, match=words):
        shown.set_visibility(cells, visible)
    assert nothing_was_sent(server, shown)


@pytest.mark.parametrize(
    ("field", "among", "expected"),
    [
        ("leiden", None, "obs"),
        ("n_genes", "obs", "obs"),
        ("CD8A", None, "var"),
        ("CD14", None, "obs"),
        ("CD14", "var", "var"),
    ],
)
def test_color_by(
    field: str, among: str | None, expected: str, server: FakeServer, shown: Viewer
) -> None:
    shown.set_color_by(field, among)
    assert sent(server) == {"type": "setColorBy", "field": field, "source": expected}


@pytest.mark.parametrize(
    ("field", "among", "words"),
    [
        ("leidne", None, "'leidne' is no column of obs or gene.*'leiden'"),
        ("CD8A", "obs", "'CD8A' is no column of obs"),
        ("leiden", "var", "'leiden' is no gene"),
        ("leiden", "uns", "source is 'uns'"),
        (7, None, "7 is no column"),
    ],
)
def test_unknown_fields_are_refused(
    field: Any, among: str | None, words: str, server: FakeServer, shown: Viewer
) -> None:
    with pytest.raises(ValueError, match=words):
        shown.set_color_by(field, among)
    assert nothing_was_sent(server, shown)


def test_the_other_commands(server: FakeServer, shown: Viewer) -> None:
    shown.set_color_by(None)
    shown.clear_highlights()
    shown.reset_view()
    shown.send_message({"type": "own", "x": [1, None]})
    assert [sent(server) for _ in range(4)] == [
        {"type": "setColorBy", "field": None},
        {"type": "clearHighlights"},
        {"type": "resetCamera"},
        {"type": "own", "x": [1, None]},
    ]


@pytest.mark.parametrize(
    ("message", "error", "words"),
    [
        ({"kind": "x"}, TypeError, "'type'"),
        ({"type": "x" * 65}, TypeError, "short text"),
        ("resetCamera", TypeError, "'resetCamera'"),
        ({"type": "x", "array": np.zeros(3)}, TypeError, "'x' can't be sent.*ndarray"),
        ({"type": "x", "n": float("nan")}, ValueError, "'x' can't be sent"),
        ({"type": "x", "text": "é" * 2**19}, ValueError, "bytes"),
    ],
)
def test_what_is_no_command_is_refused(
    message: Any, error: type[Exception], words: str, server: FakeServer, shown: Viewer
) -> None:
    with pytest.raises(error, match=words):
        shown.send_message(message)
    assert nothing_was_sent(server, shown)


# Before there is a page.


def test_commands_wait_for_a_page(server: FakeServer, viewer: Viewer) -> None:
    viewer.set_color_by("leiden")
    viewer.highlight_cells([1, 2])
    assert viewer.state.waiting_commands == 2
    server.page_is_ready(viewer.viewer_id)
    assert [sent(server)["type"] for _ in range(2)] == ["setColorBy", "highlight"]
    viewer.reset_view()
    assert sent(server) == {"type": "resetCamera"}


def test_no_more_wait_than_may(server: FakeServer, viewer: Viewer) -> None:
    for n in range(MAX_WAITING_COMMANDS):
        viewer.send_message({"type": "own", "n": n})
    with pytest.raises(ViewerError, match=r"256 commands wait.*'one-more'.*run"):
        viewer.send_message({"type": "one-more"})
    server.page_is_ready(viewer.viewer_id)
    assert [sent(server)["n"] for _ in range(MAX_WAITING_COMMANDS)] == list(range(256))
    assert nothing_was_sent(server, viewer)


def test_a_page_that_went_this_moment_gets_them_when_it_is_back(
    server: FakeServer, shown: Viewer
) -> None:
    server.refuse_commands = (409, "no-browser")
    shown.reset_view()
    server.refuse_commands = None
    server.pages(shown.viewer_id, 0)
    server.pages(shown.viewer_id, 1)
    assert sent(server) == {"type": "resetCamera"}


def test_a_proxy_that_refuses_for_a_moment_loses_no_command(
    server: FakeServer, viewer: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer.set_color_by("leiden")
    server.refuse_commands = (503, "")
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    viewer.highlight_cells([1])
    assert viewer.state.waiting_commands == 2
    assert "Commands of a viewer wait: 2, the first is 'setColorBy'" in capsys.readouterr().err
    server.refuse_commands = None
    viewer.reset_view()
    kinds = [sent(server)["type"] for _ in range(3)]
    assert kinds == ["setColorBy", "highlight", "resetCamera"]
    assert viewer.state.waiting_commands == 0


def test_what_waits_is_sent_when_the_connection_is_back(server: FakeServer, viewer: Viewer) -> None:
    viewer.set_color_by("leiden")
    server.refuse_commands = (503, "")
    server.page_is_ready(viewer.viewer_id)
    viewer.wait_for_ready(timeout=SECONDS)
    viewer.highlight_cells([1])
    server.refuse_commands = None
    server.drop()
    assert [sent(server)["type"] for _ in range(2)] == ["setColorBy", "highlight"]


def test_a_refused_command_says_so(server: FakeServer, shown: Viewer) -> None:
    server.forget_viewers = True
    with pytest.raises(ServerRefused, match="no such viewer"):
        shown.reset_view()


def test_a_server_that_is_gone_says_so(server: FakeServer, shown: Viewer) -> None:
    server.stop()
    with pytest.raises(ServerGone, match="does not answer"):
        shown.reset_view()
    server.start()


def test_no_command_to_a_viewer_that_has_ended(viewer: Viewer) -> None:
    viewer.stop()
    with pytest.raises(ViewerStopped):
        viewer.reset_view()
