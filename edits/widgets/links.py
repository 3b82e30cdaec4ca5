"""Hyperlinks of cells, which anybody who edits the sheet can write: only those that are safe to follow are links."""

from __future__ import annotations

from urllib.parse import urlsplit

from edits.sheets.sheet import Cell

SCHEMES = {"http", "https", "mailto"}


def is_web_address(text: str) -> bool:
    """Whether a browser can follow it safely."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc or (parts.scheme == "mailto" and parts.path))


def link_of(cell: Cell) -> str:
    """Where a cell leads; "" where it leads nowhere, or nowhere safe."""
    url = str((cell.hyperlink or {}).get("url") or "")
    return url if is_web_address(url) else ""
