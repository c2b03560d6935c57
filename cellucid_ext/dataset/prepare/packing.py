"""How the files of a dataset folder are stored: as they are, gzipped, or with fewer bits."""

from __future__ import annotations

import contextlib
import importlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Final

import numpy as np

from ..contents.names import safe_name
from ..source import DatasetError
from .quantize import BITS, quantize

_fastest: Any = zlib
with contextlib.suppress(ImportError):
    # The extra ``fast``: of its levels none is like the others of zlib.
    _fastest = importlib.import_module("isal.isal_zlib")

_PLAIN: Final = (".json", ".txt")
_GZIP: Final = 31

Span = tuple[float, float]


@dataclass(frozen=True)
class Packed:
    """A file as it is stored.

    Attributes
    ----------
    body
        Its bytes.
    span
        Of numbers with fewer bits: what the codes 0 and the largest but one stand for.
    n_infinite
        How many numbers were infinite, and are missing now.
    """

    body: bytes | memoryview
    span: Span | None = None
    n_infinite: int = 0


@dataclass(frozen=True)
class Packing:
    """How files are stored, and how manifests say so.

    Attributes
    ----------
    compression
        Level of gzip, 1 to 9; None for none.
    quantization
        Bits of a number in columns, genes and outliers, 8 or 16; None for float32.

    Raises
    ------
    DatasetError
        If one of them is something else.

    Examples
    --------
    >>> Packing(compression=6, quantization=8).path("obs/size.values.f32")
    'obs/size.values.u8.gz'
    """

    compression: int | None = None
    quantization: int | None = None

    def __post_init__(self) -> None:
        gzip = "a level of gzip from 1 to 9"
        self._whole("compression", self.compression, range(1, 10), gzip)
        self._whole("quantization", self.quantization, BITS, "8 or 16 bits")

    def _whole(self, name: str, given: object, known: Collection[int], wanted: str) -> None:
        if given is None:
            return
        # 8.0 and True equal whole numbers, but manifests and zlib take neither.
        if not isinstance(given, Integral) or isinstance(given, bool) or int(given) not in known:
            raise DatasetError(f"{name} is {given!r}; it must be {wanted}, or None for none")
        object.__setattr__(self, name, int(given))

    def path(self, plain: str) -> str:
        """Give the path, or the pattern of paths, under which a file is stored."""
        if plain.endswith(_PLAIN):
            return plain
        if self.quantization and plain.endswith(".f32"):
            plain = f"{plain.removesuffix('.f32')}.u{self.quantization}"
        return plain if self.compression is None else f"{plain}.gz"

    def pack(self, plain: str, made: Any) -> Packed:
        """Give a file as it is stored.

        Parameters
        ----------
        plain
            Its path in a folder where all is stored as it is.
        made
            What it holds: bytes, or an array.
        """
        span, n_infinite = None, 0
        if self.quantization and plain.endswith(".f32"):
            quantized = quantize(made, self.quantization)
            made, n_infinite = quantized.codes, quantized.n_infinite
            span = quantized.low, quantized.high
        body = made if isinstance(made, bytes) else np.ascontiguousarray(made).data.cast("B")
        if self.compression is not None and not plain.endswith(_PLAIN):
            deflater = _fastest if self.compression == 1 else zlib
            body = deflater.compress(body, self.compression, wbits=_GZIP)
        return Packed(body, span, n_infinite)

    def identity(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Give ``dataset_identity.json`` as it is stored."""
        identity = {**plain, "embeddings": self._files(plain["embeddings"])}
        if vectors := plain.get("vector_fields"):
            fields = {key: self._files(field) for key, field in vectors["fields"].items()}
            identity["vector_fields"] = {**vectors, "fields": fields}
        identity["export_settings"] = {
            "compression": self.compression,
            "var_quantization": self.quantization,
            "obs_continuous_quantization": self.quantization,
            "obs_categorical_dtype": "auto",
        }
        return identity

    def obs_manifest(self, plain: Mapping[str, Any], spans: Mapping[str, Span]) -> dict[str, Any]:
        """Give ``obs_manifest.json`` as it is stored, with the spans of its files."""
        schemas = plain["_obsSchemas"]
        categorical = dict(schemas["categorical"])
        codes, outliers = categorical["codesPathPattern"], categorical["outlierPathPattern"]
        categorical["codesPathPattern"] = self.path(codes)
        if outliers:
            categorical["outlierPathPattern"] = self.path(outliers)
        if outliers and self.quantization:
            ext, dtype = f"u{self.quantization}", f"uint{self.quantization}"
            categorical.update(outlierExt=ext, outlierDtype=dtype, outlierQuantized=True)
        values = schemas["continuous"]["pathPattern"]
        return {
            **plain,
            "compression": self.compression,
            "_obsSchemas": {
                "continuous": self._schema(schemas["continuous"]),
                "categorical": categorical,
            },
            "_continuousFields": _with_spans(plain, "_continuousFields", values, spans),
            "_categoricalFields": _with_spans(plain, "_categoricalFields", outliers, spans),
        }

    def var_manifest(self, plain: Mapping[str, Any], spans: Mapping[str, Span]) -> dict[str, Any]:
        """Give ``var_manifest.json`` as it is stored, with the spans of its files."""
        return {
            **plain,
            "compression": self.compression,
            "quantization": self.quantization,
            "_varSchema": self._schema(plain["_varSchema"]),
            "fields": _with_spans(plain, "fields", plain["_varSchema"]["pathPattern"], spans),
        }

    def connectivity_manifest(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Give ``connectivity_manifest.json`` as it is stored."""
        return {
            **plain,
            "compression": self.compression,
            "sourcesPath": self.path(plain["sourcesPath"]),
            "destinationsPath": self.path(plain["destinationsPath"]),
        }

    def _files(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        return {**plain, "files": {d: self.path(path) for d, path in plain["files"].items()}}

    def _schema(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        schema = {**plain, "pathPattern": self.path(plain["pathPattern"])}
        if self.quantization:
            ext, dtype = f"u{self.quantization}", f"uint{self.quantization}"
            schema.update(ext=ext, dtype=dtype, quantized=True, quantizationBits=self.quantization)
        return schema


def _with_spans(
    manifest: Mapping[str, Any], fields: str, pattern: str | None, spans: Mapping[str, Span]
) -> list[Sequence[Any]]:
    renamed = manifest.get("_files", {})
    found: list[Sequence[Any]] = []
    for entry in manifest[fields]:
        file = renamed.get(entry[0]) or safe_name(entry[0])
        path = pattern.replace("{key}", file) if pattern else ""
        found.append([*entry, *spans.get(path, ())])
    return found
