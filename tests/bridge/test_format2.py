"""The same file of format 2 gives the same columns in the PyPI package `cellucid` 0.9.5."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import anndata
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from cellucid_ext import (
    CellucidSessionBundle,
    SessionFormatError,
    SessionWriter,
    apply_cellucid_session_to_anndata,
)
from cellucid_ext.session import format2
from tests.format2 import CODES_TYPES, Part, alias, category, lasso, of_category, write_format2
from tests.peer2 import peers_obs2

N, DATASET = 203, "a dataset"
PREFIX = "cellucid_highlight__highlight_"
RNG = np.random.default_rng(0)
SOME = sorted(RNG.choice(N, 60, replace=False).tolist())
CELLS = {1: SOME, 2: SOME, 3: [*range(5, 40), 99, *range(150, N)], 4: [0], 5: list(range(N))}
ENCODINGS = {1: 0, 2: 1, 3: 2, 4: 0, 5: 2}
# As many in the data as a category may be told by: text, numbers, truth, some with gaps.
CATEGORIES = {"leiden": "1", "text": "b", "flag": True, "number": 2, "float": 0.5}

CODES: dict[str, npt.NDArray[Any]] = {
    "narrow": RNG.integers(0, 3, N).astype(np.uint8),
    "runs": np.repeat([2, 0, 1], [3, 100, 100]).astype(np.uint8),
    "wide": RNG.integers(0, 300, N).astype(np.uint16),
    "widest": RNG.integers(0, 70_000, N).astype(np.uint32),
    "packed_1": RNG.integers(0, 2, N).astype(np.uint8),
    "packed_4": RNG.integers(0, 16, N).astype(np.uint32),
}
HOW = {"narrow": 0, "runs": 1, "wide": 0, "widest": 0, "packed_1": 2, "packed_4": 2}


class Case(NamedTuple):
    file: Path
    adata: anndata.AnnData


def make() -> anndata.AnnData:
    rng = np.random.default_rng(1)
    obs = pd.DataFrame(index=[f"c{i}" for i in range(N)])
    obs["leiden"] = pd.Categorical(rng.choice(["0", "1", "2"], N))
    obs.loc[obs.index[::7], "leiden"] = np.nan
    obs["text"] = rng.choice(["a", "b"], N)
    obs["flag"] = rng.random(N) < 0.3
    obs["number"] = rng.integers(0, 4, N)
    obs["float"] = pd.Categorical(rng.choice([0.5, 1.5], N))
    obs["score"] = np.where(rng.random(N) < 0.2, np.nan, rng.random(N)).astype(np.float32)
    var = pd.DataFrame(index=[f"g{i}" for i in range(4)])
    var["symbol"] = ["A", "B", "A", "C"]
    x = rng.random((N, 6)).astype(np.float32)
    more = pd.DataFrame({"symbol": list("AAXBYA")}, index=[f"r{i}" for i in range(6)])
    adata = anndata.AnnData(x[:, :4] * 2, obs=obs, var=var)
    adata.layers["counts"] = x[:, :4] * 3
    adata.raw = anndata.AnnData(x * 4, obs=obs, var=more)
    adata.obsm["X_umap"] = rng.random((N, 2)).astype(np.float32)
    return adata


def cells_of(adata: anndata.AnnData, column: str) -> list[int]:
    wanted = CATEGORIES[column]
    return [row for row, value in enumerate(adata.obs[column].astype(object)) if value == wanted]


def category_groups(adata: anndata.AnnData) -> dict[int, tuple[Part, list[int]]]:
    """By number: all of a category, then half of it, of each column that there is."""
    groups = {}
    for number, (column, wanted) in enumerate(CATEGORIES.items()):
        whole = cells_of(adata, column)
        for more, (encoding, cells) in enumerate({4: whole, 3: whole[::2]}.items()):
            at = 10 * (number + 1) + more
            said: dict[str, Any] = {"field": column, "category": wanted, "reference": whole}
            groups[at] = of_category(at, cells, N, encoding, **said), cells
    return groups


def labels(name: str) -> list[str]:
    return [f"{name} {i}" for i in range(int(CODES[name].max()) + 1)]


def fields() -> list[Part]:
    plain = [
        category(i, name, labels(name), codes, encoding=HOW[name])
        for i, (name, codes) in enumerate(CODES.items(), 1)
    ]
    gone = np.where(CODES["narrow"] == 1, 255, CODES["narrow"]).astype(np.uint8)
    gone16 = np.where(CODES["wide"] > 200, 65_535, CODES["wide"]).astype(np.uint16)
    gone32 = np.where(CODES["narrow"] == 1, np.uint32(2**32 - 1), CODES["narrow"])
    none = np.where(CODES["narrow"] == 1, 3, CODES["narrow"]).astype(np.uint8)
    return [
        *plain,
        category(11, "gaps_8", ["x", "y", "z"], gone),
        category(12, "gaps_16", [f"w{i}" for i in range(201)], gone16, encoding=1),
        category(13, "gaps_32", ["x", "y", "z"], gone32, encoding=1),
        category(14, "labelled", ["x", "y", "z", "nobody"], none, uncovered="nobody"),
        category(15, "deleted", ["x", "y", "z"], gone, isDeleted=True),
        category(16, "purged", ["x", "y", "z"], gone, isDeleted=True, isPurged=True),
        category(17, "of_genes", ["x", "y", "z"], gone, source="var"),
        category(18, "unused", ["x", "y", "z", "never"], CODES["narrow"]),
        category(19, "my label", ["x", "y", "z"], CODES["narrow"]),
        category(20, "numbers", [10, 20, 30], CODES["narrow"]),
        alias(1, "score_copy", "score"),
        alias(2, "number_copy", "number"),
        alias(3, "gene_copy", "g2", source="var"),
        alias(4, "deleted_copy", "score", isDeleted=True),
    ]


def session(path: Path, n_vars: int = 4, **said: Any) -> Path:
    return write_format2(path, dataset_id=DATASET, n_cells=N, n_vars=n_vars, **said)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    folder = tmp_path_factory.mktemp("format2")
    adata = make()
    lassos = [lasso(i, cells, N, ENCODINGS[i]) for i, cells in CELLS.items()]
    relative = [group for group, _ in category_groups(adata).values()]
    genes = {
        "symbols": {"geneNames": "column:symbol"},
        "layer": {"expression": "layer:counts"},
        "raw": {"expression": "raw"},
        "raw_symbols": {"expression": "raw", "geneNames": "column:symbol"},
    }
    key = {"symbols": "A-1", "layer": "g1", "raw": "r5", "raw_symbols": "A-2"}
    cases = {
        "groups": Case(session(folder / "groups", groups=[*lassos, *relative]), adata),
        "fields": Case(session(folder / "fields", fields=fields()), adata),
        "windows": Case(session(folder / "windows", windows=[{"bins": np.arange(3.0)}]), adata),
        "moved": Case(session(folder / "moved", groups=relative), adata[::-1].copy()),
    }
    three = CODES["narrow"]
    differing: dict[str, dict[str, Any]] = {
        "slash": {"fields": [category(1, "a/b", ["x", "y", "z"], three)]},
        "taken": {"fields": [category(1, "score", ["x", "y", "z"], three)]},
        "beyond": {"fields": [category(1, "k", ["x", "y"], three)]},
        "renamed": {
            "fields": [category(1, "k", ["x", "y", "z"], three)],
            "renames": {"fields": {"obs:k": "kind"}, "categories": {"obs:k:0": "new"}},
        },
    }
    cases |= {n: Case(session(folder / n, **said), adata) for n, said in differing.items()}
    for name, mapping in genes.items():
        n_vars = 6 if name.startswith("raw") else 4
        copy = alias(1, "gene_copy", key[name], source="var")
        file = session(folder / name, n_vars, fields=[copy], mapping=mapping)
        cases[name] = Case(file, adata)
    return cases


@pytest.fixture(scope="module")
def theirs(
    cases: dict[str, Case], peer2_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pd.DataFrame | str]:
    return peers_obs2(peer2_python, cases, DATASET, tmp_path_factory.mktemp("theirs"))


def obs_of(found: pd.DataFrame | str) -> pd.DataFrame:
    assert isinstance(found, pd.DataFrame), found
    return found


def plain(values: pd.Series) -> list[Any]:
    return list(values.astype(object).where(values.notna(), None))


def new_columns(obs: pd.DataFrame) -> list[str]:
    return [column for column in obs.columns if column not in make().obs.columns]


SAME = ["groups", "fields", "windows", "symbols", "layer", "raw", "raw_symbols"]


@pytest.mark.parametrize("name", SAME)
def test_the_same_columns(
    name: str, cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    file, adata = cases[name]
    ours = apply_cellucid_session_to_anndata(file, adata, expected_dataset_id=DATASET).obs
    other = obs_of(theirs[name])
    assert new_columns(ours) == new_columns(other)
    assert new_columns(ours) or name == "windows"
    for column in new_columns(ours):
        assert plain(ours[column]) == plain(other[column]), column
        if isinstance(other[column].dtype, pd.CategoricalDtype):
            assert list(ours[column].cat.categories) == list(other[column].cat.categories), column
        else:
            assert ours[column].dtype == other[column].dtype, column


def test_groups_are_the_cells_that_were_written(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    obs = obs_of(theirs["groups"])
    relative = {i: cells for i, (_, cells) in category_groups(cases["groups"].adata).items()}
    for number, cells in {**CELLS, **relative}.items():
        assert np.flatnonzero(obs[f"{PREFIX}{number}"]).tolist() == cells, number


def test_the_decoders_read_what_the_peer_applied(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    bundle = CellucidSessionBundle(cases["groups"].file)
    obs = obs_of(theirs["groups"])
    relative = category_groups(cases["groups"].adata)
    for number in [*CELLS, *relative]:
        payload = bundle.read_payload(f"highlights/cells/highlight_{number}")
        reference = None
        if format2.needs_reference(payload):
            field = relative[number][0].meta["fieldKey"]
            reference = np.array(cells_of(cases["groups"].adata, field))
        assert (reference is None) == (number < 10)
        cells = format2.decode_cells(payload, N, reference)
        assert np.array_equal(cells, np.flatnonzero(obs[f"{PREFIX}{number}"])), number
    bundle, obs = CellucidSessionBundle(cases["fields"].file), obs_of(theirs["fields"])
    for number, (name, codes) in enumerate(CODES.items(), 1):
        payload = bundle.read_payload(f"user-defined/codes/user_cat_{number}")
        read = format2.decode_codes(payload, N, CODES_TYPES[codes.dtype.itemsize])
        assert np.array_equal(read, codes), name
        assert [labels(name)[code] for code in read] == obs[name].tolist()


def test_cells_without_a_category_are_missing_and_deleted_fields_absent(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    obs = obs_of(theirs["fields"])
    gone = CODES["narrow"] == 1
    for column in ("gaps_8", "gaps_32"):
        assert np.array_equal(obs[column].isna(), gone)
    assert np.array_equal(obs["gaps_16"].isna(), CODES["wide"] > 200)
    assert np.array_equal(obs["labelled"] == "nobody", gone)
    assert not {"deleted", "purged", "deleted_copy"} & set(obs.columns)
    assert np.array_equal(obs["gene_copy"], cases["fields"].adata.X[:, 2])


def test_the_matrix_that_the_viewer_read_is_the_one_that_is_copied(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    adata = cases["layer"].adata
    copies = {
        "symbols": adata.X[:, 2],
        "layer": adata.layers["counts"][:, 1],
        "raw": adata.raw.X[:, 5],
        "raw_symbols": adata.raw.X[:, 5],
    }
    for name, values in copies.items():
        assert np.array_equal(obs_of(theirs[name])["gene_copy"], values), name


def test_rows_that_moved_are_noticed_by_the_category(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    file, adata = cases["moved"]
    complaint = theirs["moved"]
    assert isinstance(complaint, str)
    assert "no longer" in complaint
    with pytest.raises(SessionFormatError, match="no longer holds"):
        apply_cellucid_session_to_anndata(file, adata)


def test_a_category_that_is_not_here(cases: dict[str, Case]) -> None:
    file, adata = cases["groups"]
    other = adata.copy()
    del other.obs["leiden"]
    with pytest.raises(SessionFormatError, match="leiden"):
        apply_cellucid_session_to_anndata(file, other)


def test_deleted_fields_come_where_they_are_asked_for(cases: dict[str, Case]) -> None:
    file, adata = cases["fields"]
    obs = apply_cellucid_session_to_anndata(
        file, adata, include_deleted_user_defined_fields=True
    ).obs
    assert {"deleted", "deleted_copy"} <= set(obs.columns)
    assert "purged" not in obs.columns
    assert plain(obs["deleted"]) == plain(obs["gaps_8"])


def test_analysis_windows_are_read(cases: dict[str, Case]) -> None:
    bundle = CellucidSessionBundle(cases["windows"].file)
    ((window,), docked) = map(bundle.decode_chunk, ("analysis/windows", "analysis/docked"))
    assert window["bins"].tolist() == [0.0, 1.0, 2.0]
    assert docked == {}


def test_a_name_that_no_file_takes(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str], tmp_path: Path
) -> None:
    assert "a/b" in obs_of(theirs["slash"])
    out = apply_cellucid_session_to_anndata(*cases["slash"])
    assert "a_b" in out.obs
    out.write_h5ad(tmp_path / "out.h5ad")


def test_a_name_that_is_taken(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    assert isinstance(theirs["taken"], str)
    assert "score__2" in apply_cellucid_session_to_anndata(*cases["taken"]).obs


def test_codes_beyond_the_categories(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    assert "contains code 2" in str(theirs["beyond"])
    column = apply_cellucid_session_to_anndata(*cases["beyond"]).obs["k"]
    assert np.array_equal(column.isna(), CODES["narrow"] == 2)


def test_renamed_fields_and_categories(
    cases: dict[str, Case], theirs: dict[str, pd.DataFrame | str]
) -> None:
    assert list(obs_of(theirs["renamed"])["k"].cat.categories) == ["x", "y", "z"]
    column = apply_cellucid_session_to_anndata(*cases["renamed"]).obs["kind"]
    assert list(column.cat.categories) == ["new", "y", "z"]


def test_no_release_reads_both_formats(
    cases: dict[str, Case], peer_python: Path, peer2_python: Path, tmp_path: Path
) -> None:
    ours = SessionWriter({"sourceType": "jupyter", "datasetId": "d", "cellCount": 3})
    first, second = ours.write(tmp_path / "first"), cases["groups"].file
    code = "import sys, cellucid; print(len(cellucid.CellucidSessionBundle(sys.argv[1]).manifest))"

    def refuses(python: Path, file: Path) -> bool:
        done = subprocess.run(
            [python, "-c", code, file], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0 or "ValueError" in done.stderr, done.stderr
        return done.returncode != 0

    assert [refuses(peer_python, file) for file in (first, second)] == [False, True]
    assert [refuses(peer2_python, file) for file in (first, second)] == [True, False]
    assert [CellucidSessionBundle(file).format for file in (first, second)] == [1, 2]
