"""Proofs of kernels that should not be believed; the kernels and their keys are real."""

from __future__ import annotations

import json
import time
from pathlib import Path

from cellucid_ext.auth import sign
from cellucid_ext.protocol import NAMESPACE

from .family import Family, require
from .http import Answer, send
from .place import Place

FAMILY = Family("proofs of kernels", quick=False)
DATASET = {"id": "faults", "name": "faults", "nCells": 1, "nVars": 1}
VIEWER = {"viewerId": "proved", "title": "faults", "height": 600, "dataset": DATASET}


class _Kernel:
    """A kernel that the server started, played with its key."""

    def __init__(self, place: Place, kernel_id: str) -> None:
        self.place = place
        self.id = kernel_id
        connection: Path = place.server.runtime / f"kernel-{kernel_id}.json"
        self.key: bytes = json.loads(connection.read_text())["key"].encode()

    def signed(
        self, method: str, path: str, body: bytes = b"", *, key: bytes = b"", late: float = 0
    ) -> dict[str, str]:
        target, now = f"/{NAMESPACE}/{path}", time.time() - late
        return sign(key or self.key, self.id, method, target, body, now)

    async def ask(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        return await send(self.place.server.port, method, f"/{NAMESPACE}/{path}", headers)


async def _kernels(place: Place) -> list[_Kernel]:
    """Start two kernels, or take those that run; the first one has a viewer."""
    running = await send(place.server.port, "GET", "/api/kernels", _token(place))
    ids = [str(kernel["id"]) for kernel in json.loads(running.body)]
    while len(ids) < 2:
        started = await send(place.server.port, "POST", "/api/kernels", _token(place), b"{}")
        require(started.status == 201, f"no kernel was started: {started.seen}")
        ids.append(str(started.document["id"]))
    first, second = (_Kernel(place, kernel_id) for kernel_id in sorted(ids)[:2])
    body = json.dumps(VIEWER).encode()
    proof = first.signed("POST", "viewers", body)
    answer = await send(place.server.port, "POST", f"/{NAMESPACE}/viewers", proof, body)
    require(answer.status == 201, answer.seen)
    return [first, second]


def _token(place: Place) -> dict[str, str]:
    return {"Authorization": f"token {place.server.token}"}


async def _good(kernel: _Kernel) -> None:
    answer = await kernel.ask("GET", "viewers/proved", kernel.signed("GET", "viewers/proved"))
    require(answer.status == 200, f"a good proof was refused: {answer.seen}")


@FAMILY.fault("a clock five minutes late", "403 bad-proof: the kernel's proof is ")
async def late(place: Place) -> str:
    kernel, _ = await _kernels(place)
    proof = kernel.signed("GET", "viewers/proved", late=300)
    answer = await kernel.ask("GET", "viewers/proved", proof)
    await _good(kernel)
    return answer.seen


@FAMILY.fault("a clock five minutes ahead", "403 bad-proof: the kernel's proof is ")
async def ahead(place: Place) -> str:
    kernel, _ = await _kernels(place)
    proof = kernel.signed("GET", "viewers/proved", late=-300)
    answer = await kernel.ask("GET", "viewers/proved", proof)
    await _good(kernel)
    return answer.seen


@FAMILY.fault("a proof used twice", "403 bad-proof: the kernel's proof was used before")
async def replayed(place: Place) -> str:
    kernel, _ = await _kernels(place)
    proof = kernel.signed("GET", "viewers/proved")
    first = await kernel.ask("GET", "viewers/proved", proof)
    require(first.status == 200, first.seen)
    return (await kernel.ask("GET", "viewers/proved", proof)).seen


@FAMILY.fault("a wrong key", "403 bad-proof: the kernel's proof does not fit: wrong key")
async def wrong_key(place: Place) -> str:
    kernel, other = await _kernels(place)
    proof = kernel.signed("GET", "viewers/proved", key=other.key)
    answer = await kernel.ask("GET", "viewers/proved", proof)
    await _good(kernel)
    return answer.seen


@FAMILY.fault("another kernel's proof", "404 no-such-viewer: there is no viewer 'proved'")
async def another_kernel(place: Place) -> str:
    kernel, other = await _kernels(place)
    for method, path in (
        ("DELETE", "viewers/proved"),
        ("GET", "viewers/proved/requests/r1"),
        ("GET", "viewers/proved/requests/r1/bundle"),
    ):
        answer = await other.ask(method, path, other.signed(method, path))
        require(answer.status == 404, f"{method} {path}: {answer.seen}")
    answer = await other.ask("GET", "viewers/proved", other.signed("GET", "viewers/proved"))
    await _good(kernel)
    return answer.seen


@FAMILY.fault("a proof for another path", "403 bad-proof: the kernel's proof does not fit")
async def another_path(place: Place) -> str:
    kernel, _ = await _kernels(place)
    answer = await kernel.ask("DELETE", "viewers/proved", kernel.signed("GET", "viewers"))
    await _good(kernel)
    return answer.seen


@FAMILY.fault("a proof for another body", "403 bad-proof: the kernel's proof does not fit")
async def another_body(place: Place) -> str:
    kernel, _ = await _kernels(place)
    path, body = "viewers/proved/requests", b'{"requestId": "r1", "ttlSeconds": 3600}'
    proof = kernel.signed("POST", path, body.replace(b"3600", b"60"))
    answer = await send(place.server.port, "POST", f"/{NAMESPACE}/{path}", proof, body)
    await _good(kernel)
    return answer.seen


@FAMILY.fault("a proof on a route for people", "403 not-authenticated: log in to this Jupyter")
async def for_people(place: Place) -> str:
    kernel, _ = await _kernels(place)
    return (await kernel.ask("GET", "health", kernel.signed("GET", "health"))).seen
