"""The demo starts with a form that shows people their own tasks."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from config import demo
from edits.forms.definition import Definition, State
from edits.forms.models import FormDefinition
from edits.forms.watching import NO_DESIGNER, check_due
from tests import signing_in
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "IS_DEMO", True)


@pytest.mark.usefixtures("sandbox")
def test_the_form_is_created_once() -> None:
    form = demo.create_form()
    assert form is not None
    assert form.is_open
    assert demo.create_form() is None
    assert FormDefinition.objects.count() == 1
    content = Definition.parse(form.published)
    assert [field.title for field in content.fields if field.state is State.REQUIRED] == ["Status"]
    assert content.rule is not None
    assert [field.type for field in content.fields] == [
        *("TEXT_NUMBER", "DATE", "PICKLIST", "PICKLIST", "CHECKBOX", "TEXT_NUMBER", "TEXT_NUMBER"),
    ]


@pytest.mark.usefixtures("sandbox")
def test_a_sheet_without_the_columns_gives_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SHEET", "Budget")
    with pytest.raises(demo.NoSheet):
        demo.create_form()
    assert not FormDefinition.objects.exists()


def test_the_first_designer_who_signs_in_looks_after_it(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, settings: Settings
) -> None:
    settings.ROLES = settings.ROLES | {"form_designer": {"bob@example.com"}}
    demo.create_form()
    signing_in.sign_in(client, sandbox, alice)
    assert FormDefinition.objects.get().designer is None
    check_due()
    assert FormDefinition.objects.get().warning == NO_DESIGNER
    signing_in.sign_in(Client(), sandbox, bob)
    check_due()
    assert FormDefinition.objects.get().warning == ""
    designer = FormDefinition.objects.get().designer
    assert designer is not None
    assert designer.smartsheet_id == bob.id


def test_without_a_sandbox_the_demo_still_starts(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.management.commands import demo_form

    monkeypatch.setattr(demo_form, "IS_DEMO", True)
    region = settings.SMARTSHEET_REGIONS["sandbox"]
    settings.SMARTSHEET_REGIONS = {"sandbox": {**region, "api_base": "http://127.0.0.1:9/2.0"}}
    call_command("demo_form")
    assert "The demo has no form: " in capsys.readouterr().err
    assert not FormDefinition.objects.exists()
