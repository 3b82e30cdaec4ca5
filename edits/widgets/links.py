"""Checks the hyperlinks of cells. Everyone who can edit the sheet can write a hyperlink, so pages link only to safe
addresses.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from edits.sheets.sheet import Cell

SCHEMES = {"http", "https", "mailto"}


def is_web_address(text: str) -> bool:
    """Whether a browser can open the address safely."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if any(letter.isspace() for letter in parts.netloc):
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc or (parts.scheme == "mailto" and parts.path))


def link_of(cell: Cell) -> str:
    """Return the address of a cell's hyperlink; "" if there is none or the address isn't safe."""
    url = str((cell.hyperlink or {}).get("url") or "")
    return url if url and is_web_address(url) else ""
