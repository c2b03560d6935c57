"""Numbered frames: whatever is cut and resumed, each message arrives once and in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellucid_ext.protocol import (
    MAX_FRAME_BYTES,
    BacklogFull,
    FrameError,
    Numbered,
    decode_frame,
    encode_frame,
)


class Wire:
    """Two ends and what is under way between them; a cut loses all of that."""

    def __init__(self) -> None:
        self.sender, self.receiver = Numbered(), Numbered()
        self.frames: list[dict[str, Any]] = []
        self.acks: list[int] = []
        self.got: list[int] = []

    def send(self, value: int) -> None:
        self.frames.append(self.sender.add({"type": "n", "value": value}))

    def deliver(self) -> None:
        if self.frames:
            frame = self.frames.pop(0)
            if self.receiver.is_new(frame):
                self.got.append(frame["value"])
            self.acks.append(self.receiver.received)

    def acknowledge(self) -> None:
        if self.acks:
            self.sender.acknowledge(self.acks.pop(0))

    def cut_and_resume(self) -> None:
        self.acks.clear()
        self.sender.acknowledge(self.receiver.received)
        self.frames = self.sender.unacknowledged()


@given(st.lists(st.sampled_from(["send", "deliver", "acknowledge", "cut"]), max_size=80))
def test_nothing_is_lost_or_done_twice(events: list[str]) -> None:
    wire, sent = Wire(), 0
    for event in events:
        if event == "send":
            wire.send(sent)
            sent += 1
        elif event == "deliver":
            wire.deliver()
        elif event == "acknowledge":
            wire.acknowledge()
        else:
            wire.cut_and_resume()
    wire.cut_and_resume()
    while wire.frames:
        wire.deliver()
    assert wire.got == list(range(sent))


def test_a_peer_that_forgot_gets_everything_unacknowledged_from_one_on() -> None:
    end = Numbered()
    for value in range(3):
        end.add({"type": "n", "value": value})
    end.acknowledge(1)
    assert [(f["seq"], f["value"]) for f in end.restart()] == [(1, 1), (2, 2)]
    assert end.received == 0


def test_the_backlog_is_bounded() -> None:
    end = Numbered(limit=2)
    end.add({"type": "n"})
    end.add({"type": "n"})
    with pytest.raises(BacklogFull, match="2 frames wait"):
        end.add({"type": "n"})


@pytest.mark.parametrize("ack", [None, "1", 1.5, [], -1])
def test_a_nonsense_acknowledgement_forgets_nothing(ack: object) -> None:
    end = Numbered()
    end.add({"type": "n"})
    end.acknowledge(ack)
    assert len(end.unacknowledged()) == 1


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8)))
def test_frames_round_trip(rest: dict[str, Any]) -> None:
    frame = {**rest, "type": "n"}
    assert decode_frame(encode_frame(frame)) == frame


@pytest.mark.parametrize(
    "text",
    [
        *(b"{}", "", "[]", "1", "{", "{}", '{"type": 1}', '{"type": ""}'),
        "[" * 100_000,
        '{"type": "' + "x" * 65 + '"}',
    ],
)
def test_garbage_is_refused(text: str | bytes) -> None:
    with pytest.raises(FrameError):
        decode_frame(text)


def test_a_frame_has_a_largest_size() -> None:
    with pytest.raises(FrameError, match="send it over HTTP"):
        encode_frame({"type": "n", "text": "x" * MAX_FRAME_BYTES})
