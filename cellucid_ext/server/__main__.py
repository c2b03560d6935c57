"""``python -m cellucid_ext.server --help-all`` lists the settings.

``jupyter server --help-all`` can't: it answers before it looks for extensions.
"""

from .app import CellucidExtension

if __name__ == "__main__":
    CellucidExtension.launch_instance()  # type: ignore[no-untyped-call]
