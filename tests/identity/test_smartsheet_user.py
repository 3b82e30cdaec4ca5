"""In requests and templates, `smartsheet_user` is None before the sign-in, and the profile after it."""

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import User
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetUserMiddleware
from identity.profiles.profile import Profile
from tests.identity.provider import ALICE, Answer, Provider


def test_templates_get_none_before_sign_in(client: Client, db: None) -> None:
    page = client.get("/")
    assert page.context["smartsheet_user"]() is None
    assert page.wsgi_request.smartsheet_user is None  # type: ignore[attr-defined] # the middleware's


def test_templates_get_the_profile_after(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    page = client.get("/")
    person = page.context["smartsheet_user"]()
    assert person == Profile(region="sandbox", id=ALICE["id"], data=ALICE)
    assert page.wsgi_request.smartsheet_user == person  # type: ignore[attr-defined] # the middleware's
    template = Template("{{ p.firstName }} {{ p.first_name }} {{ p.name }} {{ p.initials }} {{ p.id }} {{ p.email }}")
    shown = template.render(Context({"p": person}))
    assert shown == "Alice Alice Alice Ashby AA 4583173393803140 alice@example.org"


def test_the_person_comes_with_the_user_in_one_query(
    client: Client, provider: Provider, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    provider.come_back(client)
    with django_assert_num_queries(2):  # one query for the session, and one for the user with the person
        client.get("/identity/me")


def test_a_page_that_does_not_use_it_makes_no_query(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    middleware = SmartsheetUserMiddleware(lambda _request: HttpResponse("nothing asked"))
    with django_assert_num_queries(0):
        assert middleware(rf.get("/")).content == b"nothing asked"


def test_an_admin_user_without_smartsheet_is_none(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/identity/me").json() == {"user": None}


@pytest.mark.parametrize(
    ("profile", "name", "initials"),
    [
        ({"firstName": "Alice", "lastName": "Ashby"}, "Alice Ashby", "AA"),
        ({"firstName": "Alice"}, "Alice", "A"),
        ({"lastName": "ashby", "firstName": ""}, "ashby", "A"),
        ({"firstName": None, "lastName": " "}, "alice@example.org", "A"),
    ],
)
def test_the_name_is_composed(profile: dict[str, str | None], name: str, initials: str) -> None:
    person = Profile.parse("com", {"id": 1, "email": "alice@example.org", **profile})
    assert (person.name, person.initials) == (name, initials)


def test_an_empty_profile_is_named_by_its_id() -> None:
    person = Profile.parse("com", {"id": 1})
    assert (person.name, person.initials, person.email) == ("Smartsheet user 1", "", "")


@smartsheet_connected
def greet(request: HttpRequest, *, greeting: str) -> HttpResponse:
    return HttpResponse(f"{greeting} {request.smartsheet_user.name}")  # type: ignore[attr-defined] # the middleware's


def test_a_view_may_require_a_person(client: Client, provider: Provider) -> None:
    request = client.get("/?a=1").wsgi_request
    answer = greet(request, greeting="Hello")
    assert (answer.status_code, answer["Location"]) == (302, "/?next=/%3Fa%3D1")
    provider.profile = Answer(ALICE | {"firstName": "Alicia"})
    provider.come_back(client)
    signed_in = greet(client.get("/").wsgi_request, greeting="Hello")
    assert isinstance(signed_in, HttpResponse)
    assert signed_in.content == b"Hello Alicia Ashby"


@smartsheet_connected
async def greet_async(request: HttpRequest, *, greeting: str) -> HttpResponse:
    return HttpResponse(f"{greeting} {request.smartsheet_user.name}")  # type: ignore[attr-defined] # the middleware's


@pytest.mark.django_db(transaction=True)
def test_an_async_view_may_require_a_person(client: Client, provider: Provider) -> None:
    assert iscoroutinefunction(greet_async)
    run = async_to_sync(greet_async)
    answer = run(client.get("/?a=1").wsgi_request, greeting="Hello")
    assert (answer.status_code, answer["Location"]) == (302, "/?next=/%3Fa%3D1")
    provider.come_back(client)
    signed_in = run(fresh(client), greeting="Hello")
    assert isinstance(signed_in, HttpResponse)
    assert signed_in.content == b"Hello Alice Ashby"


def fresh(client: Client) -> HttpRequest:
    """Return a request from this browser. The request's user hasn't been looked up yet."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: one.value for name, one in client.cookies.items()}
    for middleware in (SessionMiddleware, AuthenticationMiddleware):
        middleware(lambda _request: HttpResponse()).process_request(request)
    SmartsheetUserMiddleware(lambda _request: HttpResponse())(request)
    return request
