"""Erasing removes a person's names from the log and the histories for good. Everything else in the log stays."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit import commitments
from audit.models import Entry, Leaf, PersonalText
from audit.recording import THIS_APP, Actor, Change, NotRecorded, nobody, note
from audit.retention.erasure import (
    Address,
    Found,
    NameAlone,
    NothingToErase,
    Person,
    ReasonNamesThem,
    Values,
    What,
    erase,
    erasing,
    look,
)
from audit.templatetags.audit_log import evidence_in_words
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action, Origin
from identity.models import SmartsheetUser
from identity.profiles import history
from identity.roles import Role
from tests.audit import edits
from tests.audit.retention.erasure.conftest import JANE, in_clear

pytestmark = pytest.mark.usefixtures("jane")

REASON = "Asked for in writing"
JANES = ("com", 41)
WORDS = ("Jane", "Doe", "Roe", "jane@example.com", "jane.doe@example.com")


def erased(what: What) -> Found:
    return erase(what, by=THIS_APP, reason=REASON, origin=Origin.COMMAND)


def hashes() -> list[bytes]:
    return [bytes(hash_) for hash_ in Leaf.objects.order_by("seq").values_list("hash", flat=True)]


def janes() -> list[str]:
    return [entry.actor_name for entry in Entry.objects.filter(actor_id=41, region="com")]


def test_other_apps_are_told_who_is_erased() -> None:
    told = []

    def blank(*, what: What, addresses: frozenset[str], **_kwargs: object) -> int:
        told.append((what, addresses))
        return 2

    erasing.connect(blank)
    try:
        found = erased(Person("com", 41))
        # even if the log itself has nothing about the address
        assert erased(Address("Nobody@example.com")) == Found(0, 0, 0, 2)
    finally:
        erasing.disconnect(blank)
    assert found.records == 2
    assert told == [
        (Person("com", 41), frozenset({"jane.doe@example.com"})),
        (Address("Nobody@example.com"), frozenset({"nobody@example.com"})),
    ]
    message = Entry.objects.filter(action=Action.ERASE).order_by("id")[0].message
    assert message.endswith(", other records: 2.")


def test_a_person_is_erased_from_log_and_histories() -> None:
    assert in_clear(*WORDS) == list(WORDS)
    found = erased(Person("com", 41))
    assert in_clear(*WORDS) == []
    assert found.names == 3
    assert found.values >= 5
    assert found.histories > 0
    assert set(janes()) == {"person 41 (name erased)"}


def test_other_people_stay() -> None:
    erased(Person("com", 41))
    bob = Entry.objects.filter(actor_id=edits.BOB.id)[0]
    assert (bob.actor_name, bob.actor_email) == ("Bob Baker", "bob@example.com")


def test_a_person_with_the_same_number_in_another_region_stays() -> None:
    with pytest.raises(NothingToErase):
        erased(Person("eu", 41))
    assert in_clear(*WORDS) == list(WORDS)


def test_the_chain_is_as_it_was_and_holds() -> None:
    before = hashes()
    erased(Person("com", 41))
    assert hashes()[: len(before)] == before
    assert verify(start_of_chain()).findings.kept == []


def test_the_log_says_who_erased_how_much_and_why() -> None:
    erased(Person("com", 41))
    entry = Entry.objects.get(action=Action.ERASE)
    assert (entry.actor_name, entry.subject, entry.reason) == ("this app", "audit.person/com:41", REASON)
    assert entry.row_label == "com:41"
    assert entry.evidence is not None
    assert '"names":3' in entry.evidence
    blanked = PersonalText.objects.exclude(erased_at=None).values_list("commitment", flat=True)
    assert json.loads(entry.evidence)["commitments"] == sorted(blanked)
    assert "commitments" not in evidence_in_words(entry.evidence)


def test_no_entry_about_an_erasure_is_large(reader: Client) -> None:
    personal = [
        Change(row, "Row", 2, "Health", None, f"ill {row}", is_personal=True, about=JANES) for row in range(1, 1001)
    ]
    note(actor=edits.BOB, action=Action.CHANGE, changes=personal)
    values = erased(Person("com", 41)).values
    assert values > 1000
    first, *parts = Entry.objects.filter(action=Action.ERASE).order_by("id")
    assert max(len(entry.evidence or "") for entry in (first, *parts)) < 32_767
    assert [part.refers_to for part in parts] == [first.pk, first.pk]
    assert [part.message for part in parts] == [f"Part {part} of 3 of the list of erased texts." for part in (2, 3)]
    listed = [one for entry in (first, *parts) for one in json.loads(entry.evidence or "")["commitments"]]
    assert listed == sorted(PersonalText.objects.exclude(erased_at=None).values_list("commitment", flat=True))
    assert verify(start_of_chain()).findings.kept == []
    heads = Entry.objects.heads().filter(action=Action.ERASE)
    assert list(heads) == [first]
    assert len(reader.get(f"/audit/{first.pk}/").content) < 100_000


def test_an_address_is_erased_wherever_it_stands() -> None:
    erased(Address("JANE@example.com"))
    assert in_clear("jane@example.com", "Roe") == ["Roe"]  # her last name at that time, which is a separate value
    assert in_clear("jane.doe@example.com", "Doe") == ["jane.doe@example.com", "Doe"]


def test_an_address_within_another_is_not_that_address() -> None:
    note(actor=replace(JANE, email="mary-jane@example.com"), action=Action.SIGN_IN)
    erased(Address("jane@example.com"))
    assert in_clear("mary-jane@example.com")


def test_the_values_of_one_entry_are_erased_and_its_actor_stays() -> None:
    personal_cell = Change(1, "Row", 2, "Health", "ill", "well", is_personal=True)
    for _ in range(2):
        note(actor=edits.BOB, action=Action.CHANGE, changes=[personal_cell])
    first, second = Entry.objects.filter(column_title="Health").order_by("id")
    assert erased(Values(first.pk)).values == 2
    left = PersonalText.objects.clear().filter(text__in=['"ill"', '"well"']).values_list("commitment", flat=True)
    assert {second.old, second.new} == {f'{{"hmac":"{one}","objectType":"COMMITMENT"}}' for one in left}
    assert Entry.objects.get(pk=first.pk).actor_name == "Bob Baker"
    assert Entry.objects.get(action=Action.ERASE).refers_to == first.pk


def test_a_cached_name_does_not_come_back_after_erasure(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Entry.objects.filter(actor_id=41, sheet_id__isnull=False)[0].actor
    monkeypatch.setattr(commitments, "forget", lambda: None)  # like another process, which keeps its cache
    erased(Person("com", 41))
    for stored in (dict(commitments._stored_until), {}):  # with and without the name in this cache
        monkeypatch.setattr(commitments, "_stored_until", stored)
        edits.saved(actor=JANE)
        assert Entry.objects.order_by("-id")[0].actor == known
        assert in_clear(*WORDS) == []


def test_a_person_who_continues_to_work_has_a_name_again() -> None:
    before = {entry.actor for entry in Entry.objects.filter(actor_id=41)}
    erased(Person("com", 41))
    commitments.forget()  # the commit does this too
    edits.saved(actor=JANE)
    entry = Entry.objects.order_by("-id")[0]
    assert entry.actor not in before
    assert entry.actor_name == "Jane Doe"


@pytest.mark.parametrize("reason", ["jane DOE asked", "mail from jane@example.com"])
def test_the_reason_must_not_hold_what_is_erased(reason: str) -> None:
    with pytest.raises(ReasonNamesThem):
        erase(Person("com", 41), by=THIS_APP, reason=reason, origin=Origin.COMMAND)
    assert set(janes()) >= {"Jane Doe"}


def test_erasing_twice_finds_nothing_the_second_time() -> None:
    erased(Person("com", 41))
    with pytest.raises(NothingToErase):
        erased(Person("com", 41))
    assert Entry.objects.filter(action=Action.ERASE).count() == 1


def test_a_name_without_a_number_is_erased_from_log_and_histories(jane: SmartsheetUser) -> None:
    doras = Actor(id=0, region="", name="Dora Dent", email="")
    note(actor=doras, action=Action.EXPORT)
    role = Role(person=jane, name="auditor")
    role._history_user = history.HistoryActor(id=None, region="", name="Dora Dent")  # type: ignore[attr-defined] # simple-history's
    role.save()
    with pytest.raises(ReasonNamesThem):
        erase(NameAlone("Dora Dent"), by=THIS_APP, reason="Dora Dent asked", origin=Origin.COMMAND)
    found = erased(NameAlone("Dora Dent"))
    assert (found.names, found.values, found.histories) == (1, 0, 1)
    assert {entry.actor_name for entry in Entry.objects.filter(action=Action.EXPORT)} == {"person 0 (name erased)"}
    assert in_clear("Dora") == []
    assert Role.history.get().actor_name == ""
    assert verify(start_of_chain()).findings.kept == []


def test_the_reason_must_not_have_a_name_that_only_a_history_has(jane: SmartsheetUser) -> None:
    role = Role(person=jane, name="auditor")
    role.save()
    role._history_user = history.HistoryActor(id=None, region="", name="Dora Dent")  # type: ignore[attr-defined] # simple-history's
    role.save()  # changes nothing, so there is no entry
    with pytest.raises(ReasonNamesThem):
        erase(NameAlone("Dora Dent"), by=THIS_APP, reason="Dora Dent asked", origin=Origin.COMMAND)


@pytest.mark.parametrize("name", ["Jane Doe", THIS_APP.name, nobody().name, "", "Nobody Such"])
def test_names_of_this_app_and_of_no_one_cannot_be_erased(name: str) -> None:
    note(actor=THIS_APP, action=Action.EXPORT)
    note(actor=nobody(), action=Action.SIGN_IN)
    with pytest.raises(NothingToErase):
        erased(NameAlone(name))


def test_an_erasure_that_cannot_be_logged_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_kwargs: object) -> None:
        raise NotRecorded

    monkeypatch.setattr("audit.retention.erasure.note", fail)
    with pytest.raises(NotRecorded):
        erased(Person("com", 41))
    assert in_clear(*WORDS) == list(WORDS)


def test_the_command_erases_and_names_who_else_had_the_address() -> None:
    out = StringIO()
    call_command(
        "audit_erase", "--email", "jane.doe@example.com", "--reason", "asked", "--by", "Dora", "--yes", stdout=out
    )
    assert "--person com:41" in out.getvalue()
    assert Entry.objects.get(action=Action.ERASE).actor_name == "Dora"
    assert in_clear("jane.doe@example.com") == []


def test_the_command_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "no"

    monkeypatch.setattr("builtins.input", answer)
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("audit_erase", "--person", "com:41", "--reason", "asked")
    assert "Jane" in asked[0]
    assert look(Person("com", 41)).names == 3


def test_the_command_erases_nothing_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="Use --yes"):
        call_command("audit_erase", "--person", "com:41", "--reason", "asked")
    assert look(Person("com", 41)).names == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--person", "Jane"), "“Jane” is not a region and an id, such as com:1234567890"),
        (("--person", "41"), "“41” is not a region and an id"),
        (("--entry", "last"), "“last” is not the number of an entry"),
    ],
)
def test_the_command_says_what_is_wrong_with_an_argument(arguments: tuple[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("audit_erase", *arguments, "--reason", "asked", "--yes")


def test_the_names_that_a_person_had_are_gone_from_their_page(jane: SmartsheetUser) -> None:
    erased(Person("com", 41))
    assert all("Roe" not in then.name and not then.email for then in jane.names())
