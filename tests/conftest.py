"""What all tests share; a missing Chromium is told before the first test, not after the last."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.browser import chromium

# How long an example takes says how busy the machine is.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

pytest_plugins = ["pytest_jupyter.jupyter_server", "tests.peer", "tests.peer2"]


LONGEST = [
    "tests/check/test_check.py",
    "tests/test_frontend.py",
    "tests/test_benchmarks.py",
    "tests/kernel/test_with_server.py",
    "tests/labextension/test_renderer.py",
    "tests/test_style.py",
    "tests/browser/test_picture.py",
    "tests/browser/test_viewer.py",
    "tests/browser/test_views.py",
    "tests/browser/test_tools.py",
    "tests/browser/test_filters.py",
    "tests/browser/test_analysis.py",
    "tests/browser/test_highlights.py",
    "tests/browser/test_session_files.py",
    "tests/browser/test_round_trip.py",
    "tests/browser/test_sessions.py",
    "tests/browser/test_autosave.py",
    "tests/browser/test_sharing.py",
    "tests/labextension/test_documents.py",
    "tests/browser/test_fields.py",
    "tests/kernel/test_lost_uploads.py",
    "tests/test_wheel.py",
    "tests/places/test_hub.py",
]
"""They come first: where tests run side by side, none is begun when all else is done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    wants_browser = any("browser" in getattr(item, "fixturenames", ()) for item in items)
    if wants_browser and chromium.find() is None:
        pytest.exit(chromium.MISSING, returncode=1)
