"""This app's database dies during a save. At every point, the answer says what happened, and typed values are kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from edits.sheets import personal_columns
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
AWAY = "database does not answer"
CANNOT = "The audit log cannot be written"
NOT_NOTED = "Saved, but the log doesn't say so"
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def dying(before: Callable[[str], object]) -> Iterator[None]:
    """End the connection before the first statement for which `before` returns True. After that, no statement works.

    On PostgreSQL, the server ends the connection. On SQLite, which has no server, every further statement fails.
    """
    is_dead = False

    def execute(run: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal is_dead
        if not is_dead and before(sql):
            is_dead = True
            if connection.vendor == "postgresql":
                end_connection()
        if is_dead and connection.vendor == "sqlite":
            raise OperationalError("unable to open database file")
        return run(sql, parameters, many, context)

    with connection.execute_wrapper(execute):
        yield
    assert is_dead
    connection.close()


def end_connection() -> None:
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> Page:
    browser.raise_request_exception = False
    return Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock\r\nand “sand”"})


def send(form: Page) -> Page:
    sent = {name: values for name, values in form.fields.items() if values}
    return Page.of(form.client, form.path, form.client.post(form.path, sent))


@pytest.mark.parametrize("text", ["identity_browsersession", "auth_user", '"identity_token"'])
def test_fault_30_before_the_row_is_read(form: Page, plan: SitePlan, bob: Person, text: str) -> None:
    """The database dies before the app has read who is signed in, or which token they have. The 503 page has a button
    that sends the form again.
    """
    with dying(lambda sql: text in sql):
        page = send(form)
    assert (page.status, AWAY in page.text, page.headers["Retry-After"]) == (503, True, "10")
    assert plan.writes(bob) == []
    assert page.fields.keys() >= form.fields.keys()
    page = page.save()
    assert page.was_redirected
    assert plan.value(ROW, "Notes") == "Rock\nand “sand”"


def test_fault_30_in_a_form_that_someone_designed(browser: Client, plan: SitePlan, bob: Person) -> None:
    designed = ProgressForm(plan)
    browser.raise_request_exception = False
    form = Page.open(browser, designed.row_path(MINE)).type({plan.columns["Status"]: "Complete"})
    with dying(lambda sql: "edits_formdefinition" in sql):
        page = send(form)
    assert (page.status, AWAY in page.text) == (503, True)
    assert plan.writes(bob) == []
    assert page.save().was_redirected
    assert plan.value(MINE, "Status") == "Complete"


@pytest.mark.parametrize("text", ["edits_savekey", "edits_personalcolumn", "INSERT INTO audit_known"])
def test_fault_30_before_the_intent(form: Page, plan: SitePlan, bob: Person, text: str) -> None:
    personal_columns.forget()  # an earlier test may have read them
    with dying(lambda sql: text in sql):
        page = send(form)
    assert page.status == 503
    assert CANNOT in page.text or AWAY in page.text
    assert plan.writes(bob) == []
    assert page.fields[f"col-{plan.columns['Notes']}"] == form.fields[f"col-{plan.columns['Notes']}"]


def test_fault_30_between_the_call_and_its_outcome(form: Page, plan: SitePlan, bob: Person) -> None:
    with dying(lambda _sql: plan.writes(bob)):
        page = send(form)
    assert (page.status, NOT_NOTED in page.text) == (200, True)
    assert plan.value(ROW, "Notes") == "Rock\nand “sand”"


@pytest.mark.parametrize("text", ["SET holder = NULL", "UPDATE edits_savekey", "UPDATE identity_browsersession"])
def test_fault_30_after_the_outcome(form: Page, plan: SitePlan, text: str) -> None:
    """The outcome is in the log, but the session can't be stored. So the message for the next page is lost."""
    with dying(lambda sql: text in sql):
        page = send(form)
    assert (page.status, page.headers["Location"]) == (302, plan.path)
    assert plan.value(ROW, "Notes") == "Rock\nand “sand”"


def test_fault_30_when_smartsheet_refuses(form: Page, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", status=403)
    with dying(lambda _sql: plan.writes(bob)):
        page = send(form)
    assert (page.status, "Nothing was saved." in page.text) == (403, True)
    assert page.value(plan.columns["Notes"]) == "Rock\nand “sand”"


def test_fault_30_at_a_deletion(browser: Client, plan: SitePlan, bob: Person) -> None:
    browser.raise_request_exception = False
    with dying(lambda sql: "auth_user" in sql):
        answer = browser.post(plan.delete_path(ROW), {"rows": "1"})
    assert (answer.status_code, AWAY in answer.content.decode()) == (503, True)
    assert 'name="rows" value="1"' in answer.content.decode()
    assert plan.writes(bob) == []


@pytest.mark.parametrize("path", ["/nowhere/", "/identity/login/"])
def test_fault_30_in_a_page_of_an_error(browser: Client, path: str) -> None:
    """The pages for 404 and 405 show who is signed in, so they need the database. If it has died, the pages say so."""
    browser.raise_request_exception = False
    with dying(lambda sql: "identity_browsersession" in sql):
        answer = browser.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, AWAY in answer.content.decode()) == (503, True)
