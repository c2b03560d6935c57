"""Events: cells as arrays, hooks in order and in a thread of their own, waiting."""

from __future__ import annotations

import asyncio
import base64
import queue
import threading

import numpy as np
import pytest

from cellucid_ext.kernel.background import Deadline
from cellucid_ext.kernel.cells import decode_event
from cellucid_ext.kernel.errors import ViewerStopped
from cellucid_ext.kernel.events import MAX_KEPT_TYPES, Events
from cellucid_ext.kernel.hooks import Event


def test_listed_cells_become_an_array() -> None:
    event = decode_event({"type": "selection", "cells": [1, 5, 9], "source": "lasso"}, 10)
    assert event["cells"].dtype == np.int64
    assert event["cells"].tolist() == [1, 5, 9]
    assert event["source"] == "lasso"
    assert decode_event({"type": "selection", "cells": []}, 10)["cells"].shape == (0,)


def test_packed_cells_become_an_array() -> None:
    from cellucid_ext.session.codecs import encode_cells

    cells = np.arange(0, 50_000, 3)
    packed = base64.b64encode(encode_cells(cells)).decode()
    event = {"type": "selection", "cells": {"encoding": "delta-uvarint", "data": packed}}
    decoded = decode_event(event, 50_000)["cells"]
    assert decoded.dtype == np.int64
    np.testing.assert_array_equal(decoded, cells)
    with pytest.raises(ValueError, match=r"cell|index"):
        decode_event(event, 1000)


@pytest.mark.parametrize(
    "cells",
    [
        [10],
        [-1],
        [0.5],
        [True],
        ["1"],
        "1,2",
        None,
        [10**30],
        [2**63],
        [1, [2]],
        [[1, 2]],
        {"encoding": "zip", "data": ""},
        {"encoding": "delta-uvarint"},
        {"encoding": "delta-uvarint", "data": "!"},
    ],
)
def test_bad_cells_are_refused(cells: object) -> None:
    with pytest.raises(ValueError, match="cells"):
        decode_event({"type": "selection", "cells": cells}, 10)


def test_hooks_run_in_order_off_the_callers_thread() -> None:
    events, seen = Events(), queue.Queue[tuple[str, int, int]]()
    events.hooks.add("selection", lambda e: seen.put(("a", e["n"], threading.get_ident())))
    events.hooks.add("selection", lambda e: seen.put(("b", e["n"], threading.get_ident())))
    events.hooks.add("ready", lambda e: seen.put(("no", 0, 0)))
    for n in range(50):
        events.receive({"type": "selection", "n": n})
    got = [seen.get(timeout=10) for _ in range(100)]
    assert [(name, n) for name, n, _ in got] == [(name, n) for n in range(50) for name in "ab"]
    assert len({thread for _, _, thread in got}) == 1
    assert got[0][2] != threading.get_ident()


def test_a_failing_hook_is_reported_once_and_harms_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    events, seen = Events(), queue.Queue[int]()

    def broken(event: Event) -> None:
        raise KeyError("no such column")

    events.hooks.add("selection", broken)
    events.hooks.add("selection", lambda e: seen.put(e["n"]))
    for n in range(3):
        events.receive({"type": "selection", "n": n})
    assert [seen.get(timeout=10) for _ in range(3)] == [0, 1, 2]
    told = capsys.readouterr().err
    assert told.count("KeyError: 'no such column'") == 1
    assert "in broken" in told


def test_a_removed_hook_hears_no_more() -> None:
    events, seen = Events(), queue.Queue[str]()

    def first(event: Event) -> None:
        seen.put("first")

    events.hooks.add("ready", first)
    events.hooks.remove(first)
    events.hooks.add("ready", lambda e: seen.put("second"))
    events.receive({"type": "ready"})
    assert seen.get(timeout=10) == "second"


def test_what_is_no_function_is_no_hook() -> None:
    with pytest.raises(TypeError, match="'print'"):
        Events().hooks.add("ready", "print")  # type: ignore[arg-type]


def test_state_keeps_the_last_of_each_type() -> None:
    events = Events()
    events.receive({"type": "ready", "n": 1})
    events.receive({"type": "hover", "n": 2})
    events.receive({"type": "hover", "n": 3})
    assert {kind: event["n"] for kind, event in events.last.items()} == {"ready": 1, "hover": 3}


def test_types_without_end_are_not_all_kept() -> None:
    events = Events()
    events.receive({"type": "ready", "n": 1})
    for n in range(2 * MAX_KEPT_TYPES):
        events.receive({"type": f"own-{n}"})
        events.receive({"type": "selection", "n": n})
    assert len(events.last) == MAX_KEPT_TYPES
    assert list(events.last)[-2:] == [f"own-{2 * MAX_KEPT_TYPES - 1}", "selection"]
    assert events.ready_count == 1
    assert events.last_ready == {"type": "ready", "n": 1}, "it is what waits for a page give"


def test_a_viewer_that_has_ended_has_no_pages() -> None:
    events = Events()
    events.set_pages(1)
    events.receive({"type": "ready"})
    assert events.page_is_ready
    events.end("it was stopped")
    assert (events.pages, events.page_is_ready) == (0, False)
    events.set_pages(2)
    assert events.pages == 0, "what was on its way when it ended tells nothing any more"


def test_the_end_wakes_whoever_waits() -> None:
    events, failures = Events(), queue.Queue[BaseException]()

    def wait() -> None:
        try:
            asyncio.run(events.wait_for(lambda: False, Deadline(60)))
        except ViewerStopped as error:
            failures.put(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    events.end("it was closed")
    assert "it was closed" in str(failures.get(timeout=10))
    waiting.join(10)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_timeouts_are_checked(seconds: float) -> None:
    most = f"{threading.TIMEOUT_MAX:,.0f}"
    with pytest.raises(ValueError, match=f"timeout is {seconds}; .* from 0 to {most}"):
        Deadline(seconds)


def test_showing_again_expects_a_page_once_more() -> None:
    """A capture right after it waits for the new page, and does not say that it is gone."""
    events = Events()
    events.set_pages(1)
    events.set_pages(0)
    assert events.seconds_without_page() is not None
    events.shown_again()
    assert events.seconds_without_page() is None
