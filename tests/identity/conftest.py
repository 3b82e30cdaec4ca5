"""The provider whose answers a test chooses, in the place of the sandbox."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.identity.heard import Heard
from tests.identity.provider import Provider


@pytest.fixture
def provider(settings: Settings, db: None) -> Iterator[Provider]:
    with Provider() as provider:
        urls = {"api_base": f"{provider.url}/2.0", "authorize_url": f"{provider.url}/b/authorize"}
        settings.SMARTSHEET_REGIONS = {"sandbox": settings.SMARTSHEET_REGIONS["sandbox"] | urls}
        yield provider


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What the signals say from here on."""
    with Heard() as heard:
        yield heard
