"""Who may frame the viewer's own page: Jupyter's policy, or what the administrator set instead."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.framing import check_ancestors, with_ancestors

from .peers import Peer

GOOD = [
    "",
    "'self'",
    "'none'",
    "https://hub.example.org",
    "https://HUB.example.org:8443 https://*.lab.example.org",
    "https://localhost:8888",
    "https://xn--bcher-kva.example",
]
BAD = [
    "self",
    "'self'; script-src *",
    "'self';",
    "'self'\n",
    "'self'\r\nSet-Cookie: a=b",
    "'self' 'none'",
    "*",
    "https:",
    "https://*",
    "https://*.org",
    "https://a.*.org",
    "https://*a.example.org",
    "http://hub.example.org",
    "https://hub.example.org/",
    "https://hub.example.org;",
    "https://hub.example.org, https://b.example.org",
    "https://a.example.org  https://b.example.org",
    " https://a.example.org",
    "https://a.example.org\n",
    "https://a.example.org\thttps://b.example.org",
    "https://user@a.example.org",
    "https://a.example.org:",
    "https://a.example.org:port",
    "https://a.example.org:１２",
    "https://bücher.example",
    "https://-a.example.org",
    "https://a..org",
    "data:",
    "'unsafe-inline'",
    "'nonce-abc'",
]


@pytest.mark.parametrize("text", GOOD)
def test_good(text: str) -> None:
    assert check_ancestors(text) == text
    config = Config({"CellucidExtension": {"frame_ancestors": text}})
    assert CellucidExtension(config=config).frame_ancestors == text


@pytest.mark.parametrize("text", BAD)
def test_nothing_else_gets_into_the_header(text: str) -> None:
    config = Config({"CellucidExtension": {"frame_ancestors": text}})
    with pytest.raises(TraitError, match=r"frame_ancestors: .* is no origin; give .'self'"):
        CellucidExtension(config=config)


@pytest.mark.parametrize(
    ("policy", "rest"),
    [
        ("frame-ancestors 'none'; default-src 'self'", "; default-src 'self'"),
        ("default-src 'self';Frame-Ancestors *; ; img-src *", "; default-src 'self'; img-src *"),
        ("frame-ancestors 'none'", ""),
        ("frame-ancestors", ""),
        ("", ""),
    ],
)
def test_one_directive(policy: str, rest: str) -> None:
    assert with_ancestors(policy, "https://a.org") == f"frame-ancestors https://a.org{rest}"


class TestOnAHub:
    """Where Jupyter's own policy is that of a Hub, which forbids it."""

    @pytest.fixture
    def extension_config(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"frame_ancestors": request.param}

    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        policy = {"Content-Security-Policy": "frame-ancestors 'none'; report-uri /r"}
        jp_server_config["ServerApp"]["tornado_settings"] = {"headers": policy}
        return jp_server_config

    @pytest.mark.parametrize(
        ("extension_config", "told"),
        [
            ("", "'none'"),
            ("'self'", "'self'"),
            ("https://*.a.org https://b.org", "https://*.a.org https://b.org"),
        ],
        indirect=["extension_config"],
    )
    async def test_page(self, person: Peer, viewer_id: str, told: str) -> None:
        answer = await person.fetch("GET", f"viewers/{viewer_id}/page")
        policy = answer.headers["Content-Security-Policy"]
        assert re.findall(r"frame-ancestors ([^;]*)", policy) == [told]
        assert "report-uri /r; default-src 'self'; script-src 'self'" in policy
        # Nothing but the page: what else there is stays as Jupyter has it.
        other = await person.fetch("GET", "health")
        assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]


def test_help_says_when_self_is_not_safe() -> None:
    command = [sys.executable, "-m", "cellucid_ext.server", "--help-all"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told = " ".join(done.stdout.partition("frame_ancestors=")[2].partition("--Cell")[0].split())
    assert "safe where each user has a domain of their own" in told
    assert "another user could frame yours and act as you" in told
