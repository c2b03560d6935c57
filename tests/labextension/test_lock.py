"""The lock file: what is installed is certain, from wherever it is fetched."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).parents[2] / "labextension" / "package-lock.json"


def test_packages_have_a_checksum_and_no_address() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert len(fetched) > 100
    assert not [name for name, package in fetched.items() if "resolved" in package]
    bundled = {name for name, package in fetched.items() if package.get("inBundle")}
    assert not [name for name in fetched.keys() - bundled if "integrity" not in fetched[name]]
