"""The commands on files: `inspect`, `validate`, `diff`, `apply`, `redact` and `prepare`."""
