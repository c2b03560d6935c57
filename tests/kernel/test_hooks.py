"""Hooks: which events they hear, in which order, and what slow and failing ones do."""

from __future__ import annotations

import queue
import threading

import pytest

from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.errors import ViewerStopped
from cellucid_ext.kernel.events import Events
from cellucid_ext.kernel.hooks import MAX_WAITING_EVENTS, Event

from .fake_server import SECONDS, FakeServer


@pytest.mark.parametrize("kind", ["ready", "selection", "hover", "click", "command_error"])
def test_each_event_has_its_decorator(kind: str, server: FakeServer, viewer: Viewer) -> None:
    seen: queue.Queue[tuple[str, str]] = queue.Queue()
    register = getattr(viewer, f"on_{kind}")

    @register
    def hear(event: Event) -> None:
        seen.put(("one", event["type"]))

    assert callable(hear)
    viewer.on_message(lambda event: seen.put(("all", event["type"])))
    server.event(viewer.viewer_id, type="something-else")
    server.event(viewer.viewer_id, type=kind)
    got = [seen.get(timeout=SECONDS) for _ in range(3)]
    assert got == [("all", "something-else"), ("one", kind), ("all", kind)]


def test_hooks_are_taken_off(server: FakeServer, viewer: Viewer) -> None:
    seen: queue.Queue[str] = queue.Queue()

    def first(event: Event) -> None:
        seen.put(f"first {event['type']}")

    for kind in ("click", "pong", "own-type"):
        viewer.register_hook(kind, first)
    viewer.on_message(lambda event: seen.put("end") if event["type"] == "end" else None)

    def heard() -> list[str]:
        for kind in ("click", "pong", "own-type", "end"):
            server.event(viewer.viewer_id, type=kind)
        return list(iter(lambda: seen.get(timeout=SECONDS), "end"))

    assert heard() == ["first click", "first pong", "first own-type"]
    viewer.unregister_hook("click", first)
    viewer.unregister_hook("never-registered", first)
    assert heard() == ["first pong", "first own-type"]
    viewer.clear_hooks("pong")
    assert heard() == ["first own-type"]
    viewer.remove_hook(first)
    assert heard() == []
    viewer.clear_hooks()
    viewer.register_hook("end", lambda event: seen.put("end"))
    assert heard() == []


def test_a_bound_method_is_taken_off() -> None:
    class Counter:
        def __init__(self) -> None:
            self.seen: queue.Queue[Event] = queue.Queue()

        def hear(self, event: Event) -> None:
            self.seen.put(event)

    counter, events, end = Counter(), Events(), threading.Event()
    events.hooks.add("click", counter.hear)
    events.hooks.remove(counter.hear)
    events.hooks.add("click", lambda event: end.set())
    events.receive({"type": "click"})
    assert end.wait(SECONDS)
    assert counter.seen.empty()


@pytest.mark.parametrize("kind", [7, "", None])
def test_an_event_is_named_by_a_text(kind: object, viewer: Viewer) -> None:
    with pytest.raises(TypeError, match=repr(kind)):
        viewer.register_hook(kind, print)  # type: ignore[arg-type]


def test_no_hook_for_a_viewer_that_has_ended(viewer: Viewer) -> None:
    viewer.stop()
    with pytest.raises(ViewerStopped):
        viewer.on_click(print)


def test_a_slow_hook_delays_neither_the_network_nor_other_viewers(
    server: FakeServer, viewer: Viewer
) -> None:
    from .memory_source import MemorySource

    gate, entered = threading.Event(), threading.Event()
    seen: queue.Queue[str] = queue.Queue()

    def slow(event: Event) -> None:
        entered.set()
        assert gate.wait(SECONDS)

    viewer.on_selection(slow)
    viewer.on_selection(lambda event: seen.put("slow"))
    with Viewer(MemorySource(), server=server.url_with_token) as other:
        other.on_selection(lambda event: seen.put("other"))
        server.event(viewer.viewer_id, type="selection", cells=[1])
        assert entered.wait(SECONDS)
        server.event(other.viewer_id, type="selection", cells=[1])
        assert seen.get(timeout=SECONDS) == "other"
        server.page_is_ready(viewer.viewer_id)
        assert viewer.wait_for_ready(timeout=SECONDS)["n_cells"] == 10
        gate.set()
        assert seen.get(timeout=SECONDS) == "slow"


def test_of_a_moving_pointer_only_the_last_place_waits_for_a_slow_hook() -> None:
    events, seen = Events(), queue.Queue[tuple[str, int]]()
    gate, entered = threading.Event(), threading.Event()

    def hear(event: Event) -> None:
        entered.set()
        assert gate.wait(SECONDS)
        seen.put((event["type"], event["n"]))

    events.hooks.add("message", hear)
    events.receive({"type": "selection", "n": 0})
    assert entered.wait(SECONDS)
    for n in range(1, 2 * MAX_WAITING_EVENTS):
        events.receive({"type": "hover", "n": n})
    events.receive({"type": "selection", "n": -1})
    events.receive({"type": "hover", "n": -2})
    gate.set()
    last = 2 * MAX_WAITING_EVENTS - 1
    expected = [("selection", 0), ("hover", last), ("selection", -1), ("hover", -2)]
    assert [seen.get(timeout=SECONDS) for _ in range(4)] == expected


def test_events_that_are_left_out_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    events, seen = Events(), queue.Queue[int]()
    gate, entered = threading.Event(), threading.Event()

    def hear(event: Event) -> None:
        entered.set()
        assert gate.wait(SECONDS)
        seen.put(event["n"])

    events.hooks.add("click", hear)
    events.receive({"type": "click", "n": -1})
    assert entered.wait(SECONDS)
    for n in range(MAX_WAITING_EVENTS + 2):
        events.receive({"type": "click", "n": n})
    gate.set()
    got = [seen.get(timeout=SECONDS) for _ in range(MAX_WAITING_EVENTS + 1)]
    assert got == [-1, *range(2, MAX_WAITING_EVENTS + 2)]
    assert capsys.readouterr().err.count("slower than its events") == 1


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit()])
def test_whatever_a_hook_raises_the_others_run(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    events, seen = Events(), queue.Queue[int]()

    def broken(event: Event) -> None:
        raise error

    events.hooks.add("click", broken)
    events.hooks.add("click", lambda event: seen.put(event["n"]))
    for n in range(2):
        events.receive({"type": "click", "n": n})
    assert [seen.get(timeout=SECONDS) for _ in range(2)] == [0, 1]
    assert capsys.readouterr().err.count("The hook 'broken' failed on a 'click' event") == 1
