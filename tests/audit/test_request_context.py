"""Entries have the data of the request that caused them, and never the data of another request."""

import asyncio
from collections.abc import Awaitable
from threading import Barrier, Thread
from typing import cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from audit.context import NO_REQUEST, RequestContext, current, using
from audit.middleware import RequestContextMiddleware, client_ip, context_of


def seen(_request: HttpRequest) -> HttpResponse:
    context = current()
    return HttpResponse(f"{context.request_id} {context.ip} {context.user_agent}")


async def seen_async(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0)
    return seen(request)


def test_a_request_has_an_id_that_it_is_answered_with() -> None:
    response = cast(
        "HttpResponse", RequestContextMiddleware(seen)(RequestFactory().get("/", headers={"user-agent": "X"}))
    )
    request_id = response.headers["X-Request-ID"]
    assert len(request_id) == 32
    assert response.content.decode() == f"{request_id} 127.0.0.1 X"
    assert current() == NO_REQUEST


@pytest.mark.django_db
def test_every_page_carries_the_id(client: Client) -> None:
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_it_serves_async_stacks() -> None:
    middleware = RequestContextMiddleware(seen_async)

    async def ask() -> list[HttpResponse]:
        answers = [cast("Awaitable[HttpResponse]", middleware(RequestFactory().get("/"))) for _ in range(20)]
        return await asyncio.gather(*answers)

    responses = asyncio.run(ask())
    assert len({response.headers["X-Request-ID"] for response in responses}) == 20
    assert all(response.content.decode().startswith(response.headers["X-Request-ID"]) for response in responses)


def test_the_context_ends_with_a_request_that_fails() -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        raise LookupError

    with pytest.raises(LookupError):
        RequestContextMiddleware(fail)(RequestFactory().get("/"))
    assert current() == NO_REQUEST


def test_an_inner_context_gives_way_to_the_outer_one() -> None:
    outer, inner = RequestContext(request_id="outer"), RequestContext(request_id="inner")
    with using(outer):
        with using(inner):
            assert current() == inner
        assert current() == outer


def test_threads_do_not_share_it() -> None:
    together, found = Barrier(8), {}

    def work(name: str) -> None:
        with using(RequestContext(request_id=name)):
            together.wait()
            found[name] = current().request_id

    threads = [Thread(target=work, args=[str(number)]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {str(number): str(number) for number in range(8)}


def test_the_browsers_name_is_capped() -> None:
    request = RequestFactory().get("/", headers={"user-agent": "x" * 100_000})
    assert context_of(request).user_agent == "x" * 512


def test_the_number_of_trusted_proxies_is_a_setting(settings: Settings) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": "203.0.113.5"})
    assert context_of(request).ip == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert context_of(request).ip == "203.0.113.5"


@pytest.mark.parametrize(
    ("forwarded_for", "proxies", "ip"),
    [
        ("203.0.113.5", 0, "192.0.2.1"),
        ("", 1, "192.0.2.1"),
        ("203.0.113.5", 1, "203.0.113.5"),
        ("6.6.6.6, 203.0.113.5", 1, "203.0.113.5"),
        ("6.6.6.6, 203.0.113.5, 10.0.0.1", 2, "203.0.113.5"),
        ("203.0.113.5", 2, "203.0.113.5"),
        ("203.0.113.5:4711", 1, "203.0.113.5"),
        ("[2001:db8::5]:4711", 1, "2001:db8::5"),
        ("[2001:db8::5]", 1, "2001:db8::5"),
        ("2001:DB8::5", 1, "2001:db8::5"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("::ffff:203.0.113.5", 1, "203.0.113.5"),
        ("unknown", 1, None),
        ("_hidden", 1, None),
        ("203.0.113.5, ", 1, None),
        ("'; DROP TABLE audit_entry; --", 1, None),
        ("9" * 10_000, 1, None),
    ],
)
def test_the_address_only_comes_from_trusted_proxies(forwarded_for: str, proxies: int, ip: str | None) -> None:
    assert client_ip(remote_address="192.0.2.1", forwarded_for=forwarded_for, trusted_proxies=proxies) == ip


@pytest.mark.parametrize("remote_address", ["", "@", "/run/app.sock"])
def test_a_request_over_a_socket_file_has_no_address(remote_address: str) -> None:
    assert client_ip(remote_address=remote_address, forwarded_for="", trusted_proxies=0) is None
