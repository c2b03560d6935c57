"""What administrators may know: events with ids and sizes, and a log without secrets or data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cellucid_ext.auth import PROOF_HEADER
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.journal import SCHEMA, SCHEMA_ID

from .peers import DATASET, KernelPeer, Line, Peer, kernel_line, page_line, session
from .sending import begin_upload, expect, reach

Heard = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def heard(jp_serverapp: Any) -> Heard:
    """Everything of ours that a handler of the server's event logger was given."""
    text = io.StringIO()
    jp_serverapp.event_logger.register_handler(logging.StreamHandler(text))

    def ours() -> list[dict[str, Any]]:
        events = map(json.loads, text.getvalue().splitlines())
        return [
            {key: value for key, value in event.items() if not key.startswith("__")}
            for event in events
            if event["__schema__"] == SCHEMA_ID
        ]

    return ours


def test_schema_is_public_and_of_no_person() -> None:
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    assert schema["$id"] == SCHEMA_ID
    assert SCHEMA_ID.endswith("session_bundle/v1")
    assert schema["personal-data"] is False
    fields = {"action", "viewer_id", "kernel_id", "request_id", "outcome", "bytes"}
    assert set(schema["properties"]) == fields


async def test_viewer_opened(
    kernel: KernelPeer, person: Peer, viewer_id: str, heard: Heard
) -> None:
    """Once for each page, not again when it comes back."""
    opened = {
        "action": "viewer_opened",
        "viewer_id": viewer_id,
        "kernel_id": kernel.kernel_id,
    }
    async with page_line(person, viewer_id) as page:
        assert heard() == [opened]
        page.drop()
        assert (await page.open())["resumed"] is True
        assert heard() == [opened]
        async with page_line(person, viewer_id):
            assert heard() == [opened, opened]


async def test_session_captured(
    kernel: KernelPeer, person: Peer, viewer_id: str, heard: Heard
) -> None:
    body = session(5000)
    await person.fetch("POST", await expect(kernel, viewer_id), body)
    await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
    await kernel.json("DELETE", f"viewers/{viewer_id}", status=204)
    assert heard() == [
        {
            "action": "session_captured",
            "viewer_id": viewer_id,
            "kernel_id": kernel.kernel_id,
            "request_id": "r1",
            "outcome": "ok",
            "bytes": len(body),
        }
    ]


async def test_session_not_captured(
    kernel: KernelPeer, person: Peer, viewer_id: str, heard: Heard
) -> None:
    await person.fetch("POST", await expect(kernel, viewer_id, "wrong"), b"x" * 100)
    stream = await begin_upload(person, await expect(kernel, viewer_id, "cut"), 5000)
    await stream.write(session()[:70])
    await reach(kernel, f"viewers/{viewer_id}/requests/cut", "receiving", 70)
    stream.close()
    await reach(kernel, f"viewers/{viewer_id}/requests/cut", "failed")
    await expect(kernel, viewer_id, "cancelled")
    await kernel.json("DELETE", f"viewers/{viewer_id}/requests/cancelled", status=204)
    ends = [(event["request_id"], event["outcome"], event["bytes"]) for event in heard()]
    assert ends == [
        ("wrong", "not-a-session", 0),
        ("cut", "cut-short", 70),
        ("cancelled", "expired", 0),
    ]


async def whole_story(kernel: KernelPeer, person: Peer, line: Line, secret: str) -> list[str]:
    """Do all there is to do with a viewer that holds a secret; returns what must stay unknown."""
    dataset = {**DATASET["dataset"], "name": secret, "id": secret}
    about = {"title": secret, "height": 600, "dataset": dataset}
    made = await kernel.json("POST", "viewers", about, status=201)
    viewer_id = made["viewerId"]
    async with page_line(person, viewer_id) as page:
        await line.expect("viewer_connected")
        command = {"type": "highlight", "cells": [secret]}
        await kernel.json("POST", f"viewers/{viewer_id}/commands", command, status=202)
        await page.expect("highlight")
        await page.send({"type": "selection", "cells": [secret]})
        await line.expect("event")
        large = {"viewerId": viewer_id, "type": "selection", "cells": [secret] * 100_000}
        await person.json("POST", "events", large)
        stored = await line.expect("event_stored")
        await kernel.json("GET", f"viewers/{viewer_id}/events/{stored['eventId']}")
        whole = session().replace(b'"label": "bytes"', f'"label": "{secret}"'.encode())
        for request_id, body in (("wrong", secret.encode()), ("damaged", whole), ("r1", session())):
            await person.fetch("POST", await expect(kernel, viewer_id, request_id), body)
            await line.expect("session_bundle")
        await kernel.fetch("GET", f"viewers/{viewer_id}/requests/r1/bundle")
        await kernel.json("POST", f"viewers/{viewer_id}/commands", {"x": secret}, status=400)
    return [made["viewerToken"]]


async def test_log_holds_ids_but_neither_secrets_nor_data(
    kernel: KernelPeer,
    person: Peer,
    heard: Heard,
    extension: CellucidExtension,
    jp_auth_header: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret, proofs = "ACGTACGT-cell-of-a-patient", []
    sign = kernel.signed

    def signed(*given: Any) -> dict[str, str]:
        headers = sign(*given)
        proofs.append(headers[PROOF_HEADER])
        return headers

    monkeypatch.setattr(kernel, "signed", signed)
    caplog.set_level(logging.DEBUG)
    for log in (extension.log, extension.serverapp.log):
        log.setLevel(logging.DEBUG)
    async with kernel_line(kernel) as line:
        hidden = await whole_story(kernel, person, line, secret)
    hidden += [secret, kernel.key.decode(), jp_auth_header["Authorization"].split()[1], *proofs]
    assert len(proofs) > 5
    told = caplog.text + json.dumps(heard())
    assert "Session r1 of viewer" in told
    for text in hidden:
        assert text not in told
    ends = [
        (record.getMessage().split()[1], record.levelno)
        for record in caplog.records
        if record.name == "CellucidExtension" and record.getMessage().endswith("bytes.")
    ]
    assert ends == [
        ("wrong", logging.WARNING),
        ("damaged", logging.WARNING),
        ("r1", logging.INFO),
    ]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_schema_is_in_the_package() -> None:
    import cellucid_ext

    assert SCHEMA.is_relative_to(Path(cellucid_ext.__file__).parent)
