"""Tables of cells or genes whose columns are read one by one, wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..source import DatasetError


class Table:
    """A table whose columns are read when they are asked for.

    Parameters
    ----------
    n_rows
        How many rows there are.
    index
        Reads their names.
    columns
        Of each column its name, its dtype (None where only its values tell) and what reads it.

    Attributes
    ----------
    columns
        Names of the columns, in their order.

    Examples
    --------
    >>> size = ("size", np.dtype(int), lambda: [3, 4])
    >>> table = Table(2, lambda: ["c1", "c2"], [size])
    >>> table["size"].tolist()
    [3, 4]
    """

    def __init__(
        self,
        n_rows: int,
        index: Callable[[], Any],
        columns: Iterable[tuple[Any, Any, Callable[[], Any]]],
    ) -> None:
        self._n_rows, self._index = n_rows, index
        given = list(columns)
        self.columns = pd.Index([key for key, _, _ in given], dtype=object)
        self._columns = {key: (dtype, read) for key, dtype, read in given}

    def __len__(self) -> int:
        return self._n_rows

    @property
    def index(self) -> pd.Index[Any]:
        """Names of the rows; read anew each time, since a million take much memory."""
        names: pd.Index[Any] = pd.Index(self._index(), dtype=object)
        return names

    def __getitem__(self, key: str) -> pd.Series[Any]:
        _, read = self._columns[key]
        values = read()
        if len(values) != len(self):
            raise DatasetError(
                f"the column {key!r} has {len(values):,} values, but there are {len(self):,} rows"
            )
        return values if isinstance(values, pd.Series) else pd.Series(values)

    def dtype(self, key: str) -> Any:
        """Give the dtype of a column; None if it must be read to know what it holds."""
        return self._columns[key][0]


def table_of(given: Any) -> Table:
    """Take a table as an AnnData has it.

    Parameters
    ----------
    given
        A data frame, whose columns may be replaced later without an effect on the table; the
        ``Dataset2D`` of ``anndata.experimental.read_lazy``; or a `Table`.

    Examples
    --------
    >>> table_of(pd.DataFrame({"size": [3, 4]})).dtype("size")
    dtype('int64')
    """
    if isinstance(given, Table):
        return given
    if isinstance(given, pd.DataFrame):
        frame = given.copy(deep=False)
        columns = zip(frame.columns, frame.dtypes, strict=True)
        return Table(
            len(frame),
            lambda: frame.index,
            (
                # Objects may be texts, booleans or anything else.
                (
                    key,
                    None if pd.api.types.is_object_dtype(dtype) else dtype,
                    partial(_column, frame, place),
                )
                for place, (key, dtype) in enumerate(columns)
            ),
        )
    dataset = given.ds
    # Its own `columns` are a set, so in any order.
    keys = [key for key in dataset if key != dataset.attrs.get("indexing_key")]
    return Table(
        len(given.index),
        lambda: given.index,
        ((key, _dtype(dataset[key]), partial(_read, dataset[key])) for key in keys),
    )


def _column(frame: pd.DataFrame, place: int) -> pd.Series[Any]:
    return frame.iloc[:, place]


def _dtype(column: Any) -> Any:
    # The only objects that are read lazily are texts.
    texts = isinstance(column.dtype, np.dtype) and column.dtype.kind in "OTU"
    return pd.StringDtype() if texts else column.dtype


def _read(column: Any) -> Any:
    values = column.data
    # Of Dask: computed wherever the person has that done.
    if hasattr(values, "compute"):
        values = values.compute()
    if isinstance(values, np.ndarray) and values.dtype.kind == "T":
        values = values.astype(object)
    if isinstance(column.dtype, pd.CategoricalDtype):
        # anndata leaves categories out that no row has, but does not say so.
        values = pd.Categorical(values, dtype=column.dtype)
    if column.attrs.get("is_nullable_string"):
        values = pd.array(values, dtype="string")
    return values
