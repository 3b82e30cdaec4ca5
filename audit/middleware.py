"""Gives every request an id, and the log what it says about the request; 503 for what cannot be recorded."""

import ipaddress
import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from audit.conf import settings
from audit.context import RequestContext, using
from audit.recording import NotRecorded

log = logging.getLogger(__name__)

USER_AGENT_LENGTH = 512  # characters; it is the browser's to fill
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](:\d+)?|(?P<v4>[\d.]+):\d+")


class RequestContextMiddleware:
    """Sets audit.context for the time of the request and answers the request's id in X-Request-ID."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._answer_async(request)
        context = context_of(request)
        with using(context):
            response = cast("HttpResponseBase", self.get_response(request))
        response.headers["X-Request-ID"] = context.request_id
        return response

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        context = context_of(request)
        with using(context):
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        response.headers["X-Request-ID"] = context.request_id
        return response


class NotRecordedMiddleware:
    """Answers 503 with a sentence where a page may not be shown, since that could not be recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotRecorded):
            return None
        log.error("%s is not answered: %s", request.path, exception)
        # Rendered without the request: who is signed in stands in the same database.
        page = render_to_string("audit/not_recorded.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})


def context_of(request: HttpRequest) -> RequestContext:
    """A new id, the client's address and the capped User-Agent of a request; id and address stand on it too."""
    request_id = uuid.uuid4().hex
    request.request_id = request_id  # type: ignore[attr-defined]  # for apps that know nothing of the log
    ip = client_ip(
        remote_address=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings.TRUSTED_PROXIES,
    )
    request.client_ip = ip  # type: ignore[attr-defined]  # likewise
    return RequestContext(
        request_id=request_id,
        ip=ip,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LENGTH],
    )


def client_ip(*, remote_address: str, forwarded_for: str, trusted_proxies: int) -> str | None:
    """The address of the client, or None where it cannot be known.

    Each of our `trusted_proxies` appends the address it was called from to X-Forwarded-For, so the client's is that
    many from the right; what stands further left came from the client and may be forged.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",")]
    if trusted_proxies and forwarded_for:
        return _address(hops[-min(trusted_proxies, len(hops))])
    return _address(remote_address)


def _address(text: str) -> str | None:
    if match := _WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
