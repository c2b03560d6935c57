"""The commands for session files: `inspect`, `validate`, `diff`, `apply`, `redact`."""
