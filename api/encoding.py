"""JSON in and out. Ids are texts: Smartsheet's are larger than JavaScript's largest exact integer."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BeforeValidator, WithJsonSchema

JSON = "application/json"
LARGEST_ID = 2**63 - 1
ID = re.compile("[1-9][0-9]{0,18}")


def _number(text: object) -> int:
    if not (isinstance(text, str) and ID.fullmatch(text) and int(text) <= LARGEST_ID):
        raise ValueError("An id is a text of digits, such as “4583173393803140”.")
    return int(text)


_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{ID.pattern}$"})
Id = Annotated[int, BeforeValidator(_number), _SCHEMA]  # in what is asked: an int here, a text of digits in JSON
IdText = Annotated[str, _SCHEMA]  # in what is answered


def encoded(value: Any) -> bytes:
    """The value as JSON. Halves of characters and huge numbers, which a log may hold, are written as well."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def respond(value: Any, *, status: int = 200, content_type: str = JSON) -> HttpResponse:
    """A response that is made of JSON already, which no schema copies once more."""
    return HttpResponse(encoded(value), status=status, content_type=content_type)


class StrictParser(Parser):
    """Bodies as orjson reads them: in UTF-8, not too deep, without NaN and halves of characters."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class Renderer(BaseRenderer):
    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return encoded(data)
