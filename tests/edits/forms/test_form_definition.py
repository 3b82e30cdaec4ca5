"""Forms are stored with their history. Two designers can't overwrite each other, and the log says who published."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from audit.models import Entry
from audit.recording import Actor
from edits.forms.definition import Definition, FormField, InvalidDefinition
from edits.forms.models import ChangedMeanwhile, FormDefinition, FormState, check_slug

BOB = Actor(id=2, region="sandbox", name="Bob Baker", email="bob@example.com")
FIRST = Definition(title="Report progress", fields=(FormField(1, "Status", "PICKLIST"),))
SECOND = Definition(title="Report", fields=(FormField(1, "Status", "PICKLIST"), FormField(2, "Due", "DATE")))
pytestmark = pytest.mark.django_db


@pytest.fixture
def form() -> FormDefinition:
    return FormDefinition.objects.create(region="sandbox", sheet_id=7, slug="progress", draft=FIRST.to_json())


def test_publishing_makes_the_draft_what_people_fill_in(form: FormDefinition) -> None:
    assert form.definition is None
    form.publish(seen=0, actor=BOB)
    form.save_draft(SECOND, seen=1)
    found = FormDefinition.objects.get()
    assert (found.definition, found.draft_definition, found.version) == (FIRST, SECOND, 1)
    assert found.via == {"form": "progress", "version": 1}


def test_publishing_closing_and_restoring_are_entries(form: FormDefinition) -> None:
    form.publish(seen=0, actor=BOB)
    form.save_draft(SECOND, seen=1)
    form.publish(seen=2, actor=BOB)
    form.restore(form.history.last(), seen=3, actor=BOB)
    form.close(seen=4, actor=BOB)
    entries = Entry.objects.filter(action__startswith="form_").order_by("pk")
    assert [(entry.action, entry.message) for entry in entries][:2] == [
        ("form_publish", "version 1"),
        ("form_publish", "version 2"),
    ]
    assert [entry.action for entry in entries][2:] == ["form_restore", "form_close"]
    assert {(entry.actor_id, entry.row_label, entry.sheet_id) for entry in entries} == {(2, "progress", 7)}
    assert form.draft_definition == FIRST


def test_a_version_whose_content_was_erased_cannot_be_restored(form: FormDefinition) -> None:
    then = form.history.last()
    then.draft = {}  # as erasing does
    with pytest.raises(InvalidDefinition):
        form.restore(then, seen=0, actor=BOB)
    assert FormDefinition.objects.get().draft_definition == FIRST


def test_the_second_of_two_designers_is_told(form: FormDefinition) -> None:
    other = FormDefinition.objects.get()
    form.save_draft(SECOND, seen=0)
    with pytest.raises(ChangedMeanwhile):
        other.save_draft(FIRST, seen=0)
    with pytest.raises(ChangedMeanwhile):
        other.publish(seen=0, actor=BOB)
    assert FormDefinition.objects.get().draft_definition == SECOND
    assert form.history.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_designers_at_the_same_moment_one_saves(form: FormDefinition) -> None:
    barrier, saved = Barrier(4), list[int]()

    def save(number: int) -> None:
        try:
            own = FormDefinition.objects.get()
            barrier.wait()
            own.save_draft(Definition(title=f"By {number}", fields=FIRST.fields), seen=0)
            saved.append(number)
        except ChangedMeanwhile:
            pass
        finally:
            connections.close_all()

    threads = [Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved) == 1
    assert FormDefinition.objects.get().title == f"By {saved[0]}"
    assert form.history.count() == 2


def test_a_closing_date_closes_the_form(form: FormDefinition) -> None:
    form.publish(seen=0, actor=BOB)
    assert form.is_open
    form.save_draft(FIRST, seen=1, closes_at=timezone.now() - timedelta(seconds=1), time_zone="Europe/Vienna")
    assert not form.is_open
    assert form.closes_at_there is not None
    assert form.closes_at_there.tzname() in {"CET", "CEST"}
    assert not FormDefinition.objects.published().exists()
    form.save_draft(FIRST, seen=2, closes_at=None)
    assert FormDefinition.objects.published().get() == form


def test_a_form_with_a_problem_is_not_open(form: FormDefinition) -> None:
    form.publish(seen=0, actor=BOB)
    form.problem = "The sheet was deleted."
    assert not form.is_open
    form.close(seen=1, actor=BOB)
    assert form.state == FormState.CLOSED


@pytest.mark.parametrize("slug", ["Report", "a b", "-a", "a-", "a--b", "", "é", "add", "design"])
def test_texts_that_cannot_be_an_address(slug: str) -> None:
    with pytest.raises(ValidationError):
        check_slug(slug)


def test_a_deleted_form_stays_in_the_log(form: FormDefinition) -> None:
    form.remove(actor=BOB)
    assert not FormDefinition.objects.exists()
    assert Entry.objects.get(action="form_delete").row_label == "progress"
    assert FormDefinition.history.count() == 2
