"""If a person is erased, their personal data is also removed from update requests."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.recording import THIS_APP
from audit.retention.erasure import Address, Found, NothingToErase, Person, erase
from audit.vocabulary import Origin
from edits.forms.asking import sending
from edits.forms.asking.models import Mail, RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.models import FormDefinition
from tests.edits.forms.asking.conftest import asked, rows_of
from tests.edits.forms.asking.test_answers import page_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person as Human
from tests.smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
BOB, DORA = "bob@example.com", "dora@example.com"


def erased(what: Person | Address) -> Found:
    return erase(what, by=THIS_APP, reason="Asked for in writing", origin=Origin.COMMAND)


@pytest.fixture
def made(bobs: Client, form: FormDefinition, plan: SitePlan, alice: Human, mailbox: MailServer) -> UpdateRequest:
    mailbox.answers[BOB] = f"550 5.1.1 <{BOB}>: unknown"
    found = asked(form, alice, {BOB: rows_of(plan, "Dig foundations"), DORA: rows_of(plan, "Pour slab")}, text="Hello")
    StoppedReminders(form=form, email=BOB).save()
    return found


def in_clear(word: str) -> bool:
    """Whether any table of update requests has the word as readable text."""
    models = (UpdateRequest, RequestedPerson, Mail, StoppedReminders)
    return any(word in str(row).lower() for model in models for row in model._default_manager.values_list())


@pytest.mark.parametrize("by", ["number", "address"])
def test_a_person_who_was_asked_is_blanked(
    made: UpdateRequest, alices: Client, bob: Human, mailbox: MailServer, by: str
) -> None:
    sending.send_due()
    assert in_clear(BOB)
    found = erased(Person("sandbox", bob.id) if by == "number" else Address(BOB.upper()))
    assert found.records == 1
    assert not in_clear(BOB)
    assert in_clear(DORA)
    assert "A person whose name was erased" in page_of(alices, made)
    assert sending.send_due() == 0


def test_an_address_of_another_domain_is_not_blanked(
    form: FormDefinition, plan: SitePlan, alices: Client, alice: Human, mailbox: MailServer
) -> None:
    sharp, plain = "bob@straße.example", "bob@strasse.example"
    asked(form, alice, {one: rows_of(plan, "Dig foundations") for one in (sharp, plain)})
    erased(Address(sharp.upper().replace("SS", "ß")))
    assert not in_clear(sharp)
    assert RequestedPerson.objects.filter(email=plain).exists()


def test_a_person_who_never_signed_in_is_blanked_by_address(
    made: UpdateRequest, mailbox: MailServer, alices: Client
) -> None:
    erased(Address(DORA))
    assert not in_clear(DORA)
    assert sending.send_due() == 0  # the mail to Bob was refused, and the mail to Dora has no address any more
    assert mailbox.mails == []
    assert "dora" not in page_of(alices, made)
    with pytest.raises(NothingToErase):
        erased(Address(DORA))


def test_an_asker_is_blanked_and_their_request_ends(made: UpdateRequest, alice: Human, mailbox: MailServer) -> None:
    assert erased(Person("sandbox", alice.id)).records == 1
    assert not in_clear("alice")
    assert not in_clear("hello")
    assert sending.send_due() == 0
    assert {one.state for one in Mail.objects.all()} == {"dropped"}


def test_an_address_in_the_text_of_others_is_blanked(
    form: FormDefinition, alices: Client, alice: Human, plan: SitePlan, mailbox: MailServer
) -> None:
    kept = asked(form, alice, {DORA: rows_of(plan, "Pour slab")}, text="Ask xeve@example.com")
    named = asked(form, alice, {DORA: rows_of(plan, "Pour slab")}, text="Ask Eve@example.com, please")
    assert erased(Address("eve@example.com")).records == 1
    named.refresh_from_db()
    kept.refresh_from_db()
    assert (named.text, kept.text) == ("", "Ask xeve@example.com")
    assert named.cancelled_at is None
