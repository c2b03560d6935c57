"""Datasets written as dataset folders."""

from .prepare import prepare

__all__ = ["prepare"]
