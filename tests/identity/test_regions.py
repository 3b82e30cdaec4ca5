"""Tests of the regions of a deployment."""

import pytest
from django.test import Client
from pytest_django import Settings

from identity.regions import Region, UnknownRegion, default_region, region
from tests.identity.provider import Provider
from tests.signing_in import begin


def test_the_default_is_the_one_of_the_settings(settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = settings.SMARTSHEET_REGIONS | {"eu": settings.SMARTSHEET_REGIONS["sandbox"]}
    assert default_region().name == "sandbox"
    settings.SMARTSHEET_DEFAULT_REGION = "eu"
    assert default_region() == region("eu")


def test_a_region_that_is_not_configured_is_unknown() -> None:
    with pytest.raises(UnknownRegion, match="gov"):
        region("gov")


def test_its_addresses_come_from_its_api() -> None:
    gov = Region(
        name="gov",
        api_base="https://api.smartsheetgov.com/2.0",
        authorize_url="https://app.smartsheetgov.com/b/authorize",
        client_id="id",
        client_secret="secret",
        client_auth="hash",
        scopes=("READ_SHEETS",),
    )
    assert gov.token_url == "https://api.smartsheetgov.com/2.0/token"
    assert gov.profile_url == "https://api.smartsheetgov.com/2.0/users/me"


def test_a_sign_in_ends_with_its_region(client: Client, provider: Provider, settings: Settings) -> None:
    """A person begins to sign in. When the person comes back, the region of this sign-in is no longer configured. So
    the sign-in fails, and the OAuth provider gets no request.
    """
    state = begin(client).split("state=")[1].split("&")[0]
    settings.SMARTSHEET_REGIONS = {"eu": settings.SMARTSHEET_REGIONS["sandbox"]}
    assert client.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code == 400
    assert provider.arrivals == []
