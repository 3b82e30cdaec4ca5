"""Images in cells: stores images, finds their size in pixels, and makes the cells that show them.

https://developers.smartsheet.com/api/smartsheet/openapi/cellimages
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.errors import ApiError
from sandbox.model import file_store
from sandbox.model.sheet import Cell
from sandbox.model.state import State

Json = Any

LONGEST_ALT_TEXT = 100
PNG, GIF, JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8"
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of the JPEG segments that contain the size


def keep_image(state: State, content: bytes, *, mime_type: str, alt_text: str) -> dict[str, Json]:
    """Store an uploaded image, and return its JSON. Raises ApiError 1091 if the content isn't an image, and 1165 if the
    alternative text is too long.
    """
    if len(alt_text) > LONGEST_ALT_TEXT:
        raise ApiError(1165)
    size = size_of(content)
    if size is None:
        raise ApiError(1091, mime_type)
    digest = file_store.keep(state, content)
    image_id = f"{state.new_id():x}{digest[:16]}"
    state.images[image_id] = digest
    return {"id": image_id, "height": size[1], "width": size[0], "altText": alt_text}


def showing(cell: Cell, image: dict[str, Json]) -> Cell:
    """Return the cell, changed so that it shows the image. The new value is the image's alternative text."""
    text = image["altText"]
    return replace(cell, value=text, display=text, object_value=None, image=image)


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels; None if the content isn't a PNG, GIF or JPEG."""
    if content.startswith(PNG):
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if content.startswith(GIF):
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return _size_of_jpeg(content) if content.startswith(JPEG) else None


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    """Find the first segment of a JPEG that contains a size, and return this size; None if there is no such segment."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        if content[place + 1] in FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width), int.from_bytes(height)
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None
