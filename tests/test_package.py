"""What importing the package costs, and what it gives."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import cellucid_ext


def _in_fresh_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_import_alone_is_light() -> None:
    code = "import json, sys, cellucid_ext; print(json.dumps(sorted(sys.modules)))"
    modules = set(json.loads(_in_fresh_python(code)))
    assert "cellucid_ext" in modules
    assert modules.isdisjoint({"anndata", "tornado", "numpy", "pandas", "jupyter_server"})


@pytest.mark.parametrize("name", cellucid_ext.__all__)
def test_public_names_are_there(name: str) -> None:
    assert getattr(cellucid_ext, name) is not None
    assert name in dir(cellucid_ext)


def test_unknown_name_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cellucid_ext.nothing


def test_kernel_does_not_load_the_server() -> None:
    code = "import json, sys, cellucid_ext.kernel; print(json.dumps(sorted(sys.modules)))"
    modules = set(json.loads(_in_fresh_python(code)))
    assert not [name for name in modules if name.split(".")[0] == "jupyter_server"]
    assert "anndata" not in modules
