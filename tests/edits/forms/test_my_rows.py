"""Tests which rows are in the list of a person's rows, in which order, and how many calls the list needs."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache.backends import locmem
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from edits.forms.conditions import Condition
from edits.forms.my_rows import MyRows, forget, my_rows
from edits.gateway.client import Gateway
from edits.gateway.errors import NotFound
from edits.saving import CellChange, Status, UpdateRow, read, save
from edits.sheets.column_types import column_type
from edits.sheets.sheet import Access
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.profiles.readers import reader_of
from tests.edits.forms.task_list import TaskList
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)

BOB = "bob@example.com"
OTHER_ADDRESS = "alice.archer@example.com"
List = Callable[..., MyRows]


@pytest.fixture
def tasks(sandbox: RunningSandbox, bob_and_alice: list[Person]) -> TaskList:
    """Tasks of Bob, Alice and nobody."""
    bob, alice = bob_and_alice
    tasks = TaskList(sandbox, alice)
    tasks.share(bob)
    tasks.add("Dig", owner=BOB, due="2026-03-01", cost=1234.5)
    tasks.add("Pour", owner="dora@example.com", team=[{"email": "DORA@example.com"}, {"email": "BOB@Example.com"}])
    tasks.add("Frame", owner=BOB, team=[{"email": BOB}, {"email": alice.email}], due="2026-03-02")
    tasks.add("Roof", owner=alice.email, team=[{"email": OTHER_ADDRESS}])
    tasks.add("Paint", owner=BOB, notes="Ölfarbe, two coats")
    tasks.add("Clean", owner="Bob Baker", team=[{"name": "Bob Baker"}])  # Bob's name without an address
    sandbox.forget_requests()
    return tasks


def user_of(person: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=person.id)


def profile_of(person: Person) -> Profile:
    return SmartsheetUser.objects.get(smartsheet_id=person.id).as_profile()


@pytest.fixture
def list_of(tasks: TaskList) -> List:
    """Return list_of(), which returns a person's list: list_of(bob) has the rows that Bob owns."""

    def rows(person: Person, rule: Any = "Owner", **how: Any) -> MyRows:
        condition = is_me(tasks, rule) if isinstance(rule, str) else rule
        search: dict[str, Any] = {"condition": condition, "shown_column_ids": shown(tasks)} | how
        return my_rows(user_of(person), tasks.id, **search)

    return rows


def shown(tasks: TaskList) -> list[int]:
    return [tasks.columns["Due"], tasks.columns["Cost"]]


def is_me(tasks: TaskList, title: str) -> Condition:
    return Condition.parse({"column": str(tasks.columns[title]), "is": "me"})


def is_empty(tasks: TaskList, title: str) -> Condition:
    return Condition.parse({"column": str(tasks.columns[title]), "is": "empty"})


def labels(rows: MyRows) -> list[str]:
    return [row.label for row in rows.page(1).rows]


# Which rows


def test_a_person_gets_their_rows_with_what_the_list_shows(list_of: List, tasks: TaskList, bob: Person) -> None:
    rows = list_of(bob)
    assert (rows.sheet_name, rows.access, rows.count) == ("Tasks", Access.EDITOR, 3)
    assert [title for _, title in rows.columns] == ["Due", "Cost"]
    assert labels(rows) == ["Dig", "Frame", "Paint"]
    first = rows.page(1).rows[0]
    assert (first.id, first.number, first.texts) == (tasks.rows["Dig"], 1, ("01/03/2026", "1234.5"))
    assert first.modified_at
    assert first.modified_at > timezone.now() - timedelta(minutes=5)


def test_one_of_several_people_in_a_cell_is_enough(list_of: List, bob: Person, alice: Person) -> None:
    assert labels(list_of(bob, "Team")) == ["Pour", "Frame"]
    assert labels(list_of(alice, "Team")) == ["Frame", "Roof"]


def test_fault_13_all_addresses_of_a_person_are_theirs(
    list_of: List, tasks: TaskList, sandbox: RunningSandbox, alice: Person
) -> None:
    tasks.add("Survey", owner=OTHER_ADDRESS)
    assert labels(list_of(alice)) == ["Roof", "Survey"]
    sandbox.make_primary(alice, OTHER_ADDRESS)
    person = SmartsheetUser.objects.get(smartsheet_id=alice.id)
    new = {**person.profile, "email": OTHER_ADDRESS, "alternateEmails": []}
    person.remember(Profile("sandbox", alice.id, new), at=timezone.now())
    forget(person.as_profile(), tasks.id)
    assert labels(list_of(alice)) == ["Roof", "Survey"]


def test_a_person_without_rows_gets_an_empty_list(list_of: List, bob: Person) -> None:
    nobody = Condition.parse({"all": [{"column": "1", "is": "me"}]})
    rows = list_of(bob, nobody)
    assert (rows.count, rows.needing_count, labels(rows), rows.page(9).pages) == (0, 0, [], 1)
    assert rows.missing == {1}


def test_a_rule_about_a_deleted_column_fits_no_row(list_of: List, tasks: TaskList, bob: Person) -> None:
    rule = Condition.parse({"not": is_empty(tasks, "Owner").to_json()})
    assert list_of(bob, rule).count == 6
    not_notes = Condition.parse({"not": {"column": str(tasks.columns["Notes"]), "is": "equals", "value": "x"}})
    assert list_of(bob, not_notes).count == 6
    tasks.call("DELETE", f"/sheets/{tasks.id}/columns/{tasks.columns['Notes']}")
    forget(profile_of(bob), tasks.id)
    rows = list_of(bob, not_notes)
    assert rows.count == 0
    assert rows.missing == {tasks.columns["Notes"]}


def test_without_a_rule_all_rows_are_listed(list_of: List, bob: Person) -> None:
    assert list_of(bob, None).count == 6


def test_today_is_the_day_in_the_persons_time_zone(list_of: List, tasks: TaskList, bob: Person) -> None:
    person = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    rule = Condition.parse({"column": str(tasks.columns["Due"]), "is": "today"})
    tasks.write("Dig", "Due", (timezone.now() - timedelta(hours=11)).date().isoformat())  # Pago Pago is at UTC-11
    tasks.write("Frame", "Due", (timezone.now() + timedelta(hours=14)).date().isoformat())  # Kiritimati is at UTC+14
    for zone, task in (("Pacific/Pago_Pago", "Dig"), ("Pacific/Kiritimati", "Frame")):
        person.remember(Profile("sandbox", bob.id, {**person.profile, "timeZone": zone}), at=timezone.now())
        assert labels(list_of(bob, rule)) == [task]


def test_long_texts_are_cut_off(list_of: List, tasks: TaskList, bob: Person) -> None:
    tasks.write("Dig", "Cost", "x" * 4000)
    tasks.write("Dig", "Task", "y" * 4000)
    row = list_of(bob).page(1).rows[0]
    assert (row.label, row.texts[1]) == ("y" * 299 + "…", "x" * 299 + "…")


def test_a_row_without_a_name_is_called_by_its_number(list_of: List, tasks: TaskList, bob: Person) -> None:
    tasks.write("Frame", "Task", "")
    assert labels(list_of(bob)) == ["Dig", "Row 3", "Paint"]


# Calls


def test_only_the_needed_columns_are_read_once_a_minute(
    list_of: List, tasks: TaskList, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list_of(bob, primary_column_id=tasks.columns["Task"], needs=is_empty(tasks, "Notes"))
    assert len(tasks.sandbox.requests()) == 1
    for _ in range(3):
        assert labels(list_of(bob, needs=is_empty(tasks, "Notes"))) == labels(first)
    assert len(tasks.sandbox.requests()) == 1
    assert tasks.reads() == [{"Task", "Owner", "Due", "Cost", "Notes"}]
    monkeypatch.setattr(locmem, "time", SimpleNamespace(time=lambda: time.time() + 59))
    list_of(bob, needs=is_empty(tasks, "Notes"))
    assert len(tasks.sandbox.requests()) == 1
    monkeypatch.setattr(locmem, "time", SimpleNamespace(time=lambda: time.time() + 61))
    list_of(bob, primary_column_id=tasks.columns["Task"], needs=is_empty(tasks, "Notes"))
    assert len(tasks.sandbox.requests()) == 2


def test_the_primary_column_is_asked_for_once_a_day_for_everyone(
    list_of: List, tasks: TaskList, bob: Person, alice: Person
) -> None:
    for person in (bob, alice):
        list_of(person)
        list_of(person, "Team")
    assert len(tasks.sandbox.requests(path="/columns")) == 1
    assert tasks.reads() == [{"Task", "Owner", "Due", "Cost"}, {"Task", "Team", "Due", "Cost"}] * 2


def test_nobody_gets_the_kept_list_of_someone_else(list_of: List, tasks: TaskList, bob: Person, alice: Person) -> None:
    assert labels(list_of(bob, "Team")) == ["Pour", "Frame"]
    assert labels(list_of(alice, "Team")) == ["Frame", "Roof"]
    tokens = [one["personId"] for one in tasks.sandbox.requests(path=f"/sheets/{tasks.id}")]
    assert tokens == [bob.id, bob.id, alice.id]


def test_after_an_own_save_the_list_is_fresh(list_of: List, tasks: TaskList, bob: Person, alice: Person) -> None:
    assert list_of(bob).count == 3
    list_of(alice)
    tasks.write("Clean", "Owner", BOB)
    assert list_of(bob).count == 3
    forget(profile_of(bob), tasks.id)
    assert labels(list_of(bob)) == ["Dig", "Frame", "Paint", "Clean"]
    reads = len(tasks.reads())
    list_of(bob)
    list_of(alice)
    assert len(tasks.reads()) == reads


def test_a_list_that_was_read_during_an_own_save_is_not_kept(
    list_of: List, tasks: TaskList, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Gateway.sheet_pages

    def pages_and_then_a_save(gateway: Gateway, *arguments: Any, **how: Any) -> Iterator[Any]:
        yield from pages(gateway, *arguments, **how)
        tasks.write("Clean", "Owner", BOB)
        forget(profile_of(bob), tasks.id)

    with monkeypatch.context() as patched:
        patched.setattr(Gateway, "sheet_pages", pages_and_then_a_save)
        assert list_of(bob).count == 3
    assert list_of(bob).count == 4


def test_a_list_that_can_be_used_needs_one_query(
    list_of: List, tasks: TaskList, bob: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    list_of(bob)
    user = user_of(bob)
    with django_assert_num_queries(1):
        my_rows(user, tasks.id, condition=is_me(tasks, "Owner"), shown_column_ids=shown(tasks))


def test_an_error_is_not_kept(list_of: List, tasks: TaskList, bob: Person) -> None:
    list_of(bob, "Team")
    tasks.sandbox.fault(method="GET", path=f"/sheets/{tasks.id}", status=404, errorCode=1006, times=1)
    with pytest.raises(NotFound):
        list_of(bob)
    assert list_of(bob).count == 3


# Order, search, pages


def test_rows_that_need_the_person_come_first(list_of: List, tasks: TaskList, bob: Person) -> None:
    rows = list_of(bob, None, needs=is_empty(tasks, "Due"))
    assert labels(rows) == ["Pour", "Roof", "Paint", "Clean", "Dig", "Frame"]
    assert [row.needs_me for row in rows.page(1).rows] == [True] * 4 + [False] * 2
    assert rows.needing_count == 4


def test_rows_with_a_request_come_first_too(list_of: List, tasks: TaskList, bob: Person) -> None:
    asked = [tasks.rows["Paint"], tasks.rows["Roof"]]
    assert labels(list_of(bob)) == ["Dig", "Frame", "Paint"]
    rows = list_of(bob, asked_row_ids=asked)
    assert (labels(rows), rows.needing_count) == (["Paint", "Dig", "Frame"], 1)
    assert labels(list_of(bob)) == ["Dig", "Frame", "Paint"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Dig", "Pour", "Frame", "Roof", "Paint", "Clean"]),
        ("  ", ["Dig", "Pour", "Frame", "Roof", "Paint", "Clean"]),
        ("R", ["Pour", "Frame", "Roof", "Paint"]),
        ("paint ÖLFARBE", ["Paint"]),
        ("paint dig", []),
        ("01/03/2026", ["Dig"]),
        ("bob", []),  # the owner isn't shown
    ],
)
def test_rows_are_found_by_the_words_in_shown_cells(
    list_of: List, tasks: TaskList, bob: Person, text: str, found: list[str]
) -> None:
    columns = [tasks.columns["Due"], tasks.columns["Notes"]]
    assert labels(list_of(bob, None, shown_column_ids=columns).search(text)) == found


def test_pages_and_neighbours(list_of: List, tasks: TaskList, bob: Person) -> None:
    rows = list_of(bob)
    second = rows.page(2, size=2)
    assert ([row.label for row in second.rows], second.number, second.pages) == (["Paint"], 2, 2)
    assert (rows.page(99, size=2), rows.page(-1, size=2).number) == (second, 1)
    dig, frame, paint = (tasks.rows[name] for name in ("Dig", "Frame", "Paint"))
    places = [rows.place(row_id) for row_id in (dig, frame, paint)]
    assert [(one.position, one.count, one.previous, one.next) for one in places if one] == [
        (1, 3, None, frame),
        (2, 3, dig, paint),
        (3, 3, frame, None),
    ]
    assert rows.place(tasks.rows["Roof"]) is None


def test_a_page_says_when_the_person_last_changed_a_row(
    list_of: List, tasks: TaskList, bob: Person, alice: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = timezone.now() - timedelta(seconds=1)
    for person, task in ((bob, "Dig"), (alice, "Paint")):
        baseline = read(user_of(person), tasks.id, row_ids=[tasks.rows[task]])
        shown_note = "Ölfarbe, two coats" if task == "Paint" else None
        change = CellChange(tasks.columns["Notes"], shown_note, "new")
        assert save(baseline, [UpdateRow(tasks.rows[task], (change,))]).rows[0].status is Status.SAVED
    rows = list_of(bob)
    with django_assert_num_queries(1):
        page = rows.page(1)
    changed = {row.label: row.changed_at for row in page.rows}
    assert changed["Dig"]
    assert before < changed["Dig"] <= timezone.now() + timedelta(seconds=1)
    assert (changed["Frame"], changed["Paint"]) == (None, None)


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_texts_are_those_of_the_sheet(plan: SitePlan, bob: Person, bob_and_alice: list[Person], locale: str) -> None:
    person = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    person.remember(Profile("sandbox", bob.id, {**person.profile, "locale": locale}), at=timezone.now())
    plan.write("Structure", Notes={"value": "our site", "hyperlink": {"url": "https://example.com"}})
    baseline = read(user_of(bob), plan.id, row_ids=list(plan.rows.values()))
    sheet, reader = baseline.sheet, reader_of(person.as_profile())
    rows = my_rows(user_of(bob), plan.id, condition=None, shown_column_ids=[column.id for column in sheet.columns])
    listed = {row.id: (row.label, list(row.texts)) for row in rows.page(1).rows}
    assert listed == {
        row.id: (sheet.label(row), [column_type(column).shown(row.cell(column), reader) for column in sheet.columns])
        for row in sheet.rows
    }
