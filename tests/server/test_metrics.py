"""What Prometheus is told at Jupyter's own ``/metrics``: numbers, and no ids."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import HTTPClientError

from cellucid_ext.protocol import Registration
from cellucid_ext.server.connections import Connections
from cellucid_ext.server.limits import Limits
from cellucid_ext.server.metrics import Metrics
from cellucid_ext.server.requests import Requests
from cellucid_ext.server.viewers import Registry

from .peers import DATASET, KernelPeer, Peer, kernel_line, page_line, session
from .sending import expect

Told = dict[str, float]
Ask = Callable[[], Awaitable[Told]]
GAUGES = ("cellucid_viewers", "cellucid_pages", "cellucid_kernels", "cellucid_pending_requests")
BYTES = "cellucid_session_bytes_total"


@pytest.fixture
def metrics(http_server_client: Any, jp_auth_header: Any, jp_base_url: str) -> Ask:
    """Ask the server; counters are by their name and outcome."""

    async def ask() -> Told:
        address = f"{jp_base_url}metrics"
        answer = await http_server_client.fetch(address, headers=jp_auth_header)
        families = text_string_to_metric_families(answer.body.decode())
        ours = [s for f in families for s in f.samples if s.name.startswith("cellucid_")]
        assert all(set(sample.labels) <= {"outcome"} for sample in ours)
        return {"".join([s.name, *s.labels.values()]): s.value for s in ours}

    return ask


def gauges(before: Told, after: Told) -> list[float]:
    """How many more there are."""
    return [after[name] - before[name] for name in GAUGES]


def news(before: Told, after: Told) -> Told:
    """What has changed of the counters: they are those of the process, so of all tests in it."""
    changes = {name: after[name] - before.get(name, 0) for name in set(after) - set(GAUGES)}
    return {name: change for name, change in changes.items() if change}


async def test_a_session(kernel: KernelPeer, person: Peer, metrics: Ask) -> None:
    before = await metrics()
    made = await kernel.json("POST", "viewers", DATASET, status=201)
    viewer_id = made["viewerId"]
    async with kernel_line(kernel) as line, page_line(person, viewer_id) as page:
        await line.expect("viewer_connected")
        assert gauges(before, await metrics()) == [1, 1, 1, 0]
        target = await expect(kernel, viewer_id)
        during = await metrics()
        assert gauges(before, during) == [1, 1, 1, 1]
        assert news(before, during) == {}
        body = session(5000)
        assert (await person.fetch("POST", target, body)).code == 200
        after = await metrics()
        assert gauges(before, after) == [1, 1, 1, 0]
        assert news(before, after) == {"cellucid_sessions_totalok": 1, BYTES: len(body)}
        page.drop()
        await line.expect("session_bundle")
        await line.expect("viewer_disconnected")
        assert gauges(before, await metrics()) == [1, 0, 1, 0]
        await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
        assert gauges(before, await metrics()) == [0, 0, 1, 0]


async def test_outcomes(kernel: KernelPeer, person: Peer, viewer_id: str, metrics: Ask) -> None:
    before = await metrics()
    for request_id in ("a", "b"):
        await person.fetch("POST", await expect(kernel, viewer_id, request_id), b"x" * 100)
    await expect(kernel, viewer_id, "c")
    await kernel.json("DELETE", f"viewers/{viewer_id}/requests/c", status=204)
    wanted = {"cellucid_sessions_totalnot-a-session": 2, "cellucid_sessions_totalexpired": 1}
    assert news(before, await metrics()) == wanted


async def test_strangers_are_told_nothing(http_server_client: Any, jp_base_url: str) -> None:
    with pytest.raises(HTTPClientError, match="403"):
        await http_server_client.fetch(f"{jp_base_url}metrics")


async def test_several_servers_in_one_process(viewer_id: str, metrics: Ask) -> None:
    """Their numbers add up; one that stopped counts no more."""
    before, limits = await metrics(), Limits()
    registry, connections = Registry(clock, limits), Connections(clock)
    other = Metrics(registry, connections, Requests(clock, limits, print, print))
    registry.register("k", cast(Registration, DATASET))
    assert gauges(before, await metrics()) == [1, 0, 0, 0]
    for _ in range(2):
        other.stop()
        assert gauges(before, await metrics()) == [0, 0, 0, 0]


def clock() -> float:
    return 0.0


def test_without_prometheus() -> None:
    code = """
import sys
sys.modules["prometheus_client"] = None
from cellucid_ext.server.connections import Connections
from cellucid_ext.server.limits import Limits
from cellucid_ext.server.metrics import Metrics
from cellucid_ext.server.requests import Request, Requests
from cellucid_ext.server.viewers import Registry
clock, limits = (lambda: 0.0), Limits()
requests = Requests(clock, limits, print, print)
metrics = Metrics(Registry(clock, limits), Connections(clock), requests)
metrics.captured(Request("v", "r", "k", 0.0))
print(sorted(metrics.now().values()))
metrics.stop()
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[0, 0, 0, 0]\n"
