"""Checks the hyperlinks of cells. Everyone who can edit the sheet can write a hyperlink, so pages link only to safe
addresses.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from edits.sheets.sheet import Cell

# Control characters, line breaks, and characters that change the direction of the text.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
SCHEMES = {"http", "https", "mailto"}


def is_web_address(text: str) -> bool:
    """Whether a browser can open the address safely, and people see the address as it is. A control character could
    hide or reverse a part of the address.
    """
    if UNSEEN.search(text):
        return False
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
