"""`refresh`, and what a server and a page see of it; this process is the kernel, tests the page."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from cellucid_ext.answers import IMMUTABLE
from cellucid_ext.check.browser import Browser
from cellucid_ext.dataset import DatasetError, Source, open_source
from cellucid_ext.kernel import Viewer
from cellucid_ext.kernel.connect import disconnect
from cellucid_ext.kernel.errors import ViewerStopped
from cellucid_ext.kernel.shown import LEFT_VIEWERS_KEPT
from tests.dataset.reading import make
from tests.dataset.test_folder import FILES, change, write
from tests.real_server import SECONDS, RealServer

from .real import kernel_of, logged_in, ok, open_page, runs, shown, viewers_of
from .test_current import Closing

BEFORE: dict[str, Any] = {"size": range(6), "kind": list("aabbcc")}
AFTER: dict[str, Any] = {**BEFORE, "score": [5, 4, 3, 2, 1, 0]}
SCORE = np.arange(5, -1, -1, dtype="<f4").tobytes()


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started
        disconnect()


class InMemory:
    """Data of a form, which can be changed."""

    def __init__(self, folder: Path) -> None:
        self._adata = make(BEFORE)

    def open(self) -> Source:
        return open_source(self._adata, name="PBMC")

    def become(self, obs: dict[str, Any]) -> None:
        for key in obs:
            self._adata.obs[key] = obs[key]

    def rename_cells(self) -> None:
        self._adata.obs_names = self._adata.obs_names[::-1]


class OnDisk:
    """The same where it is a file or a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"PBMC{self.ending}"
        self.become(BEFORE)

    ending = ".h5ad"

    def open(self) -> Source:
        return open_source(self.path)

    def become(self, obs: dict[str, Any]) -> None:
        self.write(make(obs))

    def rename_cells(self) -> None:
        self.write(_renamed(make(AFTER)))

    def write(self, adata: AnnData) -> None:
        # As careful people do: the file that is read stays what it is.
        new = self.path.with_name(f"new{self.ending}")
        adata.write_h5ad(new)
        new.replace(self.path)


class Zarr(OnDisk):
    ending = ".zarr"

    def write(self, adata: AnnData) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        adata.write_zarr(self.path)


class Folder(OnDisk):
    ending = ""

    def write(self, adata: AnnData) -> None:
        more = [f"obs/{key}.values.f32" for key in adata.obs if key == "score"]
        shutil.rmtree(self.path, ignore_errors=True)
        write(open_source(adata, name="PBMC", dataset_id="pbmc"), self.path, [*FILES, *more])


def _renamed(adata: AnnData) -> AnnData:
    adata.obs_names = pd.Index(adata.obs_names[::-1])
    return adata


FORMS = [InMemory, OnDisk, Zarr, Folder]
Form = InMemory | OnDisk


@pytest.fixture(name="data", params=FORMS, ids=lambda form: form.__name__)
def _data(request: pytest.FixtureRequest, tmp_path: Path) -> Form:
    made: Form = request.param(tmp_path)
    return made


@pytest.fixture(name="viewer")
def _viewer(server: RealServer, data: Form) -> Iterator[Viewer]:
    with Viewer(data.open(), server=server.url_with_token) as made:
        yield made


def address(viewer: Viewer, path: str) -> str:
    return f"_cellucid/viewers/{viewer.viewer_id}/data/{path}"


async def identity_of(browser: Browser, viewer: Viewer) -> dict[str, Any]:
    found: dict[str, Any] = await browser.json(address(viewer, "dataset_identity.json"))
    return found


def fields(identity: dict[str, Any]) -> list[str]:
    return [field["key"] for field in identity["obs_fields"]]


@runs
async def test_what_changed_is_shown(server: RealServer, data: Form, viewer: Viewer) -> None:
    browser = await logged_in(server)
    page = await open_page(browser, viewer.viewer_id)
    await asyncio.to_thread(viewer.wait_for_ready, SECONDS)
    before = await identity_of(browser, viewer)
    assert fields(before) == ["size", "kind"]

    data.become(AFTER)
    await asyncio.to_thread(viewer.refresh)
    assert set(await page.expect("refresh")) == {"type", "seq"}
    after = await identity_of(browser, viewer)
    assert fields(after) == ["size", "kind", "score"]
    assert after["rows"] == before["rows"]
    await asyncio.to_thread(viewer.set_color_by, "score")
    assert (await page.expect("setColorBy"))["field"] == "score"

    path = address(viewer, "obs/score.values.f32")
    if isinstance(data, Folder):
        answer = await browser.fetch(path)
        assert answer.headers["Cache-Control"] == "private, no-cache"
    else:
        answer = await browser.fetch(path, v=after["revision"])
        assert answer.headers["Cache-Control"] == IMMUTABLE
        stale = await browser.fetch(path, v=before["revision"])
        assert (stale.code, b"dataset-changed" in stale.body) == (409, True)
    assert (answer.code, answer.body) == (200, SCORE)


@runs
async def test_a_page_that_was_away_hears_of_it(
    server: RealServer, data: Form, viewer: Viewer
) -> None:
    data.become(AFTER)
    await asyncio.to_thread(viewer.refresh)
    page = await open_page(await logged_in(server), viewer.viewer_id)
    await page.expect("refresh")


@runs
async def test_a_page_that_was_away_looks_once(server: RealServer) -> None:
    with Viewer(Closing(), server=server.url_with_token) as viewer:
        for _ in range(3):
            await asyncio.to_thread(viewer.refresh)
        viewer.set_color_by(None)
        viewer.refresh()
        assert viewer.state.waiting_commands == 2
        page = await open_page(await logged_in(server), viewer.viewer_id)
        await page.expect("refresh")
        await page.expect("setColorBy")
        await asyncio.to_thread(viewer.refresh)
        await page.expect("refresh")


@runs
async def test_other_cells_are_not_shown(server: RealServer, data: Form, viewer: Viewer) -> None:
    browser = await logged_in(server)
    data.rename_cells()
    with pytest.raises(DatasetError, match=r"'PBMC' have other names, or another order.*show it"):
        await asyncio.to_thread(viewer.refresh)
    if isinstance(data, InMemory):
        # It goes on with what it has.
        answer = await browser.fetch(address(viewer, "obs_names.txt"))
        assert answer.body.startswith(b"cell-0\n")
        assert viewer.dataset_report().n_cells == 6


@pytest.mark.parametrize("form", [OnDisk, Folder], ids=lambda form: form.__name__)
def test_fewer_cells_are_not_shown(server: RealServer, tmp_path: Path, form: type[OnDisk]) -> None:
    data = form(tmp_path)
    with Viewer(data.open(), server=server.url_with_token) as viewer:
        data.write(make(BEFORE)[:4].copy())
        with pytest.raises(
            DatasetError, match="'PBMC' had 6 cells when it was shown and has 4 now"
        ):
            viewer.refresh()
        assert viewers_of(server)[viewer.viewer_id]["dataset"]["nCells"] == 6


def test_another_folder_that_does_not_know_its_cells(server: RealServer, tmp_path: Path) -> None:
    """As the package cellucid writes them."""
    folder = Folder(tmp_path).path
    change(folder, "dataset_identity.json", lambda identity: {**identity, "rows": None})
    with Viewer(open_source(folder), server=server.url_with_token) as viewer:
        viewer.refresh()
        change(folder, "dataset_identity.json", lambda identity: {**identity, "id": "other"})
        with pytest.raises(DatasetError, match="become another dataset, 'other' instead of 'pbmc'"):
            viewer.refresh()


@pytest.mark.parametrize("title", [None, "Mine"])
def test_the_server_hears_what_the_dataset_is_called(
    server: RealServer, tmp_path: Path, title: str | None
) -> None:
    folder = Folder(tmp_path).path
    with Viewer(open_source(folder), title=title, server=server.url_with_token) as viewer:
        token = viewer.viewer_token
        change(folder, "dataset_identity.json", lambda identity: {**identity, "name": "Blood"})
        viewer.refresh()
        listed = viewers_of(server)[viewer.viewer_id]
        assert listed["dataset"]["name"] == "Blood"
        assert listed["title"] == (title or "Blood")
        assert viewer.state.dataset["name"] == "Blood"
        assert viewer.viewer_token == token


@runs
async def test_data_that_can_not_be_shown_any_more(
    server: RealServer, data: Form, viewer: Viewer
) -> None:
    if isinstance(data, InMemory):
        del data._adata.obsm["X_umap"]
    elif data.path.is_dir():
        shutil.rmtree(data.path)
    else:
        data.path.unlink()
    with pytest.raises(DatasetError):
        await asyncio.to_thread(viewer.refresh)
    assert not viewer.state.ended


def test_a_viewer_that_was_stopped(server: RealServer) -> None:
    viewer = Viewer(open_source(make(BEFORE)), server=server.url_with_token)
    viewer.stop()
    for ask in (viewer.refresh, viewer.dataset_report):
        with pytest.raises(ViewerStopped):
            ask()


@runs
async def test_genes_and_codes_are_gzipped_on_the_way(server: RealServer) -> None:
    genes = np.zeros((20_000, 2), dtype="f4")
    genes[::20] = np.random.default_rng(0).random((1000, 2))
    adata = make(None, genes, {"X_umap": np.random.default_rng(1).random((20_000, 2))})
    with Viewer(open_source(adata), server=server.url_with_token) as viewer:
        browser = await logged_in(server)
        for path, body, encoding in (
            ("var/g1.values.f32", genes[:, 1].tobytes(), "gzip"),
            ("points_2d.bin", None, None),
        ):
            answer = await browser.fetch(address(viewer, path))
            assert answer.headers.get("X-Consumed-Content-Encoding") == encoding
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert body is None or answer.body == body


# Closing.


def test_a_source_that_a_person_made_stays_open(server: RealServer) -> None:
    source = Closing()
    with Viewer(source, server=server.url_with_token) as one:
        with Viewer(source, server=server.url_with_token) as other:
            other.refresh()
            made = other._shown.current.source
        assert one._shown.current.source is source
    assert isinstance(made, Closing)
    assert (source.closed, made.closed) == (0, 1)


OPENED = """
import psutil
def opened():
    return [file.path for file in psutil.Process().open_files() if file.path.endswith(".h5ad")]
"""
# They are closed a moment after the next one is shown.
STEADY = f"""
import time
end = time.monotonic() + 20
while len(opened()) > {LEFT_VIEWERS_KEPT + 1} and time.monotonic() < end:
    time.sleep(0.02)
print(len(opened()))
"""
OPTIONS = """
from cellucid_ext import show, show_anndata
import anndata
adata = anndata.read_h5ad({path!r})
adata.layers["twice"] = 2 * adata.X
adata.obs["when"] = __import__("pandas").Timestamp(0)
viewer = show_anndata(
    adata, dataset_name="Mine", dataset_id="mine-1", embeddings={{2: "X_umap"}},
    expression="layer:twice", gene_id_column="index", obs_keys=["kind", "when"], genes=["g1"],
    graph=None, vectors=None, latent=None, modality=None,
)
report = viewer.dataset_report()
print(report.name, report.id, report.expression, report.n_genes, dict(report.columns))
print([(each.key, each.why) for each in report.left_out if each.what == "obs column"])
"""


@runs
async def test_options_and_what_is_opened_in_a_notebook(server: RealServer, tmp_path: Path) -> None:
    data, folder = OnDisk(tmp_path), Folder(tmp_path / "folder")
    async with kernel_of(server) as (browser, notebook):
        output = ok(await notebook.run(OPTIONS.format(path=str(data.path))))
        (viewer_id,) = shown(output)
        report, left_out = output.text.splitlines()
        assert report == "Mine mine-1 layer:twice 1 {'kind': 'category'}"
        assert "'when'" in left_out
        assert "('size', 'it is not among obs_keys')" in left_out
        gene = await browser.fetch(f"_cellucid/viewers/{viewer_id}/data/var/g1.values.f32")
        assert np.frombuffer(gene.body, "<f4").tolist() == [2, 0, 0, 0, 0, 8]

        code = f"viewer = show({str(data.path)!r}, name='Blood', obs_keys=['kind'])\n"
        code += "print(viewer.dataset_report().name, *viewer.dataset_report().columns)"
        assert ok(await notebook.run(code)).text == "Blood kind\n"
        code = f"print(show_anndata({str(folder.path)!r}).dataset_report().n_cells)"
        assert ok(await notebook.run(code)).text == "6\n"
        refused = await notebook.run(f"show_anndata({str(folder.path)!r}, obs_keys=['kind'])")
        assert refused.error is not None
        assert refused.error.startswith("TypeError: a dataset folder is shown as it was made")

        assert ok(await notebook.run(f"{OPENED}print(len(opened()))")).text == "1\n"
        assert ok(await notebook.run("viewer.refresh(); print(len(opened()))")).text == "1\n"
        assert ok(await notebook.run("viewer.stop(); print(opened())")).text == "[]\n"
        # Those too that nobody holds any more, but for the last ones.
        paths = [tmp_path / f"{n}.h5ad" for n in range(12)]
        for path in paths:
            shutil.copy(data.path, path)
        code = f"for path in {[str(path) for path in paths]}: show(path)\n{STEADY}"
        assert int(ok(await notebook.run(code)).text.splitlines()[-1]) == LEFT_VIEWERS_KEPT + 1
