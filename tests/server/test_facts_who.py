"""What Jupyter says of people and of handlers, and what must not be built on it."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import JupyterServerAuthWarning

import cellucid_ext.server.app

from .peers import DATASET, KernelPeer, Peer, page_line, session


class TestUndecorated:
    """A server that asks for a login everywhere warns of handlers that don't say who may."""

    @pytest.fixture
    def warned(self) -> list[str]:
        return []

    @pytest.fixture
    def jp_serverapp(
        self, jp_server_config: Any, jp_argv: Any, jp_configurable_serverapp: Any, warned: list[str]
    ) -> Any:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always", JupyterServerAuthWarning)
            app = jp_configurable_serverapp(config=jp_server_config, argv=jp_argv)
        told = [str(w.message) for w in seen if w.category is JupyterServerAuthWarning]
        warned += [text for text in told if "cellucid" in text]
        return app

    @pytest.mark.usefixtures("jp_serverapp")
    def test_there_are_none(self, warned: list[str]) -> None:
        assert warned == []

    class TestOne:
        @pytest.fixture
        def jp_server_config(self, jp_server_config: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
            class Bare(APIHandler):  # type: ignore[misc]
                def get(self) -> None:
                    self.finish("{}")

            routes = [*cellucid_ext.server.app.ROUTES, (r"/_cellucid/bare", Bare)]
            monkeypatch.setattr(cellucid_ext.server.app, "ROUTES", routes)
            return jp_server_config

        @pytest.mark.usefixtures("jp_serverapp")
        def test_it_would_be_seen(self, warned: list[str]) -> None:
            assert any("Bare" in text for text in warned)


async def test_the_same_person_has_a_new_name_each_time(
    kernel: KernelPeer, person: Peer, viewer_id: str, jp_base_url: str
) -> None:
    """With a token, each request is of another user: what was made in one is there in the next."""
    names = set()
    for _ in range(3):
        me = await person.client.fetch(f"{jp_base_url}api/me", headers=person.headers)
        names.add(json.loads(me.body)["identity"]["username"])
    assert len(names) == 3

    remote = Peer(person.client, person.base, {**person.headers, "X-Cellucid-Kernel": "remote"})
    made = await remote.json("POST", "viewers", DATASET, status=201)
    mine = made["viewerId"]
    asked = {"requestId": "r1", "ttlSeconds": 60}
    await remote.json("POST", f"viewers/{mine}/requests", asked, status=201)
    target = f"session_bundle?viewerId={mine}&requestId=r1"
    for part, body in enumerate((session()[:50], session()[50:]), 1):
        assert (await person.fetch("POST", f"{target}&part={part}&parts=2", body)).code == 200
    got = await remote.fetch("GET", f"viewers/{mine}/requests/r1/bundle")
    assert got.body == session()

    assert (await person.fetch("PUT", "autosaves/pbmc/one", session())).code == 201
    assert (await person.fetch("GET", "autosaves/pbmc/one")).body == session()
    async with page_line(person, viewer_id):
        listed = await person.json("GET", "viewers")
    assert {viewer["viewerId"] for viewer in listed["viewers"]} == {viewer_id, mine}
