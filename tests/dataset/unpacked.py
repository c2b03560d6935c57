"""A reader of dataset folders as they lie on disk, ours and a peer's, gzipped and quantized too.

It shares no code with what writes or plays them.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .reading import file_of

DTYPES = {"uint8": "<u1", "uint16": "<u2", "uint32": "<u4", "float32": "<f4"}


class Unpacked:
    """A folder; `read` has the paths of the files that were read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: set[str] = set()
        self.identity = self.json("dataset_identity")
        self.obs = self.json("obs_manifest")

    def json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bytes(f"{name}.json"))
        return found

    def bytes(self, path: str) -> bytes:
        self.read.add(path)
        stored = (self.folder / path).read_bytes()
        return gzip.decompress(stored) if path.endswith(".gz") else stored

    def points(self, dimension: int) -> npt.NDArray[np.float32]:
        path = self.identity["embeddings"]["files"][f"{dimension}d"]
        return np.frombuffer(self.bytes(path), "<f4").reshape(-1, dimension)

    def values(self, key: str) -> npt.NDArray[np.float64]:
        [entry] = [entry for entry in self.obs["_continuousFields"] if entry[0] == key]
        return self._numbers(self.obs, self.obs["_obsSchemas"]["continuous"], entry)

    def gene(self, key: str) -> npt.NDArray[np.float64]:
        manifest = self.json("var_manifest")
        [entry] = [entry for entry in manifest["fields"] if entry[0] == key]
        return self._numbers(manifest, manifest["_varSchema"], entry)

    def genes(self) -> list[str]:
        return [entry[0] for entry in self.json("var_manifest")["fields"]]

    def labels(self, key: str) -> list[str | None]:
        _, names, dtype, missing, *_ = self._categorical(key)
        pattern = self.obs["_obsSchemas"]["categorical"]["codesPathPattern"]
        ext = {"uint8": "u8", "uint16": "u16", "uint32": "u32"}[dtype]
        path = pattern.replace("{ext}", ext).replace("{key}", self._file(self.obs, key))
        codes = np.frombuffer(self.bytes(path), DTYPES[dtype]).tolist()
        return [None if code == missing else names[code] for code in codes]

    def outliers(self, key: str) -> npt.NDArray[np.float64]:
        schema = self.obs["_obsSchemas"]["categorical"]
        given = {
            "pathPattern": schema["outlierPathPattern"],
            "dtype": schema["outlierDtype"],
            "quantized": schema["outlierQuantized"],
        }
        return self._numbers(self.obs, given, [key, *self._categorical(key)[5:]])

    def centroids(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._categorical(key)[4]
        return found

    def edges(self) -> list[tuple[int, int]]:
        manifest = self.json("connectivity_manifest")
        dtype = DTYPES[manifest["index_dtype"]]
        ends = [manifest["sourcesPath"], manifest["destinationsPath"]]
        first, second = (np.frombuffer(self.bytes(path), dtype).tolist() for path in ends)
        assert len(first) == len(second) == manifest["n_edges"]
        return list(zip(first, second, strict=True))

    def vectors(self) -> dict[tuple[str, str], npt.NDArray[np.float32]]:
        fields = self.identity["vector_fields"]["fields"]
        return {
            (key, dimension): np.frombuffer(self.bytes(path), "<f4")
            for key, field in fields.items()
            for dimension, path in field["files"].items()
        }

    def _categorical(self, key: str) -> list[Any]:
        [entry] = [entry for entry in self.obs["_categoricalFields"] if entry[0] == key]
        found: list[Any] = entry
        return found

    def _numbers(
        self, manifest: dict[str, Any], schema: dict[str, Any], entry: list[Any]
    ) -> npt.NDArray[np.float64]:
        key, *span = entry
        path = schema["pathPattern"].replace("{key}", self._file(manifest, key))
        stored = np.frombuffer(self.bytes(path), DTYPES[schema["dtype"]])
        if not schema["quantized"]:
            assert not span
            return stored.astype(np.float64)
        low, high = span
        missing = np.iinfo(stored.dtype).max
        numbers = low + stored.astype(np.float64) / (missing - 1) * (high - low)
        numbers[stored == missing] = np.nan
        return numbers

    def _file(self, manifest: dict[str, Any], key: str) -> str:
        # A peer's manifest does not say which names it had to change.
        return file_of({"_files": {}, **manifest}, key)
