"""Makes HTTP responses with JSON, a file or an error, and changes responses as a fault says."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.http.faults import Fault
from sandbox.model.cell_json import dumps

JSON_TYPE = {"Content-Type": "application/json;charset=UTF-8", "Vary": "Accept-Encoding"}
NOT_CACHED = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}
DRIP_SECONDS = 0.1
ENDLESS = b'"endless",' * 6_000
HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def json_response(content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a response with JSON and Smartsheet's headers. Errors don't have the headers that prevent caching."""
    fresh = NOT_CACHED if status < 400 else {}
    return web.Response(body=content, status=status, headers=JSON_TYPE | fresh | (headers or {}))


def file_response(content: bytes, *, media_type: str, name: str) -> web.Response:
    """Return a response with a file."""
    headers = {"Content-Type": media_type, "Content-Disposition": disposition(name)}
    return web.Response(body=content, headers=headers)


def disposition(name: str) -> str:
    """Return a Content-Disposition that has the name of a file twice: in ASCII only, and with all its characters (RFC
    6266).
    """
    plain = re.sub(r'[^ -~]|["\\]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def error_response(error: ApiError) -> web.Response:
    """Return a response with an error."""
    return json_response(dumps(error.body()), status=error.status, headers=error.headers)


async def spoil(request: web.Request, response: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    """Return the response that is sent in place of `response` because of the fault."""
    if fault.drop in ("before", "after"):
        return hang_up(request)
    if fault.has_content:
        response = json_response(dumps(fault.content), status=fault.status or 200)
    elif fault.body is None and fault.refuses:
        response = error_response(fault.error())
    content = bytes(response.body) if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    if fault.drop == "during":
        return await _cut_off(_begun(response.status, fault, len(content)), request, content)
    if fault.body == "drip":
        return await _drip(_begun(fault.status or 200, fault, len(content)), request, content)
    if fault.body == "endless":
        return await _go_on(_begun(fault.status or 200, fault, None), request)
    if fault.body:
        response = _other_body(fault, content)
    response.headers.update(fault.headers)
    return response


def _other_body(fault: Fault, content: bytes) -> web.Response:
    if fault.body == "html":
        return web.Response(body=HTML, status=fault.status or 502, headers={"Content-Type": "text/html"})
    if fault.body == "empty":
        return web.Response(status=fault.status or 200, headers=JSON_TYPE)
    return json_response(content[: len(content) // 2], status=fault.status or 200)


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _begun(status: int, fault: Fault, length: int | None) -> web.StreamResponse:
    """Return a JSON response without its body. The caller of this function sends the body piece by piece."""
    response = web.StreamResponse(status=status, headers=JSON_TYPE)
    response.content_length = length
    response.headers.update(fault.headers)
    return response


async def _cut_off(response: web.StreamResponse, request: web.Request, content: bytes) -> web.StreamResponse:
    """Announce the length of the whole body, send half of it, and close the connection."""
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    await asyncio.sleep(0.05)  # time to send that half, because abort() discards unsent bytes
    hang_up(request)
    return response


async def _go_on(response: web.StreamResponse, request: web.Request) -> web.StreamResponse:
    """Send endless JSON, as fast as the client reads it, until the client closes the connection."""
    await response.prepare(request)
    try:
        await response.write(b"[")
        while True:
            await response.write(ENDLESS)
            await asyncio.sleep(0)
    except ConnectionError:
        return response


async def _drip(response: web.StreamResponse, request: web.Request, content: bytes) -> web.StreamResponse:
    """Send the body one byte at a time, until the client closes the connection."""
    await response.prepare(request)
    try:
        for position in range(len(content)):
            await response.write(content[position : position + 1])
            await asyncio.sleep(DRIP_SECONDS)
    except ConnectionError:
        return response
    await response.write_eof()
    return response
