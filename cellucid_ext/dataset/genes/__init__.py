"""One gene out of an expression matrix, however that is stored."""

from .genes import Genes

__all__ = ["Genes"]
