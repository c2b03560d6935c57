"""What ``open/`` may read: nothing but what lies below the server's roots."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.services.contents.manager import AsyncContentsManager
from traitlets import TraitError
from traitlets.config import Config

from cellucid_ext.dataset import Source
from cellucid_ext.server.app import CellucidExtension
from tests.dataset.reading import body
from tests.dataset.test_folder import write

from .opening import NOTHING, get, refused
from .peers import Peer


@pytest.fixture
def outside(tmp_path: Path, root: Path, played: Source) -> Path:
    """A dataset that is not below the server's root, with links to it, and hidden ones."""
    folder = write(played, tmp_path / "outside")
    assert not folder.is_relative_to(root)
    (root / "link").symlink_to(folder, target_is_directory=True)
    (root / "links").symlink_to(folder.parent, target_is_directory=True)
    write(played, root / ".hidden")
    write(played, root / "sub" / ".hidden" / "pbmc")
    (root / "loop").symlink_to(root / "loop")
    return folder


UNSEEN = [
    "nothing",
    "../outside",
    "..%2Foutside",
    "%2E%2E/outside",
    "sub/../../outside",
    "sub/%2e%2e/%2e%2e/outside",
    "./../outside",
    "..%5Coutside",
    "sub%5C..%5C..%5Coutside",
    "link",
    "links/outside",
    ".hidden",
    "sub/.hidden/pbmc",
    "loop",
    "nothing%00",
    "some%20data%00/pbmc",
    "some%20data//pbmc",
    "some%20data/pbmc/",
    "/some%20data/pbmc",
    "some%20data/./pbmc",
    "%EF%BF%BF",
    "x" * 300,
    "x" * 2000,
]


@pytest.mark.usefixtures("outside", "folder")
@pytest.mark.parametrize("dataset", UNSEEN)
async def test_what_may_not_be_seen_is_not_there(person: Peer, dataset: str) -> None:
    answer = await person.fetch("GET", f"open/{dataset}/-/points_2d.bin")
    assert (answer.code, refused(answer)) == (404, NOTHING)


async def test_absolute_paths(person: Peer, outside: Path, folder: Path) -> None:
    for path in (str(outside), str(folder)):
        texts = (path, f"/{path}")
        for written in [quote(text, safe=safe) for text in texts for safe in ("/", "")]:
            answer = await person.fetch("GET", f"open/{written}/-/points_2d.bin")
            assert (answer.code, refused(answer)) == (404, NOTHING)


@pytest.mark.parametrize(
    "path", ["..%2Fsecret.txt", "a/../../secret.txt", "a%5C..%5Csecret.txt", "x%00", "a//b"]
)
async def test_files_outside_of_the_dataset(person: Peer, folder: Path, path: str) -> None:
    (folder.parent / "secret.txt").write_text("not yours")
    answer = await get(person, "some data/pbmc", path)
    assert (answer.code, (refused(answer))["code"]) == (404, "not-found")


async def test_links_and_hidden_files_in_the_dataset(
    person: Peer, folder: Path, outside: Path
) -> None:
    (folder / "link.bin").symlink_to(outside / "points_2d.bin")
    (folder / ".secret").write_text("not yours")
    for path in ("link.bin", ".secret"):
        assert (await get(person, "some data/pbmc", path)).code == 404


async def test_no_root_that_is_not_set(person: Peer, outside: Path, root: Path) -> None:
    for given in (outside.parent, root, "/", ""):
        answer = await get(person, "outside", "points_2d.bin", given)
        assert (answer.code, refused(answer)) == (404, NOTHING)


class TestOtherRoots:
    @pytest.fixture
    def extension_config(self, tmp_path: Path) -> dict[str, Any]:
        return {"open_roots": [str(tmp_path / "outside"), str(tmp_path / "not there")]}

    @pytest.fixture
    def atlas(self, outside: Path, played: Source) -> Path:
        write(played, outside / "atlas")
        write(played, outside / ".hidden")
        return outside

    async def test_they_are_read(self, person: Peer, atlas: Path, played: Source) -> None:
        for dataset in ("atlas", ""):
            answer = await get(person, dataset, "points_2d.bin", atlas)
            assert (answer.code, answer.body) == (200, body(played, "points_2d.bin"))

    async def test_links_may_lead_there(self, person: Peer, atlas: Path, root: Path) -> None:
        assert (await get(person, "link/atlas", "points_2d.bin")).code == 200
        assert (await get(person, "link", "points_2d.bin")).code == 200
        back = atlas / "back"
        back.symlink_to(root, target_is_directory=True)
        assert (await get(person, "back/nothing", "points_2d.bin", atlas)).code == 404
        shutil.copytree(atlas / "atlas", atlas.parent / "elsewhere")
        assert (await get(person, "links/elsewhere", "points_2d.bin")).code == 404

    @pytest.mark.parametrize(
        "dataset", ["../elsewhere", ".hidden", "..%2Felsewhere", "%2Fatlas", "nothing"]
    )
    async def test_no_more_than_they(self, person: Peer, atlas: Path, dataset: str) -> None:
        shutil.copytree(atlas / "atlas", atlas.parent / "elsewhere")
        query = f"root={quote(str(atlas))}"
        answer = await person.fetch("GET", f"open/{dataset}/-/points_2d.bin?{query}")
        assert (answer.code, refused(answer)) == (404, NOTHING)

    async def test_by_their_own_names_only(self, person: Peer, atlas: Path) -> None:
        for given in (atlas.parent, f"{atlas}/", f"{atlas}/atlas/..", "outside"):
            assert (await get(person, "atlas", "points_2d.bin", given)).code == 404


class TestHiddenFilesAllowed:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ContentsManager"] = {"allow_hidden": True}
        return jp_server_config

    @pytest.mark.usefixtures("outside")
    async def test_they_are_read(self, person: Peer) -> None:
        for dataset in (".hidden", "sub/.hidden/pbmc"):
            assert (await get(person, dataset, "points_2d.bin")).code == 200
        for dataset in ("../outside", "..", "."):
            answer = await person.fetch("GET", f"open/{dataset}/-/points_2d.bin")
            assert answer.code == 404


class Elsewhere(AsyncContentsManager):  # type: ignore[misc]
    """Keeps its files in another place than on disk."""


class TestContentsElsewhere:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any, jp_root_dir: Path) -> Any:
        jp_server_config["ServerApp"]["contents_manager_class"] = Elsewhere
        jp_server_config["Elsewhere"] = {"root_dir": str(jp_root_dir)}
        return jp_server_config

    @pytest.mark.usefixtures("folder")
    async def test_nothing_is_shown(self, person: Peer, jp_serverapp: Any, root: Path) -> None:
        assert jp_serverapp.contents_manager.root_dir == str(root)
        for dataset in ("some data/pbmc", str(root / "some data/pbmc"), ""):
            answer = await get(person, dataset, "points_2d.bin")
            assert (answer.code, refused(answer)) == (404, NOTHING)


def test_relative_roots_are_refused() -> None:
    config = Config({"CellucidExtension": {"open_roots": ["/data", "data"]}})
    with pytest.raises(TraitError, match="open_roots names 'data'; it must be the absolute path"):
        CellucidExtension(config=config)


def test_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = Config({"CellucidExtension": {"open_roots": ["~/data"]}})
    assert CellucidExtension(config=config).open_roots == [str(tmp_path / "data")]


async def test_strangers(stranger: Peer, cookie_person: Peer, folder: Path, root: Path) -> None:
    for dataset in ("some data/pbmc", "nothing"):
        answer = await get(stranger, dataset, "points_2d.bin")
        assert (answer.code, (refused(answer))["code"]) == (403, "not-authenticated")
    # A page of another site that rides on the cookie can't read the answer.
    assert (await get(cookie_person, "some data/pbmc", "points_2d.bin")).code == 200


class NoContents(Authorizer):  # type: ignore[misc]
    """Lets people use the viewer, and read no files."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return resource != "contents"


class TestNoContents:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Any) -> Any:
        jp_server_config["ServerApp"]["authorizer_class"] = NoContents
        return jp_server_config

    @pytest.mark.usefixtures("folder")
    async def test_who_may_read_no_files(self, person: Peer) -> None:
        NoContents.asked.clear()
        answer = await get(person, "some data/pbmc", "points_2d.bin")
        assert (answer.code, (refused(answer))["code"]) == (403, "forbidden")
        assert NoContents.asked == [("read", "cellucid"), ("read", "contents")]
