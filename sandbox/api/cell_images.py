"""Images in cells. https://developers.smartsheet.com/api/smartsheet/openapi/cellimages"""

from __future__ import annotations

import re
from typing import Any

from sandbox.api.columns import column_in_path
from sandbox.api.rows import row_in_path, rows_json, writing_of
from sandbox.api.sheets import view_of
from sandbox.errors import ApiError
from sandbox.http.downloads import address_of
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.http.uploads import read_upload
from sandbox.model.access import Access
from sandbox.model.cell_image import LONGEST_ALT_TEXT, keep_image, showing
from sandbox.model.row_change import read_edits, update_rows

Json = Any

CELL = "/sheets/{sheetId}/rows/{rowId}/columns/{columnId}"


@operation("addImageToCell", "POST", f"{CELL}/cellimages", scope="WRITE_SHEETS", access=Access.EDITOR, cost=10)
def add(call: Call) -> Json:
    """Put an image (PNG, GIF or JPEG) into a cell."""
    row, column, upload = row_in_path(call), column_in_path(call), read_upload(call)
    file_name = re.split(r"[/\\]", upload.name)[-1][:LONGEST_ALT_TEXT]  # some clients send the whole path
    alt_text, writing, view = call.query.get("altText", file_name), writing_of(call), view_of(call)
    # The alternative text is parsed as the cell's value first, because this checks locks, formulas and validation.
    cell = {"columnId": column.id, "value": alt_text, "strict": False}
    (edit, *_), _none = read_edits(writing, [{"id": row.id, "cells": [cell]}], adding=False, partial=False, most=1)
    image = keep_image(call.state, upload.content, mime_type=upload.mime_type, alt_text=alt_text)
    edit.cells[column.id] = showing(edit.cells[column.id], image)
    (shown, *_) = rows_json(call, update_rows(writing, [edit]), view)
    return success(shown) | {"version": call.sheet.version}


@operation("listImageUrls", "POST", "/imageurls", scope="READ_SHEETS", cost=10)
def list_urls(call: Call) -> Json:
    """List addresses from which images in cells can be downloaded for a short time."""
    wanted = call.json()
    if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
        raise ApiError(1008, "Expected a list of objects of type imageUrl.")
    urls = [_url(call, item.get("imageId")) for item in wanted]
    return {"urlExpiresInMillis": call.settings.file_url_seconds * 1000, "imageUrls": urls}


def _url(call: Call, image_id: Json) -> Json:
    digest = call.state.images.get(image_id) if isinstance(image_id, str) else None
    if digest is None:
        return {"imageId": image_id, "error": ApiError(1006).body()}
    return {"imageId": image_id, "url": address_of(call, digest, name=f"{digest[:16]}", mime_type="")}
