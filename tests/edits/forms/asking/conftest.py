"""A form for the site plan, people who send update requests with this form, and a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.recording import Actor
from edits.forms.asking import requests
from edits.forms.asking.models import AskedRow, Mail, RequestedPerson, UpdateRequest
from edits.forms.asking.plan import Plan, PlannedPerson
from edits.forms.asking.requests import Wanted
from edits.forms.conditions import Condition
from edits.forms.definition import Audience, Definition, FormField
from edits.forms.models import FormDefinition, FormState
from identity.models import SmartsheetUser
from tests.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer, mail_server

SENDER = "Byline <byline@example.com>"
SITE = "https://byline.example.com"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[MailServer]:
    """The mail server that the app uses."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 20
        settings.DEFAULT_FROM_EMAIL, settings.BASE_URL = SENDER, SITE
        yield server


@pytest.fixture
def form(db: None, plan: SitePlan) -> FormDefinition:
    """A form with which people report progress on the rows for which they are responsible."""
    return made_form(plan, rule={"column": str(plan.columns["Responsible"]), "is": "me"})


def made_form(plan: SitePlan, *, rule: Any = None, slug: str = "report-progress", **more: Any) -> FormDefinition:
    """A published form for the site plan."""
    status = FormField(column_id=plan.columns["Status"], title="Status", type="PICKLIST")
    content = Definition(
        title="Report progress on my tasks",
        fields=(status,),
        rule=Condition.parse(rule) if rule else None,
        **{"audience": Audience.EVERYONE, **more},
    ).to_json()
    return FormDefinition.objects.create(
        region="sandbox",
        sheet_id=plan.id,
        sheet_name="Site plan",
        slug=slug,
        state=FormState.PUBLISHED,
        draft=content,
        published=content,
        version=1,
    )


@pytest.fixture
def alices(client: Client, sign_in: SignIn, alice: Person, plan: SitePlan, mailbox: MailServer) -> Client:
    """The browser of Alice, who owns the site plan."""
    sign_in(client, alice)
    plan.sandbox.forget_requests()
    return client


@pytest.fixture
def bobs(alices: Client, sign_in: SignIn, bob: Person, plan: SitePlan) -> Client:
    """The browser of Bob, who can edit the site plan."""
    browser = Client()
    sign_in(browser, bob)
    plan.sandbox.forget_requests()
    return browser


def actor_of(person: Person) -> Actor:
    return Actor(id=person.id, region="sandbox", name=person.name, email=person.email)


def asked(
    form: FormDefinition,
    asker: Person,
    people: dict[str, list[AskedRow]],
    *,
    text: str = "",
    due_on: date | None = None,
    remind_in: timedelta | None = None,
    primary_id: int | None = None,
) -> UpdateRequest:
    """Store an update request as the page does. `people` maps each asked person's address to their rows."""
    known = {one.email: one for one in SmartsheetUser.objects.all()}
    planned = [PlannedPerson(one, account=known.get(one), rows=rows) for one, rows in people.items()]
    remind_at = None if remind_in is None else timezone.now() + remind_in
    wanted = Wanted(text, due_on or timezone.now().date() + timedelta(days=7), "Europe/London", remind_at)
    return requests.ask(uuid4(), form, Plan(planned, []), wanted, actor=actor_of(asker), primary_id=primary_id)


def rows_of(plan: SitePlan, *names: str) -> list[AskedRow]:
    """Return these rows of the site plan as an update request stores them."""
    return [AskedRow(plan.rows[name], place, name) for place, name in enumerate(names, 1)]


def mail_to(address: str) -> Mail:
    return Mail.objects.filter(person__email=address).latest("pk")


def person(address: str) -> RequestedPerson:
    return RequestedPerson.objects.get(email=address)


def text_of(answer: Any) -> str:
    """Return the text of a page."""
    html = re.sub(r"<(script|style)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())
