"""The extension as a whole: how it starts and stops, its page, its description."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

import cellucid_ext
from cellucid_ext.protocol import MAX_UPLOAD_BYTES, SERVER_URL_VARIABLE
from cellucid_ext.server.app import CellucidExtension

from .peers import KernelPeer, Peer


async def test_health(person: Peer) -> None:
    health = await person.json("GET", "health")
    assert health["status"] == "ok"
    assert (health["version"], health["protocol"]) == (cellucid_ext.__version__, 1)
    assert health["limits"]["maxUploadBytes"] == MAX_UPLOAD_BYTES


async def test_info_for_both(person: Peer, kernel: KernelPeer) -> None:
    info = await kernel.json("GET", "info")
    assert info == await person.json("GET", "info")
    assert {"version", "protocol", "maxUploadBytes", "maxEventsBytes"} <= set(info)


async def test_kernels_are_told_where_the_server_is(
    jp_serverapp: Any, extension: CellucidExtension, person: Peer
) -> None:
    await person.json("GET", "health")
    assert os.environ[SERVER_URL_VARIABLE] == jp_serverapp.connection_url
    assert "token" not in os.environ[SERVER_URL_VARIABLE]
    folder = extension.spool.folder
    assert folder.is_dir()
    await extension.stop_extension()
    assert SERVER_URL_VARIABLE not in os.environ
    assert not folder.exists()


class TestStaticFiles:
    @pytest.fixture
    def jp_server_config(
        self, jp_server_config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Any:
        folder = Path(cellucid_ext.__file__).parent / "static"
        assert CellucidExtension.static_paths == [str(folder)]
        (tmp_path / "viewer.js").write_text("export {};")
        monkeypatch.setattr(CellucidExtension, "static_paths", [str(tmp_path)])
        return jp_server_config

    async def test_they_are_public_and_gzipped_for_who_takes_that(
        self, http_server_client: Any, jp_base_url: str, tmp_path: Path
    ) -> None:
        """Scripts come from where no login is asked: browsers load modules without our header."""
        address = f"{jp_base_url}static/cellucid_ext/viewer.js"
        answer = await http_server_client.fetch(address)
        assert answer.body == b"export {};"

        (tmp_path / "viewer.js.gz").write_bytes(gzip.compress(b"export {};"))
        takes = {"Accept-Encoding": "gzip"}
        answer = await http_server_client.fetch(address, headers=takes, decompress_response=False)
        assert gzip.decompress(answer.body) == b"export {};"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"].endswith("javascript")
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == "no-cache"
        refuses = {"Accept-Encoding": "gzip;q=0, br"}
        plain = await http_server_client.fetch(address, headers=refuses)
        assert "Content-Encoding" not in plain.headers
        plain = await http_server_client.fetch(address, decompress_response=False)
        assert plain.body == b"export {};"
        assert "Content-Encoding" not in plain.headers
        since = {"If-Modified-Since": answer.headers["Last-Modified"]}
        again = await http_server_client.fetch(address, headers=takes | since, raise_error=False)
        assert again.code == 304

        # One that is older than the file is of another version of it.
        os.utime(tmp_path / "viewer.js.gz", (1, 1))
        newer = await http_server_client.fetch(address, headers=takes)
        assert newer.body == b"export {};"


async def test_page(person: Peer, kernel: KernelPeer, viewer_id: str, jp_base_url: str) -> None:
    answer = await person.fetch("GET", f"viewers/{viewer_id}/page")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert f'<meta name="cellucid-viewer" content="{viewer_id}">' in page
    assert f'<meta name="cellucid-base-url" content="{jp_base_url}">' in page
    script = f'<script type="module" src="{jp_base_url}static/cellucid_ext/viewer.js"></script>'
    assert script in page
    assert page.count("<script") == 1
    assert "PBMC" not in page
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy
    assert any("_xsrf=" in cookie for cookie in answer.headers.get_list("Set-Cookie"))
    assert (await person.fetch("GET", "viewers/nobody/page")).code == 404


class TestOnAHub:
    """A Hub forbids framing its pages, and so ours."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        policy = {"Content-Security-Policy": "frame-ancestors 'none'"}
        jp_server_config["ServerApp"]["tornado_settings"] = {"headers": policy}
        return jp_server_config

    async def test_page(self, person: Peer, viewer_id: str) -> None:
        answer = await person.fetch("GET", f"viewers/{viewer_id}/page")
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("frame-ancestors 'none'; default-src 'self'")
        assert "frame-ancestors 'self'" not in policy
