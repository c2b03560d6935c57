"""The manifests of a dataset folder, which may be anyone's: what is wrong in them is told."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from cellucid_ext.dataset import DatasetError, open_source

from .folders import _folder, _played, change

__all__ = ["_folder", "_played"]


@pytest.mark.parametrize(
    "file", ["dataset_identity.json", "obs_manifest.json", "var_manifest.json"]
)
def test_a_manifest_that_is_missing_or_no_json(folder: Path, file: str) -> None:
    (folder / file).write_text('{"version": 2', "utf-8")
    with pytest.raises(DatasetError, match=f"{file} is not JSON: .*char"):
        open_source(folder)
    (folder / file).write_bytes(b'{"\xff": 1}')
    with pytest.raises(DatasetError, match=f"{file} is not UTF-8"):
        open_source(folder)
    (folder / file).write_text("[" * 100_000, "utf-8")
    with pytest.raises(DatasetError, match=f"{file} is nested too deeply"):
        open_source(folder)
    (folder / file).write_text('{"x": NaN}', "utf-8")
    with pytest.raises(DatasetError, match=f"{file} is not JSON: NaN is no number"):
        open_source(folder)
    (folder / file).write_text("[1, 2]", "utf-8")
    with pytest.raises(DatasetError, match=f"{file} holds a JSON list of 2; it must be"):
        open_source(folder)
    (folder / file).unlink()
    with pytest.raises(DatasetError, match=f"pbmc' has no {file}"):
        open_source(folder)


@pytest.mark.parametrize("packed", ["[],", '{"a":1},', "1,2,"])
def test_a_manifest_that_would_fill_the_memory(folder: Path, packed: str) -> None:
    """What takes the parser a gigabyte, and all other threads' time, is not given to it."""
    file = folder / "obs_manifest.json"
    file.write_text(f'{file.read_text()[:-1]},"x":[{packed * 1_000_000}0]}}')
    tracemalloc.start()
    with pytest.raises(DatasetError, match=r"obs_manifest.json has more than 2,000,000 values"):
        open_source(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * file.stat().st_size


def test_a_manifest_that_is_too_large(folder: Path) -> None:
    with (folder / "var_manifest.json").open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    told = "var_manifest.json has 67,108,865 bytes; at most 67,108,864 are read"
    with pytest.raises(DatasetError, match=told):
        open_source(folder)


def test_as_many_genes_as_there_are(folder: Path) -> None:
    """A manifest of 60,000 genes is taken, with more said of each than we write."""
    fields = [[f"ENSG{i:011}", 0.0, 1.0] for i in range(60_000)]
    change(folder, "var_manifest.json", lambda found: found.update(fields=fields))
    change(folder, "dataset_identity.json", lambda found: found["stats"].update(n_genes=60_000))
    assert open_source(folder).n_vars == 60_000


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        ("id", None, "says id is None; it must be a text of 1 to 1,000 characters"),
        ("id", "", "says id is ''; it must be a text"),
        ("id", ["x"], "says id is a JSON list of 1; it must be a text"),
        ("name", 7, "says name is 7; it must be a text"),
        ("name", "x" * 1001, r"says name is 'x{56}\.\.\.; it must be a text"),
        ("stats", [], "says stats is a JSON list of 0; it must be a JSON object"),
        ("stats.n_cells", "6", "says stats.n_cells is '6'; it must be a whole number from 1 to"),
        ("stats.n_cells", True, "says stats.n_cells is True"),
        ("stats.n_cells", 6.0, "says stats.n_cells is 6.0"),
        ("stats.n_cells", -1, "says stats.n_cells is -1"),
        ("stats.n_cells", 10**4000, r"says stats.n_cells is 10{56}\.\.\.; it must"),
        ("stats.n_cells", 7, r"points_2d.bin has 48 bytes; 7 cells in 2D take 56"),
        ("stats.n_genes", 10**9, "says stats.n_genes is 1000000000; it must be .* to 1,000,000"),
        ("embeddings", "umap", "says embeddings is 'umap'"),
        ("embeddings.available_dimensions", [], "must be a list of dimensions"),
        ("embeddings.available_dimensions", [4], "must be of 1, 2 and 3"),
        ("embeddings.available_dimensions", [True], "must be of 1, 2 and 3"),
        ("embeddings.available_dimensions", [[2]], "must be of 1, 2 and 3"),
        ("embeddings.files", {}, "says embeddings.files.2d is None; it must be a text"),
        ("embeddings.files.2d", "../../x", "names '../../x', which the folder .*pbmc' has not"),
        ("embeddings.files.2d", "obs", "names 'obs', which the folder"),
    ],
)
def test_an_identity_that_is_wrong(folder: Path, where: str, value: Any, told: str) -> None:
    def edit(found: dict[str, Any]) -> None:
        *parents, last = where.split(".")
        for parent in parents:
            found = found[parent]
        found[last] = value

    change(folder, "dataset_identity.json", edit)
    with pytest.raises(DatasetError, match=f"^[^\n]*{told}"):
        open_source(folder)


def test_a_number_of_too_many_digits(folder: Path) -> None:
    file = folder / "dataset_identity.json"
    file.write_text(file.read_text("utf-8").replace('"n_cells":6', f'"n_cells":{"9" * 5000}'))
    with pytest.raises(DatasetError, match=r"dataset_identity.json is not JSON: .*digits"):
        open_source(folder)


@pytest.mark.parametrize(
    ("file", "edit", "told"),
    [
        ("obs_manifest.json", {"n_points": 7}, "says n_points is 7, but .* 6 cells"),
        ("var_manifest.json", {"n_points": "6"}, "says n_points is '6', but .* 6 cells"),
        ("obs_manifest.json", {"_continuousFields": 5}, "says _continuousFields is 5; it must be"),
        ("obs_manifest.json", {"_categoricalFields": [[]]}, "_categoricalFields is a JSON list of"),
        ("var_manifest.json", {"fields": ["g0"]}, "says fields is a JSON list of 1; it must be"),
    ],
)
def test_a_manifest_that_does_not_fit(
    folder: Path, file: str, edit: dict[str, Any], told: str
) -> None:
    change(folder, file, lambda found: found.update(edit))
    with pytest.raises(DatasetError, match=f"{file} {told}|{file} says {told}"):
        open_source(folder)
