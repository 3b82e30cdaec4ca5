"""Gives each request an id, tells the log about the request, and answers 503 if an entry can't be written."""

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

from audit import read_logging
from audit.conf import settings
from audit.context import RequestContext, using
from audit.recording import NotRecorded

log = logging.getLogger(__name__)

USER_AGENT_LENGTH = 512  # the most characters of a User-Agent that the log keeps; clients can send any length
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](:\d+)?|(?P<v4>[\d.]+):\d+")


class RequestContextMiddleware:
    """Sets the context (audit.context) for each request, and adds the header X-Request-ID with the request's id to the
    response.
    """

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
    """Answers 503 with an explanation if a page can't be shown because the log can't be written. If a page is put
    together from parts, such as template tags, this middleware also records how many entries of other people these
    parts have shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        shown = read_logging.count_shown(request)
        response = self.get_response(request)
        try:
            shown.note(request)
        except NotRecorded as error:
            return self._not_recorded(request, error)
        finally:
            read_logging.stop_counting(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return self._not_recorded(request, exception) if isinstance(exception, NotRecorded) else None

    def _not_recorded(self, request: HttpRequest, exception: NotRecorded) -> HttpResponse:
        log.error("%s was answered with 503: %s", request.path, exception)
        # The template isn't given the request: it would load the signed-in user, from the database that has just
        # failed.
        page = render_to_string("audit/not_recorded.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})


def context_of(request: HttpRequest) -> RequestContext:
    """Return the context of a request: a new id, the client's address, and the shortened User-Agent. The id and the
    address are also set on the request.
    """
    request_id = uuid.uuid4().hex
    request.request_id = request_id  # type: ignore[attr-defined]  # for apps that don't import the log
    ip = client_ip(
        remote_address=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings.TRUSTED_PROXIES,
    )
    request.client_ip = ip  # type: ignore[attr-defined]  # as above
    return RequestContext(
        request_id=request_id,
        ip=ip,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LENGTH],
    )


def client_ip(*, remote_address: str, forwarded_for: str, trusted_proxies: int) -> str | None:
    """The client's address, or None if it isn't a valid address.

    Each of our proxies appends the address of its caller to X-Forwarded-For. With `trusted_proxies` proxies of our own,
    the client's address is at position `trusted_proxies` from the right. Addresses further left come from the client
    and can be forged.
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
