"""A dataset folder on disk: what our own sources give, written into files, and a peer's folder."""

from __future__ import annotations

import gzip
import os
import subprocess
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from cellucid_ext import prepare
from cellucid_ext.answers import Asked, answer
from cellucid_ext.dataset import DatasetError, Source, open_source
from cellucid_ext.demo import make_dataset

from .folders import FILES, _folder, _played, change, write
from .reading import body, content, expression, identity, labels, make, points, read_json, values

__all__ = ["_folder", "_played"]


def test_every_file_is_what_was_played(folder: Path, played: Source) -> None:
    source = open_source(folder)
    for path in FILES:
        assert content(path, body(source, path)) == content(path, body(played, path)), path
    assert (source.id, source.name) == (played.id, "PBMC")
    assert (source.n_cells, source.n_vars) == (6, 3)


def test_a_folder_that_is_prepared_anew_while_it_is_open(folder: Path) -> None:
    source = open_source(folder)
    before = identity(source)["revision"]
    path = "obs/size.values.f32"
    page = Asked(revision=before)
    reply = answer(source, path, page)
    # Somebody may write this one anew and leave the manifests as they are.
    assert (reply.status, "Cache-Control" in reply.headers) == (200, False)
    prepare(make({"size": range(6)})[::-1], folder, overwrite=True, progress=False)
    assert answer(source, path, page).status == 409
    after = identity(source)["revision"]
    assert answer(source, path, Asked(revision=after)).status == 200
    assert source.refreshed().revision == after


def test_a_folder_says_that_it_opens_with_a_session(folder: Path) -> None:
    change(folder, "dataset_identity.json", lambda d: d.update(state_snapshots=True))
    source = open_source(folder)
    before = source.read("dataset_identity.json").etag
    assert "state_snapshots" not in identity(source)
    (folder / "state-snapshots.json").write_text("[]")
    assert identity(source)["state_snapshots"] is True
    # Who has it hears of the new one, and the data are the same.
    asked = Asked(if_none_match=before, revision=source.revision)
    assert answer(source, "dataset_identity.json", asked).status == 200
    assert answer(source, "state-snapshots.json", asked).status == 200


def test_the_demo_in_a_folder(tmp_path: Path) -> None:
    adata = make_dataset(n_cells=300)
    played = open_source(adata)
    genes = [f"var/{gene}.values.f32" for gene in adata.var_names]
    names = ["dataset_identity.json", "obs_manifest.json", "var_manifest.json", "obs_names.txt"]
    names += ["points_2d.bin", "points_3d.bin", "obs/pseudotime.values.f32"]
    source = open_source(write(played, tmp_path, [*names, "obs/cell_type.codes.u8", *genes]))
    assert points(source, 3).shape == (300, 3)
    assert labels(source, "cell_type") == adata.obs["cell_type"].tolist()
    np.testing.assert_array_equal(
        values(source, "pseudotime"), adata.obs["pseudotime"].to_numpy(np.float32)
    )
    assert expression(source, "CD14") == adata[:, "CD14"].X.toarray().ravel().tolist()


@pytest.mark.parametrize("given", [str, Path])
def test_a_path_from_the_working_folder(
    folder: Path, given: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    source = open_source(given("pbmc"))
    monkeypatch.chdir("/")
    assert identity(source)["name"] == "PBMC"


def test_a_link_to_a_folder(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder, target_is_directory=True)
    assert body(open_source(link), "points_2d.bin") == (folder / "points_2d.bin").read_bytes()


def test_a_hidden_folder(folder: Path) -> None:
    assert open_source(folder.rename(folder.parent / ".hidden")).n_cells == 6


def test_gzipped_files_are_sent_as_they_are(folder: Path, played: Source) -> None:
    for path in FILES[4:]:
        packed = gzip.compress((folder / path).read_bytes())
        (folder / path).unlink()
        (folder / f"{path}.gz").write_bytes(packed)
    change(
        folder,
        "dataset_identity.json",
        lambda d: d["embeddings"]["files"].update({"2d": "points_2d.bin.gz"}),
    )
    source = open_source(folder)
    for path in FILES[4:]:
        assert gzip.decompress(body(source, f"{path}.gz")) == body(played, path)
        with pytest.raises(FileNotFoundError):
            source.read(path)


def test_without_expression_and_names(folder: Path) -> None:
    (folder / "var_manifest.json").unlink()
    (folder / "obs_names.txt").unlink()
    change(folder, "dataset_identity.json", lambda d: d["stats"].update({"n_genes": None}))
    source = open_source(folder)
    assert source.n_vars == 0
    with pytest.raises(FileNotFoundError):
        source.read("obs_names.txt")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        ".",
        "..",
        "../outside.txt",
        "obs/../dataset_identity.json",
        "./dataset_identity.json",
        "//dataset_identity.json",
        "obs//size.values.f32",
        "obs\\size.values.f32",
        "..\\outside.txt",
        "dataset_identity.json\0",
        "dataset_identity.json/",
        "dataset_identity.json/x",
        "obs",
        ".secret",
        ".hidden/secret",
        "link.txt",
        "links/outside.txt",
        "to_hidden",
        "loop",
        "pipe",
        "x" * 300,
        "\ud800",
        "points_3d.bin",
    ],
)
def test_a_path_it_does_not_have(folder: Path, path: str) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("not yours")
    (folder / "link.txt").symlink_to(outside)
    (folder / "links").symlink_to(folder.parent, target_is_directory=True)
    (folder / ".secret").write_text("not yours")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "secret").write_text("not yours")
    (folder / "to_hidden").symlink_to(folder / ".secret")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    with pytest.raises(FileNotFoundError):
        open_source(folder).read(path)


def test_an_absolute_path(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_source(folder).read(str(folder / "points_2d.bin"))


def test_links_that_stay_inside(folder: Path, played: Source) -> None:
    (folder / "points_2d.bin").rename(folder / "obs" / "points")
    (folder / "points_2d.bin").symlink_to(folder / "obs" / "points")
    assert body(open_source(folder), "points_2d.bin") == body(played, "points_2d.bin")


def test_what_is_no_folder(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no folder or file '.*nowhere'"):
        open_source(folder / "nowhere")
    with pytest.raises(DatasetError, match=r"'a.x00b' can't be read: embedded null"):
        open_source("a\0b")
    with pytest.raises(DatasetError, match=r"bin' is neither a dataset folder nor an .h5ad"):
        open_source(folder / "points_2d.bin")


@pytest.mark.parametrize("given", [{"name": "other"}, {"dataset_id": "other"}])
def test_a_folder_says_its_name_itself(folder: Path, given: dict[str, str]) -> None:
    with pytest.raises(TypeError, match=f"as it was made, so it takes no {next(iter(given))}"):
        open_source(folder, **given)


def test_a_file_written_again_has_another_tag(folder: Path) -> None:
    source = open_source(folder)
    file = folder / "obs" / "size.values.f32"
    before = source.read("obs/size.values.f32")
    assert before.etag == source.read("obs/size.values.f32").etag
    file.write_bytes(b"\1" * 28)
    with pytest.raises(DatasetError, match=r"obs/size.values.f32 changed while it was read: try"):
        bytes(before.body)
    after = source.read("obs/size.values.f32")
    assert after.etag != before.etag
    assert bytes(after.body) == b"\1" * 28


def test_a_file_cut_short_while_it_is_read(folder: Path) -> None:
    """To read a mapped file then would end the process."""
    part = open_source(folder).read("points_2d.bin").body[8:40]
    os.truncate(folder / "points_2d.bin", 4)
    with pytest.raises(DatasetError, match="changed while it was read"):
        part.tobytes()
    (folder / "points_2d.bin").unlink()
    with pytest.raises(DatasetError, match=r"points_2d.bin can't be read: No such file"):
        part.tobytes()


def test_a_file_that_becomes_a_pipe(folder: Path) -> None:
    """To open one would wait for ever for somebody who writes into it."""
    file = open_source(folder).read("points_2d.bin").body
    (folder / "points_2d.bin").unlink()
    os.mkfifo(folder / "points_2d.bin")
    told: list[str] = []

    def read() -> None:
        with pytest.raises(DatasetError) as error:
            file.tobytes()
        told.append(str(error.value))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(10)
    assert told == ["points_2d.bin changed while it was read: try again"]


def test_a_file_that_becomes_a_link(folder: Path) -> None:
    """Even to the very same file: where it leads now was not looked at."""
    file = open_source(folder).read("points_2d.bin").body
    (folder / "points_2d.bin").rename(folder.parent / "moved")
    (folder / "points_2d.bin").symlink_to(folder.parent / "moved")
    with pytest.raises(DatasetError, match=r"points_2d.bin can't be read: Too many levels"):
        file.tobytes()


def test_a_folder_that_becomes_a_link(folder: Path) -> None:
    file = open_source(folder).read("points_2d.bin").body
    folder.rename(folder.parent / "moved")
    folder.symlink_to(folder.parent / "moved", target_is_directory=True)
    with pytest.raises(DatasetError, match=r"points_2d.bin changed while it was read: try again"):
        file.tobytes()


def test_parts(folder: Path) -> None:
    whole = (folder / "points_2d.bin").read_bytes()
    file = open_source(folder).read("points_2d.bin").body
    assert file.nbytes == 48
    for part in (slice(8, 16), slice(40, 99), slice(-8, None), slice(9, 3), slice(48, 50)):
        taken = file[part]
        assert (taken.nbytes, taken.tobytes()) == (len(whole[part]), whole[part])
    assert file[8:40][4:8].tobytes() == whole[12:16]
    with pytest.raises(ValueError, match="no steps"):
        file[::2]


def test_a_large_file_is_not_held(folder: Path) -> None:
    size = 2**30
    with (folder / "vectors.bin").open("wb") as file:
        file.truncate(size)
    source = open_source(folder)
    tracemalloc.start()
    body = source.read("vectors.bin").body
    assert body.nbytes == size
    assert body[size - 2**20 :].tobytes() == bytes(2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


PREPARE = """
import sys, cellucid, numpy as np, pandas as pd
from scipy import sparse
n = 60
obs = pd.DataFrame(
    {"size": np.arange(n, dtype=float), "kind": pd.Categorical(list("abc") * (n // 3))},
    index=[f"c{i}" for i in range(n)],
)
umap = np.random.default_rng(0).normal(size=(n, 2))
packed = dict(
    compression=6,
    var_quantization=8,
    obs_continuous_quantization=16,
    connectivities=sparse.csr_matrix(np.eye(n, k=1) + np.eye(n, k=-1)),
)
for name, options in (("plain", {}), ("packed", packed)):
    cellucid.prepare(
        obs=obs, var=pd.DataFrame(index=["g0", "g1"]), X_umap_2d=umap, latent_space=umap,
        gene_expression=np.arange(2 * n, dtype="f4").reshape(n, 2), out_dir=f"{sys.argv[1]}/{name}",
        dataset_id="theirs", dataset_name="Theirs", **options,
    )
"""


def test_folders_that_the_peer_wrote(peer_python: Path, tmp_path: Path) -> None:
    made = subprocess.run(
        [peer_python, "-c", PREPARE, tmp_path], capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stderr
    plain, packed = open_source(tmp_path / "plain"), open_source(tmp_path / "packed")
    for source in (plain, packed):
        assert (source.id, source.name) == ("theirs", "Theirs")
        assert (source.n_cells, source.n_vars) == (60, 2)
    assert points(plain, 2).shape == (60, 2)
    assert np.frombuffer(body(plain, "var/g1.values.f32"), "<f4")[:2].tolist() == [1, 3]
    assert np.frombuffer(body(plain, "obs/kind.codes.u8"), "u1")[:4].tolist() == [0, 1, 2, 0]

    path = identity(packed)["embeddings"]["files"]["2d"]
    assert gzip.decompress(body(packed, path)) == body(plain, "points_2d.bin")
    schema = read_json(packed, "obs_manifest")["_obsSchemas"]["continuous"]
    size = gzip.decompress(body(packed, schema["pathPattern"].replace("{key}", "size")))
    read = np.frombuffer(size, "<u2") / 65534 * 59
    np.testing.assert_allclose(read, np.arange(60), atol=0.01)
    assert packed.read("connectivity/edges.src.bin.gz").body.nbytes > 0
