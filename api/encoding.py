"""Encodes and decodes JSON. Ids are texts, because Smartsheet's ids exceed the largest exact integer of JavaScript."""

from __future__ import annotations

import gzip
import json
import re
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BeforeValidator, WithJsonSchema

JSON = "application/json"
LARGEST_ID = 2**63 - 1
WORTH_IT = 1_000  # the least bytes that are worth compressing
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
ID = re.compile("[1-9][0-9]{0,18}")


def _number(text: object) -> int:
    if not (isinstance(text, str) and ID.fullmatch(text) and int(text) <= LARGEST_ID):
        raise ValueError(f"An id is a text with a whole number from 1 to {LARGEST_ID}, such as “4583173393803140”.")
    return int(text)


_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{ID.pattern}$"})
Id = Annotated[int, BeforeValidator(_number), _SCHEMA]  # an id in a request; it is an int here, and a text in JSON
IdText = Annotated[str, _SCHEMA]  # an id in an answer


def encoded(value: Any) -> bytes:
    """Return the value as JSON. Lone surrogates and huge numbers are encoded too, because the log can have them."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def respond(value: Any, *, status: int = 200, content_type: str = JSON) -> HttpResponse:
    """Return a response with the value as JSON."""
    return HttpResponse(encoded(value), status=status, content_type=content_type)


def respond_compressed(request: HttpRequest, value: Any) -> HttpResponse:
    """Return a JSON response. If the response is large and the caller accepts gzip, compress the response. Rows shrink
    to about a tenth of their size.

    Don't use this for responses that contain secrets of this app, because a secret could be guessed from the compressed
    length.
    """
    response = respond(value)
    patch_vary_headers(response, ["Accept-Encoding"])
    if len(response.content) >= WORTH_IT and GZIP.search(request.headers.get("Accept-Encoding", "")):
        response.content = gzip.compress(response.content, compresslevel=1, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


class StrictParser(Parser):
    """Parses bodies with orjson. orjson accepts only UTF-8. It refuses NaN, lone surrogates, and values that are nested
    too deeply. If an object has two values with the same name, orjson would keep the last one. So this class refuses
    such bodies itself.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        content = orjson.loads(request.body)
        try:
            json.loads(request.body, object_pairs_hook=_require_unique_names)
        except RecursionError:
            raise ValueError("The body is nested too deeply.") from None
        return content


def _require_unique_names(pairs: list[tuple[str, Any]]) -> None:
    """Raise ValueError if an object has two values with the same name. Programs disagree on which value counts
    (RFC 8259, section 4).
    """
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("An object has two values with the same name.")


class Renderer(BaseRenderer):
    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return encoded(data)
