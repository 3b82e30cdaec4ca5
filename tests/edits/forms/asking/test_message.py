"""What a mail says. A mail has no values of personal columns and no tokens, and names can't add headers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.signing import BadSignature, Signer
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from edits.forms.asking import requests, sending
from edits.forms.asking.models import AskedRow, Mail, RequestedPerson, UpdateRequest
from edits.forms.models import FormDefinition
from edits.sheets.personal_columns import PersonalColumn
from identity.models import SmartsheetUser
from tests.edits.forms.asking.conftest import SITE, actor_of, asked, person, rows_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer, Received

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alices")]
DORA = "dora@example.com"


def sent(mailbox: MailServer) -> Received:
    sending.send_due()
    return mailbox.mails[-1]


def both(mail: Received) -> str:
    return mail.part("plain") + mail.part("html")


def test_it_says_who_asks_for_what_until_when(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    text = "Please tell me how far the drainage is. " * 4 + "\n\nThank you & see you"
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs", "Pour slab")}, text=text, due_on=date(2027, 1, 4))
    mail = sent(mailbox)
    plain = mail.part("plain")
    assert plain.startswith("Alice Archer asks you to update 2 rows in the form “Report progress on\nmy tasks”.\n")
    assert "Please answer by the end of Monday, 4 January 2027 (time zone:\nEurope/London)." in plain
    assert "- Drainage runs\n- Pour slab\n" in plain
    assert "    Thank you & see you\n" in plain
    assert f"\n{SITE}/forms/asked/answer/{person(DORA).pk}/\n" in plain
    assert all(len(line) <= 72 for line in plain.splitlines() if "https://" not in line)
    assert all(len(line) <= 998 for line in mail.raw.splitlines())
    page = mail.part("html")
    assert "<li>Drainage runs</li><li>Pour slab</li>" in page
    assert "Thank you &amp; see you" in page
    message = mail.message
    assert message["Subject"] == "Please update 2 rows by Monday, 4 January 2027: Report progress on my tasks"
    assert message["From"] == '"Alice Archer via byline.example.com" <byline@example.com>'
    assert (message["To"], message["Reply-To"]) == (DORA, alice.email)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "multipart/alternative"


def test_a_reminder_has_the_rows_without_answer_and_belongs_to_the_first_mail(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    made = asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    first = sent(mailbox)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert requests.remind_now(made, actor=actor_of(alice)) == 1
        reminder = sent(mailbox)
    assert reminder.message["Subject"].startswith("Reminder: please update 1 row by")
    assert reminder.message["In-Reply-To"] == first.message["Message-ID"]
    assert reminder.message["Message-ID"] != first.message["Message-ID"]
    assert reminder.part("plain").startswith("Alice Archer reminds you to update 1 row")


@pytest.mark.parametrize("marked", ["before", "later"])
def test_names_of_rows_that_are_personal_are_not_in_it(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, marked: str
) -> None:
    primary = plan.columns["Task"]
    rows = [AskedRow(plan.rows["Drainage runs"], 9, "" if marked == "before" else "Drainage runs")]
    asked(form, alice, {DORA: rows}, primary_id=primary)
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=primary)
    mail = sent(mailbox)
    assert "Drainage" not in both(mail)
    assert "- Row 9\n" in mail.part("plain")
    assert "<li>Row 9</li>" in mail.part("html")


def test_it_has_no_secret_and_no_token(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, alices: Client, settings: Settings
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    mail = sent(mailbox)
    alice_there = SmartsheetUser.objects.get(smartsheet_id=alice.id)
    secrets = [alices.cookies["sessionid"].value, settings.SECRET_KEY, *settings.TOKEN_KEYS, alice.token]
    secrets += [alice_there.token.access_token, alice_there.token.refresh_token]
    assert all(secret and secret not in mail.raw.decode() and secret not in both(mail) for secret in secrets)
    # The signature in the link that stops reminders is valid for nothing else.
    signed = both(mail).split("/forms/asked/stop/")[1].split("/")[0]
    with pytest.raises(BadSignature):
        Signer().unsign(signed)
    assert alices.get("/forms/asked/answer/" + signed + "/").status_code == 404


def _typed(text: str) -> str:
    """Return the text without NUL. The name of a row in Smartsheet can have this character, but forms refuse it."""
    return text.replace("\x00", "")


@pytest.mark.parametrize(
    "name",
    [
        "Eve\nBcc: all@example.com",
        "Eve\r\n\r\nA second body",
        'Eve" <eve@evil.example>, "All',
        "Ärger, Ölaf <ö@example.com>",
        "Eve\u202eelpoep\u202c\x00\u2028",
        "x" * 5000,
        "=?utf-8?q?Bcc=3A_all=40example.com?=",
        "ceo@corp.example",
    ],
)
def test_names_and_titles_forge_no_header(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, name: str
) -> None:
    asked(form, alice, {DORA: [AskedRow(plan.rows["Pour slab"], 12, name)]}, text=f".\n{_typed(name)}\n.\n..\nQUIT")
    UpdateRequest.objects.update(asker_name=_typed(name))
    form.published = (form.published or {}) | {"title": _typed(name)}
    form.save()
    mail = sent(mailbox)
    message = mail.message
    expected = {"From", "To", "Subject", "Reply-To", "Date", "Message-ID", "Content-Type", "MIME-Version"}
    expected |= {"Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}
    assert {*message.keys()} == expected
    assert (mail.sender, mail.recipient) == ("byline@example.com", DORA)
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "byline@example.com"
    assert [one.addr_spec for one in message["To"].addresses] == [DORA]
    assert not {"\n", "\r", "\u202e", "\u2028"}.intersection(str(message["Subject"]) + str(message["From"]))
    assert "\nQUIT" in mail.part("plain").replace("    ", "")
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "{{ words.stop }} {% debug %}", "W" * 3000, "a\r\nb", "日本語" * 200, "🏗️" * 100],
)
def test_the_askers_text_stays_text(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, text: str
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Pour slab")}, text=text)
    mail = sent(mailbox)
    assert "<script>" not in mail.part("html")
    assert text.splitlines()[0] in mail.part("plain").replace("\n    ", "").replace("\n", "") + mail.part("plain")
    assert all(len(line) <= 998 for line in mail.raw.splitlines())


def test_many_rows_are_counted(form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer) -> None:
    rows: list[Any] = [AskedRow(1000 + number, number, f"Task {number}") for number in range(1, 101)]
    asked(form, alice, {DORA: rows})
    plain = sent(mailbox).part("plain")
    assert "100 rows" in plain
    assert "- and 80 more" in plain


def test_an_asker_without_address_gets_no_answers_by_mail(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Pour slab")})
    UpdateRequest.objects.update(asker_email="", asker_name="")
    mail = sent(mailbox)
    assert mail.message["Reply-To"] is None
    assert mail.part("plain").startswith("Someone asks you")


def test_the_id_has_the_sites_host_and_is_stored(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Pour slab")})
    (mail,) = Mail.objects.all()
    assert mail.message_id.endswith("@byline.example.com>")
    assert sent(mailbox).message["Message-ID"] == mail.message_id
    assert RequestedPerson.objects.count() == 1
