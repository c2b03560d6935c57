"""A dataset folder on disk, of what one of our own sources gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.dataset import Source, open_source

from .reading import body, make

FILES = [
    "dataset_identity.json",
    "obs_manifest.json",
    "var_manifest.json",
    "obs_names.txt",
    "points_2d.bin",
    "obs/size.values.f32",
    "obs/kind.codes.u8",
    *(f"var/g{i}.values.f32" for i in range(3)),
]


def write(source: Source, folder: Path, files: list[str] = FILES) -> Path:
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body(source, path))
    return folder


@pytest.fixture(name="played")
def _played() -> Source:
    return open_source(make({"size": range(6), "kind": list("aabbcc")}), name="PBMC")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, played: Source) -> Path:
    return write(played, tmp_path / "pbmc")


def change(folder: Path, file: str, edit: Callable[[Any], Any]) -> None:
    """Write a JSON file anew; `edit` changes what it holds, or returns something else."""
    value = json.loads((folder / file).read_text("utf-8"))
    made = edit(value)
    (folder / file).write_text(json.dumps(value if made is None else made), "utf-8")
