"""Opens the log's page with each of its filters, and prints the times as JSON. benchmarks.audit_pages runs this."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from audit.access import Readable

PERSON, SHEET = 4_100_000_000_000_000, 7_000_000_000_000_000  # these have the most entries; higher ids have fewer
SHEETS = 300  # the number of sheets that a person who isn't an auditor can read
AUDITOR, READER = 5_200_000_000_000_001, 5_200_000_000_000_002  # these two people have made no edits


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["BYLINE_AUDITORS"] = f"sandbox:{AUDITOR}"
    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # if it were true, Django would keep and log every statement
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    settings.AUDIT_READABLE_SHEETS = "benchmarks.audit_questions.readable_sheets"
    times = int(sys.argv[1])
    asked = {name: figures(browser(AUDITOR), address, times) for name, address in questions().items()}
    asked |= {name: figures(browser(READER), address, times) for name, address in questions_of_a_reader().items()}
    json.dump(asked, sys.stdout)


def readable_sheets(_request: object, **_options: bool) -> "Readable":
    """Return the sheets that a person who isn't an auditor can read. Only a few of the log's entries are about these
    sheets.
    """
    from audit.access import Readable

    return Readable(frozenset(range(SHEET + 500, SHEET + 500 + SHEETS)))


def browser(person_id: int) -> Any:
    """Return a browser in which this person is signed in."""
    from django.test import Client

    from identity.models import SmartsheetUser
    from identity.profiles.profile import Profile
    from identity.signin.oauth import Grant

    facts = {"id": person_id, "firstName": "Robin", "lastName": "Reader", "email": f"{person_id}@example.com"}
    grant = Grant(access_token="", refresh_token="", expires_at=None, scope="")
    person = SmartsheetUser.objects.signed_in(Profile.parse("sandbox", facts), grant)
    client = Client()
    client.force_login(person.user, backend="identity.backends.SmartsheetBackend")
    return client


def questions() -> dict[str, str]:
    """Return the name and URL of each query."""
    from audit.models import Entry

    newest = Entry.objects.order_by("-id")[0]
    busy, person = SHEET, f"sandbox:{PERSON}"
    row = Entry.objects.on_sheet(busy).exclude(row_id=None).order_by("-id")[0].row_id
    column = Entry.objects.on_sheet(busy).exclude(column_id=None).order_by("-id")[0].column_id
    days = [(newest.at - timedelta(days=ago)).date().isoformat() for ago in (400, 393)]
    queries = {
        "first page": "",
        "page in the middle": f"before={newest.pk // 2}",
        "last page": "before=60",
        "back from the last page": "after=60",
        "busiest person": f"person={person}",
        "person with least": f"person=sandbox:{PERSON + 299}",
        "busiest sheet": f"sheet={busy}",
        "sheet with least": f"sheet={SHEET + 1_999}",
        "busiest sheet, a row": f"sheet={busy}&row={row}",
        "busiest sheet, a column": f"sheet={busy}&column={column}",
        "busiest sheet and person": f"sheet={busy}&person={person}",
        "deleted rows": "action=delete",
        "readings": "action=read",
        "saved": "outcome=applied",
        "refused": "outcome=refused",
        "not saved (settled)": "outcome=not_applied",
        "not certain yet": "outcome=uncertain",
        "made in the app": "origin=app",
        "a week long ago": f"since={days[0]}&until={days[1]}",
        "text: common": "q=Done",
        "text: rare": "q=quokka",
        "text: absent": "q=nowhere+to+be+found",
        "text: rare, of a person": f"q=quokka&person={person}",
    }
    asked = {name: f"/audit/?{query}" for name, query in queries.items()}
    asked["are there new ones?"] = f"/audit/newer/?after={newest.pk}"
    asked["how many: all"] = "/audit/count/"
    asked["how many: refused"] = "/audit/count/?outcome=refused"
    return asked


def questions_of_a_reader() -> dict[str, str]:
    """Return the name and URL of each query of a person who isn't an auditor, but can read many sheets' entries."""
    person = f"sandbox:{PERSON}"
    queries = {"": "", ", busiest person": f"?person={person}", ", text: rare": "?q=quokka"}
    asked = {f"{SHEETS} sheets{name}": f"/audit/{query}" for name, query in queries.items()}
    return asked | {f"{SHEETS} sheets, how many": "/audit/count/"}


def figures(client: Any, address: str, times: int) -> dict[str, float]:
    """Request the address three times without measuring, and then `times` times. Return the median and the 95th
    percentile of three times in milliseconds: the time in the database server, the time that the app waits for the
    database, and the time of the whole response.
    """
    for _ in range(3):
        assert client.get(address).status_code == 200, address
    measured = [one(client, address) for _ in range(times)]
    found: dict[str, float] = {}
    for place, kind in enumerate(("server", "waited", "whole")):
        samples = [sample[place] for sample in measured]
        found |= {f"{kind}_p50": percentile(samples, 50), f"{kind}_p95": percentile(samples, 95)}
    return found


def one(client: Any, address: str) -> tuple[float, float, float]:
    """Make one request. Return three times in milliseconds: the time in the database server, the time that the app
    waits for the database, and the time of the whole response.
    """
    begun = perf_counter()
    with statements() as made:
        client.get(address)
    whole = perf_counter() - begun
    return in_the_server(made), sum(1000 * one.seconds for one in made), 1000 * whole


class Made(NamedTuple):
    """An SQL statement that the app executed, its parameters, and how long the app waited for it."""

    sql: str
    parameters: Any
    seconds: float


@contextmanager
def statements() -> Iterator[list[Made]]:
    """Collect the statements that are executed in the block."""
    from django.db import connection

    made: list[Made] = []

    def timed(execute: Callable[..., Any], sql: str, parameters: Any, *others: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(sql, parameters, *others)
        finally:
            made.append(Made(sql, parameters, perf_counter() - begun))

    with connection.execute_wrapper(timed):
        yield made


def in_the_server(made: Sequence[Made]) -> float:
    """Return the milliseconds that PostgreSQL reports for planning and executing these statements. Statements that
    write to the database are left out.

    https://www.postgresql.org/docs/current/sql-explain.html
    """
    from django.db import connection

    spent = 0.0
    with connection.cursor() as cursor:
        for sql, parameters, _ in made:
            if sql.startswith("SELECT"):
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON, FORMAT JSON) {sql}", parameters)
                ((plan,),) = cursor.fetchone()
                spent += plan["Planning Time"] + plan["Execution Time"]
    return spent


def percentile(samples: Sequence[float], percent: int) -> float:
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    main()
