"""Session files from strangers, from Python and from other data, on a real page."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from cellucid_ext import CellucidSessionBundle, SessionWriter
from cellucid_ext.session.codecs import encode_cells
from cellucid_ext.session.container import MAGIC, U32
from tests.format2 import write_format2

from .desk import Desk, colour_by, dataset, press, ready
from .round_trip import assert_same, lasso, see
from .round_trip import load as load_in_python
from .test_sessions import END, VECTORS, add_group, load, say

EXPECTED: dict[str, Any] = json.loads((VECTORS / "expected.json").read_text())
REFUSED = {name: of["refused"] for name, of in EXPECTED.items() if "refused" in of}
CELLS = "highlights/cells/highlight_1"
IMAGE = "<img src=x onerror=\"document.title='hit'\">"

# Data of the sizes and under the ids that the files tell.
_STRANGERS = """
import anndata
import numpy as np
import pandas as pd
def stranger(n_cells, n_vars):
    i = np.arange(n_cells)
    obs = pd.DataFrame({"old": pd.Categorical(i % 4), "score": i / n_cells}, index=i.astype(str))
    data = anndata.AnnData(np.ones((n_cells, n_vars), dtype=np.float32), obs=obs)
    data.obsm["X_umap"] = np.stack([i * np.cos(i), i * np.sin(i)], axis=1)
    return data
"""
_BUILT = """
import numpy as np
import pandas as pd
from cellucid_ext import build_session
labelled, i = adata.copy(), np.arange(adata.n_obs)
labelled.obs["every third"] = i % 3 == 0
labelled.obs["none of them"] = False
labelled.obs["“é” & <b>"] = i > 4000
names = np.array(["ä / <i>", "T", "NK"])
labelled.obs["label"] = pd.Categorical.from_codes(np.where(i % 7 == 0, -1, i % 3), names)
labelled.obs["many"] = pd.Categorical.from_codes(i % 600, [f"k{{k}}" for k in range(600)])
groups = ["every third", "none of them", "“é” & <b>"]
build_session(labelled, groups, ["label", "many"], {path!r})
"""
_MOVED = """
import numpy as np
moved = adata[np.random.default_rng(7).permutation(adata.n_obs)].copy()
"""


def drop_one(page: Page, name: str, words: str) -> None:
    """Load a file of the vectors, and read what is said of it."""
    load(page, VECTORS / f"{name}{END}")
    say(page, words)
    ready(page)


def undo(page: Page) -> None:
    press(page, "Undo: restore session")
    ready(page)


def test_files_of_strangers_are_judged_as_in_python(desk: Desk, page: Page) -> None:
    desk.run(_STRANGERS)
    desk.show(page, "stranger(41, 12), dataset_id='set-1'")
    colour_by(page, "score")
    add_group(desk, page, [3, 5, 40])
    # The focus is where each leaves it then.
    drop_one(page, "bad-zero-bytes", "could not be loaded")
    before = see(desk, page)
    assert (before.picture != before.picture[0, 0]).any()
    opened = [name for name, stage in REFUSED.items() if stage == "open"]
    assert len(opened) == 18
    for name in opened:
        drop_one(page, name, f"“{name}{END}” could not be loaded; what was shown still is.")
    # Nothing of them is seen, or is part of the state.
    assert_same(see(desk, page), before)
    drop_one(page, "empty", "it was made with another dataset: suo, here set-1")
    for name in ("bad-codec-unknown", "bad-kind-unknown"):
        drop_one(page, name, "the first of them “core/field-overlays”")
        undo(page)
        assert_same(see(desk, page), before, undone=True)
    # It does not say how many cells it is of: it is of more, which one group has some of.
    drop_one(page, "no-fingerprint", "The session is shown.")
    undo(page)
    drop_one(page, "small", "The session is shown.")
    assert_groups_of(desk, "small")
    # Its label is HTML, and stays text.
    expect(page.get_by_text("Mid & <b>high</b>").first).to_be_visible()
    undo(page)
    assert_same(see(desk, page), before, undone=True)

    desk.show(page, "stranger(20001, 300), dataset_id='set-1'")
    drop_one(page, "medium", "The session is shown.")
    assert_groups_of(desk, "medium")


def assert_groups_of(desk: Desk, name: str) -> None:
    wanted = CellucidSessionBundle(VECTORS / f"{name}{END}").groups
    assert [list(group.cells) for group in desk.session().groups] == [
        list(group.cells) for group in wanted
    ]


def test_cells_of_strangers_are_judged_as_in_python(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.run(_STRANGERS)
    desk.show(page, "stranger(100, 2), dataset_id='d'")
    add_group(desk, page, [3, 5, 99])
    drop_one(page, "bad-zero-bytes", "could not be loaded")
    before = see(desk, page)
    inflated = [name for name, stage in REFUSED.items() if stage.endswith((CELLS, "apply"))]
    assert len(inflated) == 10
    twice = tmp_path / f"twice{END}"
    two_members(VECTORS / f"bad-cells-cut{END}", twice)
    for file in (*(VECTORS / f"{name}{END}" for name in inflated), twice):
        load(page, file)
        say(page, f"1 part was left out: “{CELLS}”")
        # The rest is shown: a group none of whose cells are known.
        expect(page.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)
        undo(page)
    load(page, hostile_names(tmp_path / f"names{END}"))
    say(page, "The session is shown.")
    expect(page.get_by_role("tab")).to_have_text(re.compile(re.escape(IMAGE)))
    expect(page.get_by_role("list", name="Groups")).to_contain_text(IMAGE)
    assert page.locator("img").count() == 0
    assert page.title() != "hit"
    undo(page)
    assert_same(see(desk, page), before, undone=True)


def hostile_names(target: Path) -> Path:
    """A page and a group whose names are HTML that does something."""
    group = {"id": "highlight_1", "type": IMAGE, "label": IMAGE, "enabled": True, "cellCount": 1}
    pages = [{"id": IMAGE, "name": IMAGE, "color": IMAGE, "highlightedGroups": [group]}]
    writer = SessionWriter({"datasetId": "d", "cellCount": 100, "varCount": 2})
    writer.add_json("highlights/meta", {"pages": pages}, contributor=IMAGE)
    writer.add_bytes(CELLS, encode_cells([7]), contributor=IMAGE, priority="lazy")
    return writer.write(target)


def two_members(source: Path, target: Path) -> None:
    """Cells whose gzip is followed by another one."""
    writer = SessionWriter.from_bundle(CellucidSessionBundle(source), without={CELLS})
    file = writer.write(target).read_bytes()
    begin = len(MAGIC) + U32.size
    (size,) = U32.unpack(file[len(MAGIC) : begin])
    manifest = json.loads(file[begin : begin + size])
    manifest["chunks"].append({"id": CELLS, "kind": "binary", "codec": "gzip", "priority": "lazy"})
    head = json.dumps(manifest).encode()
    stored = gzip.compress(encode_cells([1])) + gzip.compress(b"")
    frames = file[begin + size :] + U32.pack(len(stored)) + stored
    target.write_bytes(MAGIC + U32.pack(len(head)) + head + frames)


def test_python_keeps_a_session_over_a_restart_and_makes_its_own(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    desk.show(page)
    colour_by(page, "n_counts")
    page.get_by_test_id("stage").hover()
    page.mouse.wheel(0, -240)
    press(page, "Lasso")
    lasso(page, [(0.2, 0.2), (0.8, 0.2), (0.8, 0.7), (0.2, 0.7)])
    press(page, "Confirm")
    press(page, "Navigate")
    then = see(desk, page)
    assert sum(len(group.cells) for group in CellucidSessionBundle(then.file).groups) > 100

    desk.restart()
    desk.show(page)
    assert (see(desk, page).picture != then.picture).any()
    load_in_python(desk, page, then)
    assert_same(see(desk, page), then)

    built = tmp_path / f"built{END}"
    desk.run(_BUILT.format(path=str(built)))
    load(page, built)
    say(page, "The session is shown.")
    saved = desk.session()
    rows = np.arange(dataset().n_obs)
    masks = {"every third": rows % 3 == 0, "none of them": rows < 0, "“é” & <b>": rows > 4000}
    cells = {group.label: list(group.cells) for group in saved.groups}
    assert cells == {label: list(np.flatnonzero(mask)) for label, mask in masks.items()}
    fields = {field.key: field.codes for field in saved.fields}
    np.testing.assert_array_equal(fields["label"], np.where(rows % 7 == 0, 255, rows % 3))
    np.testing.assert_array_equal(fields["many"], rows % 600)
    colour_by(page, "label")
    for code, name in enumerate(["ä / <i>", "T", "NK"]):
        count = int(((rows % 3 == code) & (rows % 7 != 0)).sum())
        entry = (
            page.get_by_role("list", name="Legend").get_by_role("listitem").filter(has_text=name)
        )
        expect(entry).to_contain_text(f"{count:,} / {count:,}")


def test_what_is_damaged_or_does_not_fit_leaves_what_stood(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    desk.show(page, "adata, dataset_id='the data'")
    built = tmp_path / f"built{END}"
    desk.run(_BUILT.format(path=str(built)))
    load(page, built)
    say(page, "The session is shown.")
    colour_by(page, "label")
    press(page, "Filters")
    press(page, "Analysis windows")
    page.get_by_role("menuitem", name="Composition").click()
    full = see(desk, page)
    colour_by(page, "n_counts")
    press(page, "Keep view")
    before = see(desk, page)
    assert (before.picture != full.picture).any()

    # One chunk of each kind is damaged: it is named, and the rest is shown.
    kinds = {re.sub(r"\d+$", "", name): name for name in full.chunks}
    assert len(kinds) == 8
    for name in kinds.values():
        load(page, damaged(full.file, name, tmp_path / f"damaged{END}"))
        say(page, f"1 part was left out: “{name}”")
        undo(page)
    assert_same(see(desk, page), before, undone=True)

    other = write_format2(tmp_path / f"theirs{END}", dataset_id="the data", n_cells=5000, n_vars=50)
    load(page, other)
    say(page, "It is of format 2, which cellucid 0.9 writes.")
    assert_same(see(desk, page), before, undone=True)

    # Made on another dataset: its folded section fits, and nothing else of it is shown.
    desk.show(page, "adata, dataset_id='other data'")
    add_group(desk, page, [3, 5, 99])
    before = see(desk, page)
    load(page, full.file)
    say(page, "it was made with another dataset: the data, here other data")
    filters = page.get_by_role("button", name="Filters", exact=True)
    expect(filters).to_have_attribute("aria-expanded", "false")
    held = see(desk, page)
    assert {name for name in held.chunks if held.chunks[name] != before.chunks.get(name)} == {
        "ui/dockable-layout"
    }
    undo(page)
    assert_same(see(desk, page), before, undone=True)


def damaged(file: Path, chunk_id: str, target: Path) -> Path:
    """Write a copy in which the gzip of a chunk is spoilt."""
    stored = CellucidSessionBundle(file).read_chunk_bytes(chunk_id)
    whole = file.read_bytes()
    assert whole.count(stored) == 1
    target.write_bytes(whole.replace(stored, b"\0" + stored[1:]))
    return target


def test_cells_of_other_rows_are_placed_by_their_names(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    built = tmp_path / f"built{END}"
    desk.run(_BUILT.format(path=str(built)))
    desk.run(_MOVED)
    desk.show(page, "moved")
    add_group(desk, page, [1, 2, 3])
    before = see(desk, page)
    load(page, built)
    expect(page.get_by_role("log")).to_contain_text("it was made with another order of the rows")
    assert_same(see(desk, page), before)

    press(page, "Place its cells by their names")
    say(page, "5,000 of its 5,000 cells were found by their names.")
    ready(page)
    # Which row of the data as they were stands where.
    rows = np.random.default_rng(7).permutation(dataset().n_obs)
    saved = desk.session()
    cells = {group.label: list(group.cells) for group in saved.groups}
    masks = {"every third": rows % 3 == 0, "none of them": rows < 0, "“é” & <b>": rows > 4000}
    assert cells == {label: list(np.flatnonzero(mask)) for label, mask in masks.items()}
    fields = {field.key: field.codes for field in saved.fields}
    np.testing.assert_array_equal(fields["label"], np.where(rows % 7 == 0, 255, rows % 3))
    np.testing.assert_array_equal(fields["many"], rows % 600)
    undo(page)
    assert_same(see(desk, page), before, undone=True)
