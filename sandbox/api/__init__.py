"""The operations, one module per resource. Importing this package declares them all."""

from sandbox.api import cells, columns, rows, sheets, tokens, users

__all__ = ["cells", "columns", "rows", "sheets", "tokens", "users"]
