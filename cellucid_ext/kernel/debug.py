"""What works between a notebook and its viewer, step by step, and what to do about the rest."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .background import Deadline
from .discovery import Place
from .errors import PageGone, ServerGone, ServerRefused, ViewerError, ViewerTimeout
from .hooks import Event
from .link import Link
from .one_line import one_line
from .shown import Shown

_PING_SECONDS: Final = 3.0

_LAST_LINES: Final = 5
_LEAST_SECONDS: Final = 1.0
_STOPPED: Final = "Restart this kernel from the notebook, then make a new viewer."

_ADVICE: Final = {
    "kernel": "Make a new viewer: run the cell that made this one again.",
    "server": (
        "Check that Jupyter still runs at this address; if it was restarted elsewhere, restart "
        "this kernel from the notebook."
    ),
    "extension": "Install cellucid-ext where that Jupyter runs, and restart it.",
    "proof": (
        "Restart this kernel from the notebook, so that it and its server know each other; where "
        "a token is used, check that it is valid and of the same user."
    ),
    "websocket": (
        "Wait a few seconds, since it reconnects by itself; if it stays closed, a proxy between "
        "kernel and server may not let websockets through."
    ),
    "viewer": "Make a new viewer: run the cell that made this one again.",
    "pages": "Run `viewer` in a cell to show it, in a notebook that is open in a browser.",
    "ping": "Bring the page's tab to the front, or reload it.",
}
_FINE: Final = "Everything works."
_TOO_SHORT: Final = (
    "The time was too short to tell: give it more, such as viewer.debug_connection(timeout=10)."
)


@dataclass(frozen=True)
class Probe:
    """One step: its name, whether it worked (None: it was not reached), how long, what was seen."""

    name: str
    ok: bool | None
    seconds: float
    verdict: str

    def __str__(self) -> str:
        mark = {True: "ok", False: "FAILED", None: "-"}[self.ok]
        verdict = one_line(self.verdict)
        return f"{self.name:<10} {mark:<7} {1000 * self.seconds:6.0f} ms  {verdict}"


@dataclass(frozen=True, repr=False)
class ConnectionReport:
    """What `Viewer.debug_connection` found.

    Attributes
    ----------
    viewer_id
        The viewer's id.
    server
        Address of the server.
    found_by
        How this kernel came to know it, such as the name of a variable.
    places
        Where it was looked for, in order, each with ``how`` and ``verdict``: why the places before
        did not answer, and which were not asked any more.
    probes
        The steps from the kernel to the page, each `Probe` with ``name``, ``ok``, ``seconds`` and
        ``verdict``.
    page
        What the page says of itself, ``{}`` where it could not be asked.
    console
        The last warnings and errors of the page's console, with time (UTC) and level; each is one
        line without control characters, and shortened.
    advice
        What to do, in one sentence.
    """

    viewer_id: str
    server: str
    found_by: str
    places: tuple[Place, ...]
    probes: tuple[Probe, ...]
    page: Event
    console: tuple[str, ...]
    advice: str

    @property
    def ok(self) -> bool:
        """Whether all works."""
        return all(probe.ok for probe in self.probes)

    @property
    def _messages(self) -> str:
        said = self.page.get("messages")
        if not isinstance(said, list) or not said:
            return "no messages"
        texts = [one.get("text", one) if isinstance(one, dict) else one for one in said]
        return f"messages: {[one_line(text) for text in texts[-_LAST_LINES:]]}"

    def __repr__(self) -> str:
        lines = [
            f"Viewer {self.viewer_id} at {self.server} (found by {self.found_by})",
            *(f"  looked at {place}" for place in self.places),
            *(f"  {probe}" for probe in self.probes),
        ]
        if self.page:
            lines.append(f"  page: version {one_line(self.page.get('version'))}, {self._messages}")
        lines += [f"  console: {line}" for line in self.console]
        lines.append(self.advice)
        return "\n".join(lines)


def debug(shown: Shown, link: Link, timeout: float) -> ConnectionReport:
    """Try every step, for `timeout` seconds at most; never raises what a step does."""
    trial = _Trial(shown, link, Deadline(timeout))
    began = time.monotonic()
    try:
        link.run(trial.run(), timeout, "the steps")
    except ViewerError as error:
        if not (isinstance(error, ViewerTimeout) and trial.blames_the_time()):
            trial.stopped(time.monotonic() - began, f"the link does not run: {error}")
    return trial.report()


def _line(said: object) -> str:
    if not isinstance(said, dict):
        return one_line(said)
    stamp = said.get("ts")
    when = ""
    if isinstance(stamp, int | float):
        with contextlib.suppress(ValueError, OverflowError, OSError):
            when = f"{datetime.fromtimestamp(stamp / 1000, UTC):%H:%M:%S} "
    return f"{when}{one_line(said.get('level'))}: {one_line(said.get('message'))}"


class _Failed(Exception):  # noqa: N818
    """A step did not work; the message says why."""


class _Trial:
    def __init__(self, shown: Shown, link: Link, deadline: Deadline) -> None:
        self._shown = shown
        self._link = link
        self._deadline = deadline
        self._probes: dict[str, Probe] = {}
        self._page: Event = {}
        self._advice = _ADVICE

    def note(self, name: str, ok: bool | None, seconds: float, verdict: str) -> None:
        self._probes[name] = Probe(name, ok, seconds, verdict)

    def stopped(self, seconds: float, verdict: str) -> None:
        self.note("kernel", False, seconds, verdict)
        self._advice = {**_ADVICE, "kernel": _STOPPED}

    def blames_the_time(self) -> bool:
        """Advise more time, if that given was so short that it tells nothing of the steps."""
        short = self._deadline.seconds < _LEAST_SECONDS
        if short:
            self._advice = dict.fromkeys(_ADVICE, _TOO_SHORT)
        return short

    def report(self) -> ConnectionReport:
        for name in _ADVICE:
            if name not in self._probes:
                self.note(name, None, 0, "not reached")
        probes = tuple(self._probes[name] for name in _ADVICE)
        bad = next((probe.name for probe in probes if not probe.ok), None)
        advice = _FINE if bad is None else self._advice[bad]
        link = self._link
        return ConnectionReport(
            viewer_id=self._shown.id,
            server=link.url,
            found_by=link.how,
            places=link.places,
            probes=probes,
            page=self._page,
            console=self._console(),
            advice=advice,
        )

    def _console(self) -> tuple[str, ...]:
        lines = self._page.get("console")
        if not isinstance(lines, list):
            # A page that does not answer may have said before what is wrong with it.
            last = self._shown.events.last.get("console")
            lines = [] if last is None else [last]
        return tuple(_line(line) for line in lines[-_LAST_LINES:])

    async def run(self) -> None:
        ended = self._shown.events.ended
        verdict = f"the viewer has ended: {ended}" if ended else "the link of this kernel runs"
        self.note("kernel", not ended, 0, verdict)
        # A little earlier than who waits for this, so that what was found is not lost.
        with contextlib.suppress(_Failed, TimeoutError):
            async with asyncio.timeout(0.9 * self._deadline.left):
                await self._try("server", self._server)
                await self._try("websocket", self._websocket)
                await self._try("viewer", self._viewer)
                await self._try("ping", self._ping)

    async def _try(self, name: str, step: Callable[[], Awaitable[str]]) -> None:
        began = time.monotonic()
        try:
            verdict = await step()
        except _Failed:
            raise
        except Exception as error:
            # Whatever is broken, the report is what is wanted.
            told = str(error) if isinstance(error, ViewerError) else repr(error)
            self.note(name, False, time.monotonic() - began, told)
            raise _Failed from None
        except asyncio.CancelledError:
            self.blames_the_time()
            self.note(name, False, time.monotonic() - began, "no answer in the time given")
            raise
        self.note(name, True, time.monotonic() - began, verdict)

    async def _server(self) -> str:
        # One question tells three things, since only who is there can refuse.
        url, began = self._link.url, time.monotonic()
        try:
            info = await self._ask("GET", "info")
        except ServerRefused as error:
            if error.status >= 500:
                raise
            seconds = time.monotonic() - began
            self.note("server", True, seconds, f"{url} answers")
            there = bool(error.code) or error.status != 404
            self.note("extension", there, seconds, "there" if there else str(error))
            if there:
                self.note("proof", False, seconds, str(error))
            raise _Failed from None
        seconds = time.monotonic() - began
        self.note("extension", True, seconds, f"version {info.get('version')}")
        self.note("proof", True, seconds, "accepted")
        return f"{url} answers"

    async def _websocket(self) -> str:
        if not self._link.connected:
            raise ServerGone(self._link.problem)
        return "open"

    async def _viewer(self) -> str:
        began = time.monotonic()
        pages = int((await self._ask("GET", f"viewers/{self._shown.id}")).get("pages", 0))
        seconds = time.monotonic() - began
        self.note("pages", pages > 0, seconds, f"{pages} open in browsers")
        if not pages:
            self.note("viewer", True, seconds, "the server knows it")
            raise _Failed
        return "the server knows it"

    async def _ping(self) -> str:
        await self._answer_of_page("ping")
        with contextlib.suppress(ViewerError):
            answer = await self._answer_of_page("debug_snapshot")
            # A page that has no such command says so under the same id.
            if answer["type"] == "debug_snapshot":
                self._page = answer
        return "the page answers"

    async def _answer_of_page(self, kind: str) -> Event:
        request_id, deadline = secrets.token_hex(8), Deadline(_PING_SECONDS)
        events, path = self._shown.events, f"viewers/{self._shown.id}/commands"
        with events.watch("message") as seen:
            await self._ask("POST", path, {"type": kind, "requestId": request_id})
            while await events.wait_for(lambda: bool(seen), deadline):
                event = seen.popleft()
                if event.get("requestId") == request_id:
                    return event
        raise PageGone(f"no answer to {kind} within {_PING_SECONDS:g} s")

    async def _ask(self, method: str, path: str, body: Event | None = None) -> Event:
        return await self._link.ask(method, path, body, seconds=max(0.1, self._deadline.left))
