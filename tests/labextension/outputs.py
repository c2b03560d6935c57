"""Notebooks with outputs in them, as they come from somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat

from cellucid_ext.check.server import OwnServer
from cellucid_ext.protocol import MIME_TYPE

Output = dict[str, Any]


def viewer_output(viewer_id: str, *, height: Any = 300, title: str = "pbmc") -> Output:
    """The bundle of a viewer, with the fallback that Jupyter must not choose."""
    return {
        MIME_TYPE: {"viewerId": viewer_id, "height": height, "title": title},
        "text/html": "<p>fallback</p>",
        "text/plain": "<Viewer>",
    }


def write_outputs(path: Path, outputs: list[Output]) -> None:
    """Write a notebook with one cell for each output; it bears no signature of this machine."""
    cells = [
        nbformat.v4.new_code_cell(
            "show()",
            execution_count=1,
            outputs=[nbformat.v4.new_output("display_data", data=output)],
        )
        for output in outputs
    ]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


def register(server: OwnServer, viewer_id: str) -> None:
    """Make a viewer known to the server, in the name of a kernel that is elsewhere."""
    dataset = {"id": "d", "name": "pbmc", "nCells": 3, "nVars": 2}
    body = {"viewerId": viewer_id, "title": "pbmc", "height": 300, "dataset": dataset}
    headers = {"Authorization": f"token {server.token}", "X-Cellucid-Kernel": "elsewhere"}
    url = f"{server.url}_cellucid/viewers"
    request = Request(url, json.dumps(body).encode(), headers, method="POST")
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 201
