"""The envelope of what was done. https://developers.smartsheet.com/api/smartsheet/openapi/schemas/genericresult"""

from __future__ import annotations

from typing import Any

Json = Any


def success(result: Json = None) -> dict[str, Json]:
    """A Result object; without `result` where the operation gives nothing back."""
    body = {"message": "SUCCESS", "resultCode": 0}
    return body if result is None else body | {"result": result}
