"""After signing in, a person is sent only to pages of this app."""

import pytest
from django.test import Client, RequestFactory
from django.test.utils import override_script_prefix
from django.urls import reverse
from pytest_django import Settings

from identity import urls
from identity.signin.views import own_url
from tests.identity.provider import Provider


@pytest.mark.parametrize("url", ["/sheets/1/?page=2", "/audit/", "http://testserver/sheets/"])
def test_it_goes_to_the_page_that_the_person_wanted(client: Client, provider: Provider, url: str) -> None:
    assert provider.come_back(client, next_url=url)["Location"] == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "http:evil.example",
        "httpx/sheets",
        "javascript:alert(1)",
        "\x08//evil.example",
        "https://testserver@evil.example/",
        "home",
        "nonsense",
        "sheets/1/",
        "/" + "x" * 3000,
    ],
)
def test_it_goes_to_no_other_site(client: Client, provider: Provider, url: str) -> None:
    assert provider.come_back(client, next_url=url)["Location"] == "/"


def test_it_cannot_inject_a_header(client: Client, provider: Provider) -> None:
    answer = provider.come_back(client, next_url="/sheets/\r\nSet-Cookie: a=b")
    assert answer.status_code == 302
    assert "a" not in answer.cookies


def test_each_tab_has_its_own(client: Client, provider: Provider) -> None:
    client.post("/identity/login/", {"next": "/audit/"})
    assert provider.come_back(client, next_url="/sheets/")["Location"] == "/sheets/"


ARGUMENTS: dict[str, list[object]] = {"end_session": ["6d6f2f1e-5f0c-4b53-9c2f-3b1f6a0d7a11"], "end_app_token": [1]}


@pytest.mark.parametrize("name", [pattern.name for pattern in urls.urlpatterns if pattern.name != "callback_of_region"])
def test_it_goes_only_to_pages(client: Client, provider: Provider, settings: Settings, name: str) -> None:
    settings.BYLINE_CONNECT = True
    path = reverse(f"identity:{name}", args=ARGUMENTS.get(name, []))
    target = provider.come_back(client, next_url=path)["Location"]
    assert client.get(target, follow=True).status_code == 200


def test_it_is_not_fooled_by_another_spelling(client: Client, provider: Provider) -> None:
    assert provider.come_back(client, next_url="/identity/log%6fut/")["Location"] == "/"


def test_it_does_not_go_to_the_admins_logout(client: Client, provider: Provider) -> None:
    assert provider.come_back(client, next_url="/admin/logout/")["Location"] == "/"


def test_it_goes_only_to_pages_of_a_site_under_a_prefix() -> None:
    request = RequestFactory().get("/")
    with override_script_prefix("/tools/"):
        assert own_url(request, "/tools/audit/") == "/tools/audit/"
        assert own_url(request, reverse("identity:logout"), otherwise="/tools/") == "/tools/"
