"""The outbox: what waits is neither lost to what passes, nor sent twice, nor out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from cellucid_ext.kernel.errors import ServerGone, ServerRefused, ViewerTimeout
from cellucid_ext.kernel.outbox import MAX_WAITING_COMMANDS, Command, Outbox

PASSING = [
    ServerRefused("a proxy refused it (503 Service Unavailable)", 503, ""),
    ServerRefused("a proxy refused it (429 Too Many Requests)", 429, ""),
    ServerRefused("it sends to a login", 302, ""),
    ServerRefused("there are too many", 429, "too-many"),
    ServerGone("connection refused"),
]
LASTING = [
    ServerRefused("a command needs a short text in 'type'", 400, "bad-request"),
    ServerRefused("a proxy takes smaller bodies only", 413, ""),
]
SILENT = [
    ViewerTimeout("did not answer within 10 s"),
    ServerRefused("a proxy refused it (504 Gateway Timeout)", 504, ""),
]


class Server:
    """Takes commands, but the first with what a test says."""

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def take(self, command: Command) -> None:
        self.asked.append(command["type"])
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


async def waiting(*kinds: str) -> Outbox:
    outbox = Outbox()
    for kind in kinds:
        await outbox.send({"type": kind}, False, Server().take)
    return outbox


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def name(error: BaseException) -> str:
    return f"{type(error).__name__} {getattr(error, 'status', '')}".strip()


@pytest.mark.parametrize("why", PASSING, ids=name)
def test_what_waits_stays_for_what_passes(
    why: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    async def use() -> None:
        outbox, server = await waiting("a", "b"), Server(why)
        await outbox.flush(server.take)
        assert len(outbox) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "Commands of a viewer wait: 2, the first is 'a'. They are sent" in told
        assert str(why) in told
        await outbox.send({"type": "c"}, True, server.take)
        assert server.asked == ["a", "a", "b", "c"]
        assert not len(outbox)

    run(use())


@pytest.mark.parametrize("why", PASSING, ids=name)
def test_a_command_waits_behind_those_before_it(why: Exception) -> None:
    async def use() -> None:
        outbox, server = await waiting("a"), Server(why)
        await outbox.send({"type": "mine"}, True, server.take)
        assert len(outbox) == 2
        await outbox.flush(server.take)
        assert server.asked == ["a", "a", "mine"]

    run(use())


@pytest.mark.parametrize("why", [*PASSING, *LASTING, *SILENT], ids=name)
def test_a_command_hears_of_its_own_failure_and_is_not_kept(
    why: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    async def use() -> None:
        outbox, server = await waiting("a"), Server(None, why)
        with pytest.raises(type(why)) as caught:
            await outbox.send({"type": "mine"}, True, server.take)
        assert caught.value is why
        assert server.asked == ["a", "mine"]
        assert not len(outbox)
        assert not capsys.readouterr().err

    run(use())


@pytest.mark.parametrize("why", LASTING, ids=name)
def test_what_is_refused_for_good_holds_up_nothing(
    why: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    async def use() -> None:
        outbox, server = await waiting("a", "b"), Server(why)
        await outbox.send({"type": "mine"}, True, server.take)
        assert server.asked == ["a", "b", "mine"]
        assert f"'a', which waited for a page, was lost: {why}" in capsys.readouterr().err

    run(use())


@pytest.mark.parametrize("why", SILENT, ids=name)
def test_what_a_page_may_have_is_not_sent_again(
    why: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    async def use() -> None:
        outbox, server = await waiting("a", "b"), Server(why)
        await outbox.send({"type": "mine"}, True, server.take)
        told = capsys.readouterr().err
        assert told.count("The command 'a', which waited for a page, may be lost") == 1
        assert str(why) in told
        assert "Commands of a viewer wait: 2, the first is 'b'" in told
        await outbox.flush(server.take)
        assert server.asked == ["a", "b", "mine"]
        assert not capsys.readouterr().err

    run(use())


def test_an_interrupt_leaves_no_command_half_sent(capsys: pytest.CaptureFixture[str]) -> None:
    async def use() -> None:
        outbox, server, began = await waiting("a", "b"), Server(), asyncio.Event()

        async def hang(command: Command) -> None:
            await server.take(command)
            began.set()
            await asyncio.Event().wait()

        sending = asyncio.create_task(outbox.send({"type": "mine"}, True, hang))
        await began.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert "'a', which waited for a page, may be lost" in capsys.readouterr().err
        await outbox.flush(server.take)
        assert server.asked == ["a", "b"]

    run(use())


def test_a_full_outbox_takes_no_more_while_the_server_refuses() -> None:
    async def use() -> None:
        outbox = await waiting(*(str(n) for n in range(MAX_WAITING_COMMANDS)))
        server = Server(PASSING[0])
        with pytest.raises(Exception, match=r"256 commands wait.*'mine'"):
            await outbox.send({"type": "mine"}, True, server.take)
        assert len(outbox) == MAX_WAITING_COMMANDS
        await outbox.send({"type": "later"}, True, server.take)
        assert server.asked[-2:] == ["255", "later"]
        assert not len(outbox)

    run(use())
