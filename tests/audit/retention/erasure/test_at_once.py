"""Several who erase at once, and those who write meanwhile: the log tells of each text once, and of none too many."""

from threading import Event, Thread

import pytest
from django.db import connection

from audit import commitments
from audit.models import Entry, PersonalText
from audit.recording import THIS_APP, NotRecorded
from audit.retention import erasure
from audit.retention.erasure import NothingToErase, Person, What, erase
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action, Origin
from tests.audit import edits

pytestmark = pytest.mark.django_db(transaction=True)

ALICE = Person(edits.ALICE.region, edits.ALICE.id)


def test_two_who_erase_the_same_person_erase_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    commitments.forget()
    edits.saved()
    blank, is_blanking, may_go_on = erasure._blank_histories, Event(), Event()
    outcomes: list[str] = []

    def blank_slowly(what: What) -> int:
        is_blanking.set()
        may_go_on.wait()
        return blank(what)

    def work() -> None:
        try:
            erase(ALICE, by=THIS_APP, reason="asked", origin=Origin.COMMAND)
            outcomes.append("erased")
        except NothingToErase:
            outcomes.append("nothing")
        finally:
            connection.close()

    monkeypatch.setattr(erasure, "_blank_histories", blank_slowly)
    erasers = [Thread(target=work) for _ in range(2)]
    erasers[0].start()
    assert is_blanking.wait()
    erasers[1].start()
    erasers[1].join(0.5)  # it waits for the first, at the latest at the rows that both want
    may_go_on.set()
    for eraser in erasers:
        eraser.join()
    assert sorted(outcomes) == ["erased", "nothing"]
    assert Entry.objects.filter(action=Action.ERASE).count() == 1


def test_whoever_writes_meanwhile_leaves_nothing_that_no_erasure_tells_of() -> None:
    stop = Event()
    lost: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                commitments.forget()  # as many processes do, each of which knows her anew
                edits.saved()
                stop.wait(0.02)  # SQLite's lock goes to whoever asks in the right moment, not to who waited longest
        except NotRecorded as error:
            lost.append(error)
        finally:
            connection.close()

    writers = [Thread(target=work) for _ in range(3)]
    for writer in writers:
        writer.start()
    told = 0
    try:
        while told < 15:
            try:
                told += erase(ALICE, by=THIS_APP, reason="asked", origin=Origin.COMMAND).names
            except NothingToErase:
                continue
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert lost == []
    assert PersonalText.objects.exclude(erased_at=None).count() == told
    assert verify(start_of_chain()).findings.kept == []
