"""What all tests share; a missing Chromium is told before the first test, not after the last."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.browser import chromium

# How long an example takes says how busy the machine is.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

pytest_plugins = ["pytest_jupyter.jupyter_server", "tests.peer", "tests.peer2"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wants_browser = any("browser" in getattr(item, "fixturenames", ()) for item in items)
    if wants_browser and chromium.find() is None:
        pytest.exit(chromium.MISSING, returncode=1)
