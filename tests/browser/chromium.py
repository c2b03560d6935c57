"""Debian's Chromium, driven by Playwright: found, or asked for in so many words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

MISSING = (
    "The browser tests need Chromium, which is not on this machine's PATH. "
    "On Debian: apt-get update && apt-get install -y chromium"
)

_FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # A fifth quicker without a GPU, and what WebGL draws is the same.
    "--disable-gpu-compositing",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """Path of a Chromium, or None.

    First the one that is nothing but headless: for the same pages it takes a quarter less of the
    processor.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


@contextmanager
def launch() -> Iterator[Browser]:
    """Start a headless Chromium with WebGL in software, so that it runs on any machine."""
    path = find()
    if path is None:
        raise RuntimeError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()
