"""Makes signed addresses of files, and serves the files. An address needs no token, but works only for a short time.

https://developers.smartsheet.com/api/smartsheet/openapi/attachments/attachments-get
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.clock import now
from sandbox.http.responses import disposition
from sandbox.http.routing import Call
from sandbox.model.remark import Attachment
from sandbox.world import World

PREFIX = "/files"
KEY = secrets.token_bytes(32)
SIGNED = ("response-content-disposition", "response-content-type", "Expires")


def download_of(call: Call, attachment: Attachment) -> dict[str, Any]:
    """Return the `url` and `urlExpiresInMillis` of an attached file.

    Return an empty dictionary if the attachment is a link, because a link has its own `url`.
    """
    if attachment.digest is None:
        return {}
    url = address_of(call, attachment.digest, name=attachment.name, mime_type=attachment.mime_type or "")
    return {"url": url, "urlExpiresInMillis": call.settings.file_url_seconds * 1000}


def address_of(call: Call, digest: str, *, name: str, mime_type: str) -> str:
    """Return a signed address that serves the content with this digest. The downloaded file has the given name and
    type. If the type is unknown, `mime_type` is empty.
    """
    seconds = call.settings.file_url_seconds
    query = {
        "response-content-disposition": disposition(name),
        "response-content-type": mime_type,
        "Expires": str(int(now().timestamp()) + seconds),
    }
    query["Signature"] = _signature(digest, query)
    scheme = "https" if call.settings.tls else "http"
    host = call.headers.get("Host", call.settings.host)
    return f"{scheme}://{host}{PREFIX}/{digest}?{urlencode(query)}"


def add_routes(app: web.Application, world: World) -> None:
    """Add the route for downloads."""

    async def download(request: web.Request) -> web.StreamResponse:
        return _answer(world, request)

    app.router.add_get(f"{PREFIX}/{{digest}}", download)


def _answer(world: World, request: web.Request) -> web.Response:
    digest, query = request.match_info["digest"], request.query
    if "Authorization" in request.headers:
        return _refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
    if not hmac.compare_digest(query.get("Signature", "").encode(), _signature(digest, query).encode()):
        return _refusal(403, "SignatureDoesNotMatch", "The request signature does not match the signature provided")
    if int(query["Expires"]) < now().timestamp():
        return _refusal(403, "AccessDenied", "Request has expired")
    content = world.state.files.get(digest)
    if content is None:
        return _refusal(404, "NoSuchKey", "The specified key does not exist.")
    headers = {
        "Content-Type": query["response-content-type"] or "application/octet-stream",
        "Content-Disposition": query["response-content-disposition"],
    }
    return web.Response(body=content, headers=headers)


def _signature(digest: str, query: Mapping[str, str]) -> str:
    signed = "\n".join([digest, *(query.get(name, "") for name in SIGNED)])
    return hmac.new(KEY, signed.encode(), hashlib.sha256).hexdigest()


def _refusal(status: int, code: str, message: str) -> web.Response:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return web.Response(text=content, status=status, content_type="application/xml")
