"""Paging by ids shows each entry exactly once, even while entries are written."""

import pytest

from audit.models import Entry
from audit.paging import Asked, Page, page_of
from tests.audit.edits import AUDITOR, cell, intended

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    intended(*(cell(column=column) for column in range(count)))


def page(*, before: int | None = None, after: int | None = None) -> Page:
    return page_of(Asked(Entry.objects.intents()), reader=AUDITOR, before=before, after=after, size=10)


def ids(one: Page) -> list[int]:
    return [entry.pk for entry in one.entries]


def all_ids() -> list[int]:
    return list(Entry.objects.intents().order_by("-id").values_list("pk", flat=True))


def test_an_empty_log_has_one_empty_page() -> None:
    assert page() == Page(entries=[], older=None, newer=None)


@pytest.mark.parametrize("count", [1, 9, 10])
def test_a_short_log_is_one_page(count: int) -> None:
    write(count)
    assert ids(page()) == all_ids()
    assert (page().older, page().newer) == (None, None)


def test_one_more_makes_a_second_page() -> None:
    write(11)
    first = page()
    second = page(before=first.older)
    assert ids(first) + ids(second) == all_ids()
    assert second.older is None
    assert second.newer == ids(second)[0]


def test_the_way_to_the_oldest_misses_and_repeats_nothing_while_others_write() -> None:
    write(35)
    expected, seen, at = all_ids(), [], page()
    while True:
        seen += ids(at)
        write(3)
        if at.older is None:
            break
        at = page(before=at.older)
    assert seen == expected


def test_the_way_to_the_newest_misses_and_repeats_nothing_while_others_write() -> None:
    write(35)
    oldest = page(before=all_ids()[24])
    seen, at = ids(oldest)[::-1], oldest
    for _ in range(3):
        write(3)
        assert at.newer
        at = page(after=at.newer)
        seen += ids(at)[::-1]
    assert seen == all_ids()[::-1][: len(seen)]
    assert len(seen) == 40


def test_forth_and_back_is_the_same_page() -> None:
    write(30)
    second = page(before=page().older)
    third = page(before=second.older)
    assert ids(page(after=third.newer)) == ids(second)


def test_less_than_a_page_that_is_newer_is_the_newest_page() -> None:
    write(15)
    assert page(after=all_ids()[4]) == page()
    assert page(after=all_ids()[0]) == page()


def test_beyond_the_oldest_leads_back() -> None:
    write(15)
    beyond = page(before=all_ids()[-1])
    assert (beyond.entries, beyond.older) == ([], None)
    assert ids(page(after=beyond.newer)) == all_ids()[-10:]
