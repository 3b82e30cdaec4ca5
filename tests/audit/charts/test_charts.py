"""The charts page shows figures that link to their entries. The figures include only entries that the reader can read,
and the page's cost doesn't grow with the log.
"""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from audit import tallies
from audit.access import Reader
from audit.charts.figures import figures
from audit.models import Entry
from audit.recording import Actor, Outcome, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, AUDITOR, BOB, BUDGET, ROW, SITE_PLAN, intended, saved
from tests.audit.reading.test_log_page import words_of
from tests.audit.test_access import reading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("log")]


class Links(HTMLParser):
    """Collects the addresses of the links in the cells of the page's tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_figure = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            self._is_figure = True
        if tag == "a" and self._is_figure:
            self.found.append(str(dict(attrs)["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._is_figure = False


@pytest.fixture(params=[True, False], ids=["tallied", "not-yet-tallied"])
def written(request: pytest.FixtureRequest, db: None) -> None:
    saved()
    saved(sheet=BUDGET)
    saved(actor=BOB)
    settle(intended(actor=BOB), [Outcome(Phase.REFUSED, ROW)])
    if request.param:
        tallies.count_new()


@pytest.mark.usefixtures("written")
def test_every_figure_leads_to_its_entries(reader: Client) -> None:
    page = reader.get("/audit/charts/")
    by_day, by_outcome, by_sheet = (chart for _, _, chart in page.context["charts"])
    assert [(one.title, sum(bar.count for bar in one.bars)) for one in by_day.series] == [
        ("Alice Archer", 2),
        ("Bob Baker", 2),
    ]
    assert by_outcome.labels == ["saved", "refused"]
    assert [bar.count for bar in by_outcome.series[0].bars] == [3, 1]
    assert list(zip(by_sheet.labels, (bar.count for bar in by_sheet.series[0].bars), strict=True)) == [
        ("Site plan", 3),
        ("Budget", 1),
    ]
    bars = [bar for chart in (by_day, by_outcome, by_sheet) for one in chart.series for bar in one.bars if bar.count]
    links = Links(page.content.decode()).found
    assert len(links) == len(bars)
    for bar, link in zip(sorted(bars, key=lambda bar: bar.query), sorted(links), strict=True):
        assert link == f"/audit/?{bar.query}"
        assert "days=utc" in link, "the tallies are of UTC's days, whatever the reader's time zone"
        shown = reader.get(link)
        assert shown.status_code == 200, link


@pytest.mark.usefixtures("written")
def test_each_sees_the_figures_of_what_they_may_read() -> None:
    today = datetime.now(UTC).date()

    def edits(reader: Reader) -> int:
        found = figures(reader, today, today, people={}, sheets={})
        return sum(bar.count for one in found.by_day().series for bar in one.bars)

    assert edits(AUDITOR) == 4
    assert edits(reading(ALICE)) == 2
    assert edits(reading(ALICE, SITE_PLAN)) == 4
    assert edits(reading(BOB, BUDGET)) == 3


def test_figures_of_others_are_a_reading_that_is_recorded(reader: Client) -> None:
    saved()
    reader.get("/audit/charts/")
    (read,) = Entry.objects.filter(action=Action.READ)
    assert '"page":"/audit/charts/"' in (read.evidence or "")


def test_the_range_is_checked_and_days_without_edits_are_there(reader: Client) -> None:
    assert "must not be later" in words_of_bad(reader, "since=2026-05-02&until=2026-05-01")
    assert "At most 366 days" in words_of_bad(reader, "since=2024-01-01&until=2026-05-01")
    assert words_of_bad(reader, "since=yesterday")
    page = reader.get("/audit/charts/?since=2026-05-01&until=2026-05-07")
    assert "No entries on these days." in page.content.decode()
    saved()
    today = datetime.now(UTC).date()
    page = reader.get(f"/audit/charts/?since={today - timedelta(days=6)}&until={today}")
    assert len(page.context["charts"][0][2].labels) == 7


def words_of_bad(reader: Client, query: str) -> str:
    page = reader.get(f"/audit/charts/?{query}")
    assert page.status_code == 400
    return page.content.decode()


def test_names_of_people_beyond_the_colours_are_others(reader: Client) -> None:
    for number in range(9):
        saved(actor=Actor(100 + number, "sandbox", f"Person {number}", ""))
    chart = reader.get("/audit/charts/").context["charts"][0][2]
    assert [one.title for one in chart.series][-1] == "others"
    assert sum(bar.count for bar in chart.series[-1].bars) == 3
    assert "Person 0" in words_of(reader, "/audit/charts/")


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_depend_on_the_log(
    reader: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        saved()
    tallies.count_new()
    with django_assert_max_num_queries(16):
        reader.get("/audit/charts/")
