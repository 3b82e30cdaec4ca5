"""Reads request bodies with a file, a JSON object, or both.

https://developers.smartsheet.com/api/smartsheet/openapi/attachments
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any
from urllib.parse import unquote

import orjson

from sandbox.errors import ApiError
from sandbox.http.routing import Call

Json = Any

FILE_PART = "file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


def is_multipart(call: Call) -> bool:
    """Whether the body is multipart."""
    return call.headers.get("Content-Type", "").lower().startswith("multipart/form-data")


def is_link(call: Call) -> bool:
    """Whether the body is a JSON object that describes an attachment.

    Any other body is the file itself. If the header Content-Disposition begins with `attachment`, a body of type JSON
    is also a file.
    """
    is_json = call.headers.get("Content-Type", "").lower().startswith("application/json")
    return is_json and not _disposition(call).lower().startswith("attachment")


def read_upload(call: Call, *, needs_name: bool = True) -> Upload:
    """Return the file of a simple or multipart upload. If `needs_name` is false, a simple upload can be without the
    file's name.

    Raises ApiError (1011, 1074, 1091, 1125-1128) if the upload isn't valid.
    """
    if is_multipart(call):
        part = _parts(call).get(FILE_PART)
        if part is None:
            raise ApiError(1127, FILE_PART)
        return _from_part(part)
    return _simple(call, needs_name=needs_name)


def read_with_file(call: Call, name: str) -> tuple[Json, Upload | None]:
    """Return the JSON object of a request, and its file; None if there is no file. If the body is multipart, the part
    with this name is the JSON. Otherwise, the whole body is the JSON.
    """
    if not is_multipart(call):
        return call.json(), None
    parts = _parts(call)
    if name not in parts:
        raise ApiError(1127, name)
    try:
        body = orjson.loads(parts[name].content)
    except orjson.JSONDecodeError as error:
        raise ApiError(1008, f"Malformed JSON. {error}") from None
    return body, _from_part(parts[FILE_PART]) if FILE_PART in parts else None


def _parts(call: Call) -> dict[str, Part]:
    limit = call.settings.attachment_bytes
    parts = read_parts(call.headers["Content-Type"], call.body)
    if limit and any(len(part.content) > limit for part in parts.values()):
        raise ApiError(1128)
    return parts


def _from_part(part: Part) -> Upload:
    if not part.filename:
        raise ApiError(1011, "Content-Disposition")
    return Upload(part.filename, _mime_type(part.content_type, part.filename), part.content)


def _simple(call: Call, *, needs_name: bool) -> Upload:
    """Return the file of a simple upload, in which the whole body is the file. If `needs_name` is false and the request
    has no file name, the file's name is "".

    Raises ApiError 1011 if Content-Disposition, Content-Type or Content-Length is missing. A blank Content-Type is
    accepted. Raises ApiError 1074 if the file is too large.
    """
    name = parameter("content-disposition", _disposition(call), "filename") or ""
    if (needs_name and not name) or not _disposition(call).lower().startswith("attachment"):
        raise ApiError(1011, "Content-Disposition")
    for header in ("Content-Type", "Content-Length"):
        if header not in call.headers:
            raise ApiError(1011, header)
    limit = call.settings.attachment_bytes
    if limit and len(call.body) > limit:
        raise ApiError(1074, _size(len(call.body)), _size(limit))
    return Upload(name, _mime_type(call.headers["Content-Type"], name), call.body)


def _disposition(call: Call) -> str:
    return call.headers.get("Content-Disposition", "").strip()


def _mime_type(given: str, name: str) -> str:
    return given.strip() or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a multipart body. `content_type` is "" if the part has no Content-Type.

    `filename` is None if the part isn't a file.
    """

    name: str
    filename: str | None
    content_type: str
    content: bytes = field(repr=False)


def read_parts(content_type: str, body: bytes) -> dict[str, Part]:
    """Return the parts of a multipart body by name. Raises ApiError 1091 if `content_type` has no boundary, 1008 if the
    body is malformed, 1125 if a part has no name, and 1126 if two parts have the same name.
    """
    boundary = parameter("content-type", content_type, "boundary")
    if not boundary:
        raise ApiError(1091, content_type)
    parts: dict[str, Part] = {}
    for raw in _split(b"\r\n" + body, b"\r\n--" + boundary.encode("latin-1", "replace")):
        part = _read_part(raw)
        if part.name in parts:
            raise ApiError(1126, part.name)
        parts[part.name] = part
    return parts


def parameter(header: str, value: str, name: str) -> str | None:
    """Return a parameter of a header; None if the header doesn't have it. The value can be quoted, percent-encoded, or
    in the format of RFC 2231.
    """
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    try:
        found = message.get_param(name, header=header)
    except (TypeError, ValueError):  # RFC 2231 splits long values into numbered parts; here the numbers are wrong
        return None
    if isinstance(found, tuple):
        return collapse_rfc2231_value(found)
    return None if found is None else unquote(found)


def _split(body: bytes, delimiter: bytes) -> list[bytes]:
    _, *sections = body.split(delimiter)
    if not sections or not sections[-1].startswith(b"--"):
        raise ApiError(1008, "The multipart payload does not end with its boundary.")
    return [section for section in sections[:-1] if not section.startswith(b"--")]


def _read_part(raw: bytes) -> Part:
    head, separator, content = raw.partition(b"\r\n\r\n")
    if not separator:
        raise ApiError(1008, "A part of the multipart payload has no empty line after its headers.")
    headers = _headers(head)
    disposition = headers.get("content-disposition", "")
    name = parameter("content-disposition", disposition, "name")
    if not name:
        raise ApiError(1125)
    filename = parameter("content-disposition", disposition, "filename")
    return Part(name, filename, headers.get("content-type", ""), content)


def _headers(head: bytes) -> Mapping[str, str]:
    lines = [line.partition(":") for line in head.decode("utf-8", "replace").splitlines() if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in lines}
