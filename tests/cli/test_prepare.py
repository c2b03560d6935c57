"""`jupyter cellucid prepare`, as it is typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cellucid_ext.cli import main
from cellucid_ext.dataset import open_source
from cellucid_ext.dataset.report import DatasetReport, report
from cellucid_ext.session.snapshots import read_snapshots
from tests.dataset.reading import X, make
from tests.dataset.unpacked import Unpacked
from tests.session.made import Made


@pytest.fixture(name="data", scope="module")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    adata = make({"size": range(6), "kind": list("aabbcc")})
    adata.layers["counts"] = X * 2
    adata.var["symbol"] = ["CD3E", "CD14", "NKG7"]
    adata.obsm["X_pca"] = np.arange(30, dtype=np.float32).reshape(6, 5)
    adata.obsm["velocity_umap"] = np.ones((6, 2), dtype=np.float32)
    adata.obsm["drift_umap"] = np.ones((6, 2), dtype=np.float32)
    adata.obsp["connectivities"] = np.ones((6, 6), dtype=np.float32)
    adata.obsp["mine"] = np.eye(6, k=1, dtype=np.float32)
    path = tmp_path_factory.mktemp("data") / "blood.h5ad"
    adata.write_h5ad(path)
    return path


def told_of(folder: Path) -> DatasetReport:
    return report(open_source(folder))


def test_as_a_person_types_it(data: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("jupyter")
    command = [program, "cellucid", "prepare", data, "blood", "--compression=6"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("'blood' (blood-")
    assert lines[0].endswith("dataset folder, made of .h5ad file: 6 cells, 3 genes of X")
    assert lines[-1] == "written: blood (0.0 MiB)"
    assert (tmp_path / "blood" / "points_2d.bin.gz").is_file()


def test_all_that_may_be_said(data: Path, tmp_path: Path) -> None:
    Made(n_cells=6).write(tmp_path / "s.cellucid-session")
    words = ["--quantization", "8", "--name", "Blood", "--dataset-id", "mine", "--graph", "mine"]
    words += ["--embedding", "3=X_pca", "--expression", "layer:counts", "--gene-id-column"]
    words += ["symbol", "--gene", "NKG7", "--gene", "CD14", "--obs-key", "kind"]
    words += ["--latent", "X_pca", "--session", str(tmp_path / "s.cellucid-session")]
    assert main(["prepare", str(data), str(tmp_path / "a"), *words]) == 0
    told = told_of(tmp_path / "a")
    assert (told.name, told.id, told.expression) == ("Blood", "mine", "layer:counts")
    assert (told.columns, told.embeddings) == ({"kind": "category"}, {3: "X_pca"})
    assert (told.n_genes, told.graph) == (2, 5)
    found = Unpacked(tmp_path / "a")
    assert found.genes() == ["NKG7", "CD14"]
    assert found.gene("CD14")[5] == 8
    assert read_snapshots(tmp_path / "a") == ["s.cellucid-session"]


def test_what_may_be_left_out(data: Path, tmp_path: Path) -> None:
    (tmp_path / "genes.txt").write_text("g2\n\n g0 \n")
    words = ["--genes-file", str(tmp_path / "genes.txt"), "--no-graph", "--vectors", "drift"]
    assert main(["prepare", str(data), str(tmp_path / "a"), *words]) == 0
    told = told_of(tmp_path / "a")
    assert (told.graph, told.vectors) == (0, ("drift_umap",))
    assert Unpacked(tmp_path / "a").genes() == ["g2", "g0"]


def test_a_folder_is_replaced_if_told_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["prepare", str(data), str(tmp_path / "a")]
    assert main([*command, "--name", "first"]) == 0
    capsys.readouterr()
    assert main([*command, "--name", "second"]) == 1
    told = f"jupyter cellucid prepare: {tmp_path / 'a'} exists; --overwrite replaces it\n"
    assert capsys.readouterr() == ("", told)
    assert told_of(tmp_path / "a").name == "first"
    assert main([*command, "--name", "second", "--overwrite"]) == 0
    assert told_of(tmp_path / "a").name == "second"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.h5ad", "a"], "nowhere.h5ad: No such file or directory"),
        (["{data}", "a", "--gene", "x"], "1 of the 1 genes asked for are not there, such as 'x'"),
        (["{data}", "a", "--compression", "10"], "compression is 10; it must be a level of gzip"),
        (["{data}", "a", "--graph", "x"], "graph is 'x', which obsp has not"),
        (["{folder}", "a", "--overwrite"], "is a dataset folder already: copy it"),
        (["{data}", "{here}", "--overwrite"], "is no dataset folder, so it is not replaced"),
        (["{data}", "a", "--session", "{data}"], "blood.h5ad' is damaged: "),
        (["{data}", "a", "--session", "nowhere"], "nowhere: No such file or directory"),
    ],
)
def test_one_line_on_what_is_wrong(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    here = tmp_path / "here"
    here.mkdir()
    assert main(["prepare", str(data), "folder"]) == 0
    capsys.readouterr()
    given = [word.format(data=data, folder="folder", here=here) for word in words]
    assert main(["prepare", *given]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
    assert {path.name for path in tmp_path.iterdir()} == {"here", "folder"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--embedding", "X_umap"], "argument --embedding: 'X_umap' is not such as 2=X_umap"),
        (["--genes-file", "nowhere"], "argument --genes-file: nowhere can't be read: "),
        (["--quantization", "7"], "argument --quantization: invalid choice: 7"),
        (["--gene", "x", "--genes-file", "/dev/null"], "not allowed with argument"),
        (["--graph", "x", "--no-graph"], "not allowed with argument"),
    ],
)
def test_what_can_not_be_meant(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["prepare", "data.h5ad", "a", *words])
    assert exit_info.value.code == 2
    assert told in capsys.readouterr().err
