"""The operations, one module per resource. Importing this package declares them all."""

from sandbox.api import attachments, cells, columns, comments, discussions, rows, sheets, tokens, users

__all__ = ["attachments", "cells", "columns", "comments", "discussions", "rows", "sheets", "tokens", "users"]
