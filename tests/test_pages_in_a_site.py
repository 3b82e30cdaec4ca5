"""The apps' pages work in another site, which has its own frame, forms and static files, but not this project's
templates.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import get_template
from django.test import Client, override_settings
from pytest_django import Settings

from tests.running_sandbox import Person, RunningSandbox

ROOT = Path(__file__).resolve().parent.parent
APPS = ("api", "audit", "byline", "edits", "identity")
PAGES = ("/sheets/", "/audit/", "/identity/profile/")
FRAME = """{% extends "site.html" %}
{% block main %}{% block content %}{% endblock %}{% endblock %}
{% block head %}{% block styles %}{% endblock %}{% block scripts %}{% endblock %}{% endblock %}"""
SITE = """<title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}
<nav>Site</nav>{% block main %}{% endblock %}"""

SignIn = Callable[[Client, Person], None]


def templates(settings: Settings, *folders: Path) -> list[dict[str, Any]]:
    """Return TEMPLATES with these folders instead of this project's folders."""
    return [{**settings.TEMPLATES[0], "DIRS": list(folders)}]


def names_of_templates() -> list[str]:
    folders = [ROOT / app / "templates" for app in APPS]
    return [str(path.relative_to(folder)) for folder in folders for path in sorted(folder.rglob("*.html"))]


@pytest.mark.parametrize("name", names_of_templates())
def test_a_template_loads_the_tags_that_it_uses(name: str) -> None:
    get_template(name)


def test_no_template_of_an_app_replaces_one_of_django_or_of_the_site() -> None:
    assert {name.partition("/")[0] for name in names_of_templates()} == {"api", "audit", "edits", "identity", "byline"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_pages_need_none_of_this_projects_templates(
    address: str, client: Client, settings: Settings, sandbox: RunningSandbox, alice: Person, sign_in: SignIn
) -> None:
    sign_in(client, alice)
    settings.TEMPLATES = templates(settings)
    page = client.get(address)
    assert page.status_code == 200
    assert "<h1" in page.content.decode()
    assert "navbar" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_site_puts_its_own_frame_around_them(
    address: str,
    client: Client,
    settings: Settings,
    sandbox: RunningSandbox,
    alice: Person,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    (tmp_path / "byline").mkdir()
    (tmp_path / "byline" / "base.html").write_text(FRAME)
    (tmp_path / "site.html").write_text(SITE)
    sign_in(client, alice)
    settings.TEMPLATES = templates(settings, tmp_path)
    page = client.get(address).content.decode()
    assert "<nav>Site</nav>" in page
    assert "<h1" in page


@pytest.mark.django_db
def test_the_forms_of_the_site_look_as_before(settings: Settings) -> None:
    class SiteForm(forms.Form):
        name = forms.CharField()
        colours = forms.MultipleChoiceField(choices=[("r", "Red")], widget=forms.CheckboxSelectMultiple)

    assert settings.FORM_RENDERER == "django.forms.renderers.DjangoTemplates"
    form = SiteForm({})
    assert not form.is_valid()
    assert not re.search("form-check|form-label|invalid-feedback", str(form))


def test_every_static_file_lies_below_byline() -> None:
    files = [path.relative_to(ROOT / app / "static") for app in APPS for path in (ROOT / app / "static").rglob("*")]
    assert {path.parts[0] for path in files} == {"byline"}


def test_every_static_file_of_a_template_is_there_under_its_hashed_name(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", "--noinput", verbosity=0)
    hashed = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in APPS)):
        for path in folder.rglob("*.html"):
            for name in re.findall(r"{% static '([^']+)'", path.read_text()):
                assert finders.find(name), (path, name)
                assert (tmp_path / hashed[name]).exists(), (path, name)
