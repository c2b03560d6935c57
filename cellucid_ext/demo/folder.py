"""The demo's folder: data and a notebook, never written over what a person changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from .dataset import make_dataset

DATA: Final = "demo.h5ad"
NOTEBOOK: Final = "cellucid-demo.ipynb"

_CELLS: Final = (
    (
        "markdown",
        "# From the picture to a column\n\n"
        "Run the cells one by one with `Shift`+`Enter`. The data are made up: cells that leave a "
        "root along three lineages.",
    ),
    (
        "code",
        "import anndata\nfrom cellucid_ext import show_anndata\n\n"
        f'adata = anndata.read_h5ad("{DATA}")\nviewer = show_anndata(adata, dataset_name="Demo")',
    ),
    (
        "markdown",
        "In the viewer above:\n\n"
        "1. *Colour by* `cell_type`, or type a gene such as `HBB` or `CD14`.\n"
        "2. Press `3` for three dimensions, `2` to come back.\n"
        "3. Choose **Lasso** (`l`), draw around some cells, press **Confirm** (`Enter`).\n\n"
        "Then run the next cell: it brings what you did into Python, as one file.",
    ),
    (
        "code",
        "bundle = viewer.get_session_bundle(timeout=60)\n"
        'bundle.save("my-selection.cellucid-session")\nbundle',
    ),
    (
        "code",
        "labelled = bundle.apply_to_anndata(adata)\n"
        'columns = [c for c in labelled.obs if c.startswith("cellucid_highlight__")]\n'
        'labelled.obs.groupby("cell_type", observed=True)[columns].sum()',
    ),
    ("code", 'labelled.write_h5ad("demo-labelled.h5ad")'),
)


def write_demo(folder: Path) -> Path:
    """Write data and notebook where they are not there yet.

    Parameters
    ----------
    folder
        Made if it is not there.

    Returns
    -------
    pathlib.Path
        The notebook.
    """
    import nbformat

    folder.mkdir(parents=True, exist_ok=True)
    data, notebook = folder / DATA, folder / NOTEBOOK
    if not data.exists():
        make_dataset().write_h5ad(data, compression="gzip")
    if not notebook.exists():
        v4: Any = nbformat.v4
        make = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
        cells = [make[kind](text) for kind, text in _CELLS]
        # Cell ids are random otherwise, and the notebook another one each time.
        for number, cell in enumerate(cells):
            cell["id"] = f"demo-{number}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(made, notebook)
    return notebook
