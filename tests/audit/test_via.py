"""Entries name what made them: the form and its version, an app token, a job or a client."""

import pytest
from django.db import connection

from audit.models import Entry
from audit.proof import leaves
from audit.proof.proofs import values_of
from audit.recording import Json, Outcome, note, settle
from audit.settling import reopen
from audit.via import KEYS, LONGEST, Part, parts, sentence
from audit.vocabulary import Phase
from tests.audit.edits import ALICE, cell, entries_of, intended, saved

FORM: dict[str, Json] = {"version": 3, "form": "status"}

pytestmark = pytest.mark.django_db


def test_intents_and_outcomes_say_the_same() -> None:
    intent = intended(cell(), cell(row=32), via=FORM)
    settle(intent, [Outcome(Phase.APPLIED, None, returned={501: "done"})])
    assert {entry.via for entry in entries_of(intent)} == {'{"form":"status","version":3}'}
    assert len(entries_of(intent)) == 6


def test_so_do_outcomes_that_are_found_out_later() -> None:
    intent = intended(via=FORM)
    opened = reopen(intent.edit_id)
    assert opened is not None
    settle(opened.intent, [Outcome(Phase.NOT_APPLIED, None)])
    assert {entry.via for entry in entries_of(intent)} == {'{"form":"status","version":3}'}


@pytest.mark.parametrize("via", [None, {}])
def test_nothing_is_null_and_a_leaf_of_version_1(via: dict[str, Json] | None) -> None:
    (entry,) = entries_of(intended(via=via))
    assert entry.via is None
    assert leaves.content(values_of(entry)).startswith(b"byline entry 1\n[")
    assert bytes(entry.leaf) == leaves.leaf(values_of(entry))


def test_an_entry_with_via_has_a_leaf_of_version_2() -> None:
    note(actor=ALICE, action="sign_out", via={"client": "Café “Bot”"})
    entry = Entry.objects.get()
    content = leaves.content(values_of(entry))
    assert content.startswith(b"byline entry 2\n[")
    assert content.endswith(',"{\\"client\\":\\"Café “Bot”\\"}"]'.encode())
    assert bytes(entry.leaf) == leaves.leaf(values_of(entry))


@pytest.mark.parametrize(
    ("via", "told"),
    [
        ({"form": "x" * LONGEST}, "at most 300 bytes of JSON, not 311"),
        ({"Form": "status"}, "lower-case letters and underscores, not 'Form'"),
        ({"form": ""}, "value of 'form' in"),
        ({"form": "a\nb"}, "value of 'form' in"),
        ({"form": None}, "value of 'form' in"),
        ({"version": 1.5}, "value of 'version' in"),
        ({"version": True}, "value of 'version' in"),
        ({"form": {"id": 1}}, "value of 'form' in"),
    ],
)
def test_an_invalid_via_is_refused_before_anything_is_written(via: dict[str, Json], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        intended(via=via)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("via", "told"),
    [
        (None, ""),
        ('{"form":"status","version":3}', "By form “status”, version 3"),
        ('{"job":17}', "By job 17"),
        ('{"client":"Claude","token":"bl_ab12"}', "By client “Claude”, app token “bl_ab12”"),
        ('{"a_thing":"x","form":"y"}', "By form “y”, a thing “x”"),
        ("garbage", ""),
        ("[1]", ""),
        ('{"form":null}', ""),
    ],
)
def test_people_read_it_as_a_sentence(via: str | None, told: str) -> None:
    assert sentence(via) == told


def test_entries_are_found_by_each_part_that_has_an_index() -> None:
    saved()
    one = saved(via=FORM)
    other = saved(via={"form": 'sta"tus\\', "token": "bl_ab12"})
    job = saved(via={"job": 17, "client": "17"})
    for part, intent in [
        (Part("form", "status"), one),
        (Part("form", 'sta"tus\\'), other),
        (Part("token", "bl_ab12"), other),
        (Part("job", "17"), job),
        (Part("client", "17"), job),
    ]:
        assert list(Entry.objects.came_by(part).order_by("id")) == entries_of(intent)
    assert not Entry.objects.came_by(Part("form", "17")).exists()


@pytest.mark.parametrize("key", KEYS)
def test_each_is_found_along_its_index(key: str) -> None:
    for number in range(30):
        saved(via={key: f"common {number % 3}"})
    found = Entry.objects.came_by(Part(key, "common 1")).newest_first()
    on_postgresql = connection.vendor == "postgresql"
    if on_postgresql:
        with connection.cursor() as cursor:
            # In such a small log, PostgreSQL can choose either plan, depending on the statistics.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = found[:10].explain()
    along = f"Index Cond: (((via)::json ->> '{key}'" if on_postgresql else f"INDEX audit_entry_via_{key} (<expr>=?)"
    assert along in plan
    assert "->  Sort" not in plan
    assert "B-TREE" not in plan


def test_only_parts_of_the_known_kinds_are_read_from_an_address() -> None:
    assert Part.of_address("form:a:b") == Part("form", "a:b")
    for text in ("", "form", "form:", ":x", "version:3", "form:\0", "FORM:x"):
        assert Part.of_address(text) is None
    assert parts('{"job":17}') == [Part("job", 17)]
