"""The app answers as docs/identity-me.md says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from identity.profiles.profile import Profile

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "identity-me.md").read_text()


def test_the_example_is_the_answer_for_such_a_profile() -> None:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found
    shown: dict[str, Any] = json.loads(found[1])["user"]
    said = _said_by_smartsheet(shown)
    assert Profile.parse(shown["region"], said).as_json() == shown


def test_the_setting_exists(settings: Settings) -> None:
    assert "CORS_ALLOWED_ORIGINS=" in PAGE
    assert settings.CORS_ALLOWED_ORIGINS == []


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "status"), [("get", 200), ("head", 200), ("options", 204), ("post", 405)])
def test_the_methods_answer_as_it_says(client: Client, method: str, status: int) -> None:
    answer = getattr(client, method)("/identity/me")
    assert answer.status_code == status
    assert f"{status}" in PAGE


def _said_by_smartsheet(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    is_ours = {"region"} | ({"name"} if "region" in value else set())
    return {
        key: _said_by_smartsheet(item)
        for key, item in value.items()
        if key not in is_ours and not key.endswith("id_str")
    }
