"""For an address with invalid parameters, the page says what is wrong, and no error occurs."""

import pytest
from django.test import Client
from django.utils import timezone

from audit.filtering.filters import LogFilter
from tests.audit.edits import SITE_PLAN, saved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("log")]

LONG = "9" * 5_000  # more digits than Python converts to a number


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?person=e%00u:5", 400),
        ("?until=9999-12-31", 400),
        ("?since=0001-01-01", 400),
        ("count/?until=9999-12-31", 200),
        ("charts/?until=0001-01-01", 400),
        (f"sheets/{SITE_PLAN[0]}/?before={LONG}", 404),
        (f"?before={LONG}", 400),
        ("choices/person/?q=a%00b", 200),
        ("choices/sheet/?q=a%00b", 200),
        ("records/a%00b/", 404),
        ("people/%00/1/", 404),
    ],
    ids=lambda value: str(value)[:40],
)
def test_it_is_answered(reader: Client, address: str, status: int) -> None:
    saved()
    assert reader.get(f"/audit/{address}").status_code == status


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_begin_and_end_in_every_zone(reader: Client, zone: str) -> None:
    saved()
    with timezone.override(zone):
        form = LogFilter({"since": "1970-01-01", "until": "9998-12-31"}, people=[], sheets=[])  # type: ignore[arg-type] # read as a QueryDict is
        assert form.is_valid()
        assert form.span[0] is not None
