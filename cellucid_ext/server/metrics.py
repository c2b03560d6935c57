"""What Prometheus is told, where Jupyter has ``/metrics``: how many of what, never of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakSet

from .connections import Connections
from .requests import Request, Requests
from .viewers import Registry

if TYPE_CHECKING:
    from prometheus_client import Metric


class Metrics:
    """The numbers of one extension, which are part of those of the process until it stops.

    Parameters
    ----------
    registry, connections, requests
        What is counted when somebody asks.

    Examples
    --------
    >>> from .limits import Limits
    >>> def clock() -> float:
    ...     return 0.0
    >>> viewers, requests = Registry(clock, Limits()), Requests(clock, Limits(), print, print)
    >>> Metrics(viewers, Connections(clock), requests).now()["cellucid_viewers"]
    0
    """

    def __init__(self, registry: Registry, connections: Connections, requests: Requests) -> None:
        self._registry = registry
        self._connections = connections
        self._requests = requests
        self._process = _process()
        self._process.extensions.add(self)

    def now(self) -> dict[str, int]:
        """Count what there is now."""
        kernels, pages = self._connections.connected()
        return {
            "cellucid_viewers": len(self._registry.of_kernel(None)),
            "cellucid_pages": pages,
            "cellucid_kernels": kernels,
            "cellucid_pending_requests": self._requests.waiting,
        }

    def captured(self, request: Request) -> None:
        """Count how a request for a session ended."""
        self._process.sessions[request.outcome] += 1
        self._process.session_bytes += request.bytes

    def stop(self) -> None:
        """Have no part any longer in what there is now; may be called twice."""
        self._process.extensions.discard(self)


class _Process:
    """What Prometheus asks: a process has one list of names, however many servers it has."""

    def __init__(self) -> None:
        self.extensions: WeakSet[Metrics] = WeakSet()
        self.sessions: Counter[str] = Counter()
        self.session_bytes = 0

    def collect(self) -> Iterator[Metric]:
        """Read it all."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        now = [extension.now() for extension in self.extensions]
        for name, text in _GAUGES.items():
            yield GaugeMetricFamily(name, text, sum(one[name] for one in now))
        told = "Sessions that kernels asked for, by how that ended"
        sessions = CounterMetricFamily("cellucid_sessions", told, labels=["outcome"])
        for outcome, count in self.sessions.items():
            sessions.add_metric([outcome], count)
        yield sessions
        told = "Bytes that came of these sessions, whole or not"
        yield CounterMetricFamily("cellucid_session_bytes", told, self.session_bytes)


_GAUGES = {
    "cellucid_viewers": "Viewers that kernels have registered",
    "cellucid_pages": "Pages of viewers that are connected",
    "cellucid_kernels": "Kernels with viewers that are connected",
    "cellucid_pending_requests": "Sessions that kernels wait for",
}


@cache
def _process() -> _Process:
    process = _Process()
    try:
        from prometheus_client import REGISTRY
    except ImportError:  # then nobody asks
        return process
    REGISTRY.register(process)
    return process
