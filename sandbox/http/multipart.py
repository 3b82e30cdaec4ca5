"""Taking a multipart/form-data body apart. RFC 7578, as far as files and JSON objects in parts need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import unquote

from sandbox.errors import ApiError


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `content_type` "" if it says none; `filename` None if it is no file."""

    name: str
    filename: str | None
    content_type: str
    content: bytes = field(repr=False)


def read_parts(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts by name. Raises ApiError 1091 without a boundary, 1008 (malformed), 1125 (no name), 1126 (twice)."""
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
    """A parameter of a header, quoted or not, percent-encoded or in the form of RFC 2231; None if it is not there."""
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    try:
        found = message.get_param(name, header=header)
    except (TypeError, ValueError):  # parts of a name that are numbered wrongly
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
        raise ApiError(1008, "A part of the multipart payload has no end of headers.")
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
