"""The version, by itself, so that any part can have it without the others."""

__version__ = "0.1.0"
