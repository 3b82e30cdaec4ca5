"""Publishing checks a form and makes a new version.

The page for publishing also shows the form's link and QR code, and has a button that closes the form.
"""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import Entry
from edits.forms.models import FormDefinition
from tests.edits.forms.designing.pages import DesignerPage
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db


def path(form: FormDefinition, last: str = "publish") -> str:
    return f"/forms/design/{form.pk}/{last}/"


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_draft_is_published_shared_changed_and_closed(browser: Client, form: FormDefinition, bob: Person) -> None:
    assert "Publish version 1" in text_of(browser, path(form))
    answer = browser.post(path(form), {"seen": "0"}, follow=True)
    page = answer.content.decode()
    assert "Version 1 is published." in page
    assert 'value="http://testserver/forms/progress/"' in page
    code = browser.get(f"/forms/design/{form.pk}/qr.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b"<?xml")
    DesignerPage.open(browser, form).type(title="Progress").press("save")
    form.refresh_from_db()
    assert (form.published or {})["title"] == "Report progress", "people see the draft only after publishing"
    page = text_of(browser, path(form))
    assert "The title was “Report progress”, and now is “Progress”." in page
    browser.post(path(form), {"seen": str(form.revision)})
    browser.post(path(form, "close"))
    form.refresh_from_db()
    assert (form.version, form.state) == (2, "closed")
    assert "Open the form again as version 3" in text_of(browser, path(form))
    done = Entry.objects.filter(action__startswith="form_").order_by("pk").values_list("action", "actor_id")
    assert list(done) == [(action, bob.id) for action in ("form_publish", "form_publish", "form_close")]


def test_entries_lead_to_the_form_and_the_designer_to_its_entries(browser: Client, form: FormDefinition) -> None:
    browser.post(path(form), {"seen": "0"})
    assert 'href="/audit/?via=form%3Aprogress"' in DesignerPage.open(browser, form).html
    entry = Entry.objects.get(action="form_publish")
    assert f'href="/audit/{entry.pk}/"' in text_of(browser, "/audit/?via=form%3Aprogress")
    assert 'href="/forms/progress/">the form “progress”</a>' in text_of(browser, f"/audit/{entry.pk}/")


def test_pressing_publish_in_the_designer_saves_the_draft_first(browser: Client, form: FormDefinition) -> None:
    page = DesignerPage.open(browser, form).type(title="Progress").press("publish")
    assert "Publish version 1" in page.text
    assert FormDefinition.objects.get().draft_definition.title == "Progress"


def test_a_form_that_was_saved_since_the_checks_is_not_published(browser: Client, form: FormDefinition) -> None:
    DesignerPage.open(browser, form).type(title="Progress").press("save")
    answer = browser.post(path(form), {"seen": "0"})
    assert answer.status_code == 409
    assert "Another designer has just saved this form." in answer.content.decode()
    assert FormDefinition.objects.get().version == 0
