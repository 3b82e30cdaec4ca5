"""Several processes erase at the same time while others write. Each erased text is counted exactly once."""

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
from tests.waiting import PATIENCE

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
    erasers[1].join(0.5)  # the second eraser waits for the first one, at the latest when both erase the same row
    may_go_on.set()
    for eraser in erasers:
        eraser.join()
    assert sorted(outcomes) == ["erased", "nothing"]
    assert Entry.objects.filter(action=Action.ERASE).count() == 1


def test_fault_20_erasing_also_finds_what_is_written_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor == "sqlite":  # waits for SQLite's lock, however busy the machine is
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", PATIENCE)
        connection.close()
    stop = Event()
    lost: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                commitments.forget()  # makes the cache empty, as in another process
                edits.saved()
                # SQLite's lock isn't given in the order of requests. Without a pause, others might never get it.
                stop.wait(0.02)
        except NotRecorded as error:
            lost.append(error)
        finally:
            connection.close()

    writers = [Thread(target=work) for _ in range(3)]
    for writer in writers:
        writer.start()
    told = 0
    try:
        while told < 9:
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
