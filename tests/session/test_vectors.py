"""Session files, good and hostile, with what each must do: `tests/vectors/expected.json`."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path

import anndata
import numpy as np
import pytest

from cellucid_ext import CellucidSessionBundle, SessionFormatError

VECTORS = Path(__file__).parents[1] / "vectors"
EXPECTED = json.loads((VECTORS / "expected.json").read_text())
REFUSED = {name: e["refused"] for name, e in EXPECTED.items() if "refused" in e}
MEMORY = 64 * 2**20


def path_of(name: str) -> Path:
    return VECTORS / f"{name}.cellucid-session"


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(values.astype("<i8").tobytes()).hexdigest()


@pytest.mark.parametrize("name", ["small", "medium"])
def test_good_files_decode_to_what_they_hold(name: str) -> None:
    bundle, expected = CellucidSessionBundle(path_of(name)), EXPECTED[name]
    assert bundle.list_chunk_ids() == expected["chunk_ids"]
    for group, wanted in expected["cells"].items():
        chunk = f"highlights/cells/{group}"
        held = chunk in expected["chunk_ids"]
        cells = bundle.decode_chunk(chunk) if held else np.empty(0)
        assert digest(cells) == wanted
    for field, wanted in expected["codes"].items():
        assert digest(bundle.decode_chunk(f"user-defined/codes/{field}")) == wanted
    labels = {field.id: list(field.categories) for field in bundle.fields}
    assert labels["user_cat_1"] == expected["labels"]["user_cat_1"]


def test_an_empty_session() -> None:
    bundle = CellucidSessionBundle(path_of("empty"))
    assert bundle.list_chunk_ids() == []
    assert bundle.pages == []
    assert bundle.fields == []
    with pytest.raises(KeyError, match="highlights/meta"):
        bundle.decode_chunk("highlights/meta")


def test_a_session_without_a_fingerprint() -> None:
    assert CellucidSessionBundle(path_of("no-fingerprint")).dataset_fingerprint is None


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_bad_files_are_refused_where_they_should(name: str) -> None:
    stage, _, chunk = REFUSED[name].partition(":")
    tracemalloc.start()
    try:
        if stage == "open":
            with pytest.raises(SessionFormatError):
                CellucidSessionBundle(path_of(name))
        else:
            bundle = CellucidSessionBundle(path_of(name))
            if stage == "decode":
                with pytest.raises(SessionFormatError):
                    bundle.decode_chunk(chunk)
            else:
                shape = (bundle.n_cells or 0, bundle.n_vars or 0)
                adata = anndata.AnnData(np.zeros(shape, dtype=np.float32))
                with pytest.raises(SessionFormatError):
                    bundle.apply_to_anndata(adata, inplace=True)
                assert list(adata.obs.columns) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY


@pytest.mark.parametrize("name", ["bad-not-a-session", "bad-zero-bytes", "bad-short-magic"])
def test_what_is_no_session_is_told_in_known_words(name: str) -> None:
    with pytest.raises(ValueError, match=r"Not a \.cellucid-session file \(invalid MAGIC header\)"):
        CellucidSessionBundle(path_of(name))


def test_a_bomb_and_an_unknown_codec_are_told_in_known_words() -> None:
    bomb = CellucidSessionBundle(path_of("bad-bomb-declared-small"))
    with pytest.raises(ValueError, match="Chunk decompressed too large"):
        bomb.decode_chunk("highlights/cells/highlight_1")
    unknown = CellucidSessionBundle(path_of("bad-codec-unknown"))
    with pytest.raises(ValueError, match="Unsupported session chunk codec: 'zstd'"):
        unknown.decode_chunk("core/field-overlays")
