"""What becomes of viewers and requests, with a clock of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cellucid_ext.protocol import MAX_PENDING_REQUESTS, MAX_VIEWERS_PER_KERNEL
from cellucid_ext.server.errors import (
    AlreadyClaimed,
    BadRequest,
    CutShort,
    Expired,
    NoPendingRequest,
    NoSuchViewer,
    NotReady,
    Refused,
    TooMany,
)
from cellucid_ext.server.limits import Limits
from cellucid_ext.server.requests import READY_SECONDS, REMEMBER_SECONDS, Request, Requests
from cellucid_ext.server.viewers import VIEWER_SECONDS, Registry, Viewer

from .peers import DATASET

FILE = Path("session")


class World:
    """Viewers and requests with a clock, what ended of them, and the files that were dropped."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.dropped: list[Path] = []
        self.ended: list[Request] = []
        clock, limits = lambda: self.now, Limits()
        self.registry = Registry(clock, limits)
        self.requests = Requests(clock, limits, self.dropped.append, self.ended.append)

    def viewer(self, kernel_id: str = "k1", **more: Any) -> Viewer:
        return self.registry.register(kernel_id, {**DATASET, **more})  # type: ignore[typeddict-item]


@pytest.fixture
def world() -> World:
    return World()


def test_one_request_from_beginning_to_end(world: World) -> None:
    requests, viewer = world.requests, world.viewer()
    request = requests.expect(viewer, "r1", 60)
    assert request.describe() == {"state": "pending", "bytes": 0}
    with pytest.raises(NotReady):
        requests.file_of(request)
    assert requests.claim(viewer.viewer_id, "r1") is request
    requests.ready(request, FILE, 10, "abc")
    assert request.describe() == {"state": "ready", "bytes": 10, "sha256": "abc"}
    assert requests.file_of(request) == FILE
    requests.consumed(request)
    requests.consumed(request)
    assert world.dropped == [FILE]
    with pytest.raises(Expired):
        requests.file_of(request)
    with pytest.raises(AlreadyClaimed):
        requests.claim(viewer.viewer_id, "r1")


def test_only_one_upload_claims_a_request(world: World) -> None:
    viewer = world.viewer()
    world.requests.expect(viewer, "r1", 60)
    world.requests.claim(viewer.viewer_id, "r1")
    with pytest.raises(AlreadyClaimed):
        world.requests.claim(viewer.viewer_id, "r1")


def test_unknown_request(world: World) -> None:
    viewer = world.viewer()
    for pair in ((viewer.viewer_id, "r1"), ("nobody", "r1"), ("", "")):
        with pytest.raises(NoPendingRequest, match="No pending session bundle request"):
            world.requests.claim(*pair)


def test_request_dies_at_its_time(world: World) -> None:
    viewer = world.viewer()
    request = world.requests.expect(viewer, "r1", 60)
    world.now += 59
    assert world.requests.find(viewer.viewer_id, "r1").state == "pending"
    world.now += 1
    with pytest.raises(Expired):
        world.requests.claim(viewer.viewer_id, "r1")
    assert request.describe()["error"]["code"] == "expired"


def test_sweep_does_the_same(world: World) -> None:
    request = world.requests.expect(world.viewer(), "r1", 60)
    seen: list[str] = []
    request.watchers.add(lambda: seen.append(request.state))
    world.now += 60
    world.requests.sweep()
    assert seen == ["expired"]


def test_upload_may_outlast_the_request(world: World) -> None:
    viewer = world.viewer()
    request = world.requests.expect(viewer, "r1", 60)
    world.requests.claim(viewer.viewer_id, "r1")
    world.now += 61
    world.requests.sweep()
    world.requests.ready(request, FILE, 10, "abc")
    assert world.requests.file_of(request) == FILE


def test_file_that_nobody_fetches(world: World) -> None:
    viewer = world.viewer()
    request = world.requests.expect(viewer, "r1", 60)
    world.requests.claim(viewer.viewer_id, "r1")
    world.requests.ready(request, FILE, 10, "abc")
    world.now += READY_SECONDS - 1
    world.requests.sweep()
    assert world.dropped == []
    world.now += 1
    world.requests.sweep()
    assert world.dropped == [FILE]
    assert request.state == "expired"


def test_forgotten_in_the_end(world: World) -> None:
    viewer = world.viewer()
    world.requests.expect(viewer, "r1", 60)
    world.now += 60
    world.requests.sweep()
    world.now += REMEMBER_SECONDS
    world.requests.sweep()
    with pytest.raises(NoPendingRequest):
        world.requests.claim(viewer.viewer_id, "r1")


def test_failed_upload(world: World) -> None:
    viewer = world.viewer()
    request = world.requests.expect(viewer, "r1", 60)
    world.requests.claim(viewer.viewer_id, "r1")
    assert world.requests.fail(request, CutShort("cut")) is True
    assert world.requests.fail(request, CutShort("again")) is False
    assert request.describe()["error"] == {"message": "cut", "code": "cut-short"}
    with pytest.raises(AlreadyClaimed):
        world.requests.claim(viewer.viewer_id, "r1")
    with pytest.raises(Expired, match="cut"):
        world.requests.file_of(request)


def test_cancelled_while_receiving(world: World) -> None:
    viewer = world.viewer()
    request = world.requests.expect(viewer, "r1", 60)
    world.requests.claim(viewer.viewer_id, "r1")
    world.requests.cancel(request)
    with pytest.raises(Expired, match="cancelled"):
        world.requests.ready(request, FILE, 10, "abc")
    assert request.path is None


def test_removed_viewer_ends_its_requests_only(world: World) -> None:
    mine, other = world.viewer(), world.viewer()
    request, kept = (world.requests.expect(v, "r1", 60) for v in (mine, other))
    world.requests.claim(mine.viewer_id, "r1")
    world.requests.ready(request, FILE, 10, "abc")
    for _ in range(2):
        world.registry.remove(mine)
        world.requests.end_viewer(mine.viewer_id)
    assert world.dropped == [FILE]
    assert (request.state, kept.state) == ("expired", "pending")
    with pytest.raises(NoSuchViewer):
        world.registry.get(mine.viewer_id)


def test_another_kernels_viewer_is_not_there(world: World) -> None:
    viewer = world.viewer("k1")
    assert world.registry.get(viewer.viewer_id, "k1") is viewer
    with pytest.raises(NoSuchViewer):
        world.registry.get(viewer.viewer_id, "k2")
    with pytest.raises(NoSuchViewer):
        world.viewer("k2", viewerId=viewer.viewer_id)
    assert world.registry.of_kernel("k2") == []
    assert world.registry.of_kernel(None) == [viewer]


def test_registered_again(world: World) -> None:
    first = world.viewer()
    again = world.viewer(viewerId=first.viewer_id, height=300)
    assert (again.token, again.created, again.height) == (first.token, first.created, 300)
    assert world.registry.of_kernel("k1") == [again]


def test_viewer_that_nobody_uses(world: World) -> None:
    used, unused = world.viewer(), world.viewer()
    world.now += VIEWER_SECONDS - 1
    world.registry.get(used.viewer_id)
    world.now += 1
    assert world.registry.unused() == [unused]


def test_limits(world: World) -> None:
    viewers = [world.viewer() for _ in range(MAX_VIEWERS_PER_KERNEL)]
    with pytest.raises(TooMany):
        world.viewer()
    world.viewer("k2")
    for number in range(MAX_PENDING_REQUESTS):
        request = world.requests.expect(viewers[0], f"r{number}", 60)
    with pytest.raises(TooMany):
        world.requests.expect(viewers[1], "more", 60)
    world.requests.cancel(request)
    world.requests.expect(viewers[1], "more", 60)


@pytest.mark.parametrize("request_id", ["", "a/b", "é", "x" * 65, None, 1, "a\n"])
def test_bad_request_ids(world: World, request_id: Any) -> None:
    with pytest.raises(BadRequest):
        world.requests.expect(world.viewer(), request_id, 60)


@pytest.mark.parametrize("ttl", [0, 0.5, 3601, -1, "60", None, True, float("nan"), float("inf")])
def test_bad_times(world: World, ttl: Any) -> None:
    with pytest.raises(BadRequest):
        world.requests.expect(world.viewer(), "r1", ttl)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("viewerId", ""),
        ("viewerId", "a b"),
        ("viewerId", 7),
        ("title", None),
        ("title", "x" * 1001),
        ("height", "600"),
        ("height", 0),
        ("height", True),
        ("dataset", None),
        ("dataset", {}),
        ("dataset", {**DATASET["dataset"], "nCells": -1}),
        ("dataset", {**DATASET["dataset"], "nVars": 1.5}),
        ("dataset", {**DATASET["dataset"], "id": 1}),
    ],
)
def test_bad_registrations(world: World, field: str, value: Any) -> None:
    with pytest.raises(BadRequest):
        world.viewer(**{field: value})
    assert world.registry.of_kernel(None) == []


def test_only_what_is_known_of_a_dataset_is_kept(world: World) -> None:
    viewer = world.viewer(dataset={**DATASET["dataset"], "secret": 1})
    assert viewer.dataset == DATASET["dataset"]


class Life(RuleBasedStateMachine):
    """Whatever happens in whatever order, files are dropped once, and no state is left again."""

    names = st.sampled_from(["a", "b", "c"])

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.requests = self.world.requests
        self.viewer = self.world.viewer()
        self.files = 0
        self.ends: dict[int, str] = {}
        self.made: list[Request] = []

    @rule(name=names, ttl=st.sampled_from([1, 60, 3600]))
    def expect(self, name: str, ttl: float) -> None:
        try:
            self.made.append(self.requests.expect(self.viewer, name, ttl))
        except AlreadyClaimed:
            assert self.requests.find(self.viewer.viewer_id, name)

    @rule(name=names, what=st.sampled_from(["claim", "ready", "fail", "cancel", "consume"]))
    def act(self, name: str, what: str) -> None:
        try:
            request = self.requests.find(self.viewer.viewer_id, name)
            if what == "claim":
                self.requests.claim(self.viewer.viewer_id, name)
            elif what == "ready":
                path = Path(str(self.files))
                self.requests.ready(request, path, 1, "x")
                self.files += 1
            elif what == "fail":
                self.requests.fail(request, CutShort("cut"))
            elif what == "cancel":
                self.requests.cancel(request)
            else:
                self.requests.file_of(request)
                self.requests.consumed(request)
        except Refused:
            return

    @rule(seconds=st.sampled_from([0.5, 30, 700, 4000]))
    def wait(self, seconds: float) -> None:
        self.world.now += seconds
        self.requests.sweep()

    @invariant()
    def files_are_kept_or_dropped_once(self) -> None:
        kept = [r.path for r in self.made if r.path is not None]
        assert sorted(map(str, kept + self.world.dropped)) == sorted(map(str, range(self.files)))

    @invariant()
    def ends_are_final(self) -> None:
        for number, request in enumerate(self.made):
            if request.state in ("failed", "expired"):
                assert self.ends.setdefault(number, request.state) == request.state
            else:
                assert number not in self.ends

    @invariant()
    def each_end_is_told_once(self) -> None:
        finished = [request for request in self.made if request.finished]
        assert sorted(map(id, finished)) == sorted(map(id, self.world.ended))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=50, stateful_step_count=30)
