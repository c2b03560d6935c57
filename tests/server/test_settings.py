"""The settings: listed with help, checked, and what clients are told of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from cellucid_ext.protocol import MAX_UPLOAD_BYTES, MAX_UPLOADS_AT_ONCE, PART_BYTES
from cellucid_ext.server.app import CellucidExtension
from cellucid_ext.server.limits import Limits

from .peers import DATASET, KernelPeer, Peer

NAMES = [field.name for field in fields(Limits)]
NAMES += ["open_roots", "open_memory_bytes", "spool_folder", "autosave_folder", "frame_ancestors"]


def test_help_lists_them() -> None:
    """Each with a text, and with the value it has unless one is set."""
    command = [sys.executable, "-m", "cellucid_ext.server", "--help-all"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for name in NAMES:
        _, found, rest = done.stdout.partition(f"--CellucidExtension.{name}=")
        assert found, name
        help_text, _, default = rest.partition("--")[0].partition("Default: ")
        assert len(help_text.partition("\n")[2].split()) >= 5, name
        shown = default.split("\n")[0]
        assert shown == CellucidExtension.class_traits()[name].default_value_repr()


def test_limits_are_the_defaults_of_the_settings() -> None:
    traits = CellucidExtension.class_traits()
    for field in fields(Limits):
        assert traits[field.name].default_value == field.default


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_upload_bytes": 0}, "max_upload_bytes"),
        ({"part_bytes": 0}, "part_bytes"),
        ({"max_uploads_at_once": 0}, "max_uploads_at_once"),
        ({"max_uploads_at_once": 65}, "max_uploads_at_once"),
        ({"max_uploads_per_viewer": 0}, "max_uploads_per_viewer"),
        ({"max_viewers_per_kernel": 0}, "max_viewers_per_kernel"),
        ({"max_pending_requests": -1}, "max_pending_requests"),
        ({"max_pending_requests": "many"}, "max_pending_requests"),
        ({"min_ttl_seconds": 0.0}, "min_ttl_seconds"),
        ({"min_ttl_seconds": 10.0, "max_ttl_seconds": 9.0}, "is 10 and max_ttl_seconds is 9;"),
        ({"max_ttl_seconds": 0.5}, "is 1 and max_ttl_seconds is 0.5;"),
        ({"max_ttl_seconds": float("inf")}, "finite"),
        ({"max_ttl_seconds": float("nan")}, "max_ttl_seconds"),
        ({"autosave_count": -1}, "autosave_count"),
        ({"open_memory_bytes": 2**28}, "open_memory_bytes"),
        ({"autosave_seconds": 0}, "autosave_seconds"),
        ({"autosave_folder": "here/there"}, "autosave_folder is 'here/there'; it must be the abs"),
        ({"spool_folder": "here/there"}, "'here/there'; it must be the absolute path"),
        ({"spool_folder": sys.executable}, "it must be the absolute path of a folder"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(TraitError, match=told):
        CellucidExtension(config=Config({"CellucidExtension": settings}))


def test_both_times_may_be_moved(tmp_path: Any) -> None:
    """Also to where the first alone would be above what the second was."""
    both = {"min_ttl_seconds": 4000.0, "max_ttl_seconds": 5000.0}
    app = CellucidExtension(config=Config({"CellucidExtension": both}))
    assert (app.min_ttl_seconds, app.max_ttl_seconds) == (4000, 5000)


def test_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = {"CellucidExtension": {"spool_folder": "~/spool"}}
    assert CellucidExtension(config=Config(folder)).spool_folder == str(tmp_path / "spool")


async def test_clients_are_told_the_defaults(person: Peer, kernel: KernelPeer) -> None:
    info = await kernel.json("GET", "info")
    assert info["maxUploadBytes"] == MAX_UPLOAD_BYTES
    assert info["partBytes"] == PART_BYTES == 1_000_000
    assert info["maxUploadsAtOnce"] == MAX_UPLOADS_AT_ONCE
    assert (info["autosaveCount"], info["autosaveSeconds"]) == (10, 30)
    health = await person.json("GET", "health")
    assert health["limits"].items() <= info.items()


class TestSet:
    @pytest.fixture
    def extension_config(self) -> dict[str, Any]:
        return {
            "max_upload_bytes": 70_000,
            "part_bytes": 80_000,
            "max_uploads_at_once": 3,
            "max_uploads_per_viewer": 1,
            "max_viewers_per_kernel": 2,
            "max_pending_requests": 5,
            "min_ttl_seconds": 2.0,
            "max_ttl_seconds": 9.5,
            "autosave_count": 4,
            "autosave_seconds": 45,
        }

    async def test_clients_are_told(self, person: Peer) -> None:
        info = await person.json("GET", "info")
        assert info["maxUploadBytes"] == 70_000
        assert info["partBytes"] == 70_000  # a part is never above the whole
        assert info["maxUploadsAtOnce"] == 3
        assert info["maxUploadsPerViewer"] == 1
        assert info["maxViewersPerKernel"] == 2
        assert info["maxPendingRequests"] == 5
        assert (info["minTtlSeconds"], info["maxTtlSeconds"]) == (2, 9.5)
        assert (info["autosaveCount"], info["autosaveSeconds"]) == (4, 45)

    @pytest.mark.parametrize("ttl", [1.9, 9.6])
    async def test_times(self, kernel: KernelPeer, viewer_id: str, ttl: float) -> None:
        asked = {"requestId": "r1", "ttlSeconds": ttl}
        path = f"viewers/{viewer_id}/requests"
        refused = await kernel.json("POST", path, asked, status=400)
        assert refused["message"] == f"'ttlSeconds' is {ttl}; it must be between 2 and 9.5"
        await kernel.json("POST", path, {**asked, "ttlSeconds": 9.5}, status=201)

    async def test_viewers(self, kernel: KernelPeer, viewer_id: str) -> None:
        second = await kernel.json("POST", "viewers", DATASET, status=201)
        refused = await kernel.json("POST", "viewers", DATASET, status=429)
        assert refused["code"] == "too-many"
        assert refused["message"] == "this kernel has 2 viewers; stop() one that is not needed"
        await kernel.json("DELETE", f"viewers/{second['viewerId']}", status=204)
        await kernel.json("POST", "viewers", DATASET, status=201)
