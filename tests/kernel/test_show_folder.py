"""`show(folder)` in a real notebook; the test reads the files through the server as a page does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cellucid_ext import show
from cellucid_ext.dataset import open_source
from cellucid_ext.protocol import MIME_TYPE
from tests.dataset.reading import X, content, make
from tests.dataset.test_folder import FILES, write
from tests.real_server import RealServer

from .real import kernel_of, ok, runs, shown, viewers_of


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with RealServer(tmp_path_factory.mktemp("server"), base_url="/a%40b/") as started:
        yield started


@pytest.fixture(name="folder")
def _folder(server: RealServer, request: pytest.FixtureRequest) -> Path:
    source = open_source(make({"size": range(6), "kind": list("aabbcc")}), name="PBMC")
    return write(source, server.root / request.node.name)


def stored(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in FILES}


@runs
async def test_its_files_reach_a_page(server: RealServer, folder: Path) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = f"from cellucid_ext import show\nviewer = show({str(folder)!r}, height=350)\nviewer"
        output = ok(await notebook.run(code))
        (viewer_id,) = shown(output)
        assert output.displays[0][MIME_TYPE]["height"] == 350
        listed = viewers_of(server)[viewer_id]
        assert listed["title"] == "PBMC"
        assert listed["dataset"]["nCells"] == 6
        data = f"_cellucid/viewers/{viewer_id}/data"
        for path, body in stored(folder).items():
            answer = await browser.fetch(f"{data}/{path}")
            assert (answer.code, content(path, answer.body)) == (200, content(path, body)), path
        for path in ("points_3d.bin", "obs", ".hidden"):
            assert (await browser.fetch(f"{data}/{path}")).code == 404
        code = "viewer.highlight_cells(['cell-2']); viewer.set_color_by('kind')"
        ok(await notebook.run(code))


@runs
async def test_a_large_file_is_sent_in_pieces(server: RealServer, folder: Path) -> None:
    size = 96 * 2**20
    with (folder / "large.bin").open("wb") as file:
        file.truncate(size - 4)
        file.seek(0, 2)
        file.write(b"last")
    code = f"""
import resource
from cellucid_ext import show
viewer = show({str(folder)!r}, title="Large")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""
    async with kernel_of(server) as (browser, notebook):
        (viewer_id,) = shown(ok(await notebook.run(code)))
        data = f"_cellucid/viewers/{viewer_id}/data"
        answer = await browser.fetch(f"{data}/large.bin")
        assert answer.code == 200
        assert len(answer.body) == size
        assert answer.body.endswith(b"\0last")
        code = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
        grown = int(ok(await notebook.run(code)).text)
        assert grown < 48 * 1024, f"the kernel grew by {grown:,} KiB"


@runs
async def test_a_file_that_changes_while_it_is_shown(server: RealServer, folder: Path) -> None:
    async with kernel_of(server) as (browser, notebook):
        code = f"from cellucid_ext import show\nviewer = show({str(folder)!r}, title='Mine')"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        assert viewers_of(server)[viewer_id]["title"] == "Mine"
        path = f"_cellucid/viewers/{viewer_id}/data/obs/size.values.f32"
        before = await browser.fetch(path)
        (folder / "obs/size.values.f32").write_bytes(b"new values")
        after = await browser.fetch(path)
        assert after.body == b"new values"
        assert before.headers["ETag"] != after.headers["ETag"]
        (folder / "obs/size.values.f32").unlink()
        assert (await browser.fetch(path)).code == 404
        # And the kernel still answers.
        assert (await browser.fetch(path.replace("size.values.f32", "kind.codes.u8"))).code == 200


@runs
async def test_an_h5ad(server: RealServer) -> None:
    make({"size": range(6)}).write_h5ad(server.root / "mine.h5ad")
    async with kernel_of(server) as (browser, notebook):
        code = f"from cellucid_ext import show\nshow({str(server.root / 'mine.h5ad')!r})"
        (viewer_id,) = shown(ok(await notebook.run(code)))
        assert viewers_of(server)[viewer_id]["dataset"]["name"] == "mine"
        answer = await browser.fetch(f"_cellucid/viewers/{viewer_id}/data/var/g1.values.f32")
        assert answer.body == X[:, 1].tobytes()


@runs
async def test_what_is_no_dataset_folder(server: RealServer, folder: Path) -> None:
    (folder / "obs_manifest.json").unlink()
    code = f"from cellucid_ext import show\nshow({str(folder)!r})"
    async with kernel_of(server) as (_, notebook):
        output = await notebook.run(code)
        assert output.error is not None
        assert output.error.startswith("DatasetError")
        assert "has no obs_manifest.json" in output.error
        assert not viewers_of(server)


def test_an_anndata_is_shown_by_the_other_one() -> None:
    with pytest.raises(TypeError, match="got AnnData; show_anndata shows an AnnData"):
        show(make())  # type: ignore[arg-type]
