"""Personal values are stored apart from the log, even if a row's name or an error from Smartsheet contains them."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from audit.recording import NotRecorded
from edits.sheets.personal_columns import PersonalColumn
from identity.profiles.history import PastTheHistory
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "Dig foundations"
ADMIN = "/admin/edits/personalcolumn/"
NAMED = {"region": "sandbox", "sheet_id": "5", "column_id": "6", "title": "Salary"}


@pytest.mark.parametrize("way", ["change", "unchanged", "conflict", "forbidden", "add", "delete"])
def test_a_personal_name_of_a_row_is_not_logged(browser: Client, plan: SitePlan, way: str) -> None:
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Task"])
    status, name = plan.columns["Status"], "Jane Roe"
    plan.write(ROW, Task=name)
    form = Page.open(browser, plan.add_path if way == "add" else plan.edit_path(ROW))
    if way == "forbidden":
        browser.post(plan.edit_path(ROW), {f"col-{plan.columns['Permit no.']}": "99"})
    elif way == "delete":
        browser.post(plan.delete_path(ROW))
    else:
        if way == "conflict":
            plan.write(ROW, Status="Complete")
        form.type({} if way == "unchanged" else {plan.columns["Task"]: name, status: "Blocked"}).save()
    about_rows = Entry.objects.filter(action__in=["change", "add", "delete"], sheet_id=plan.id)
    assert {entry.row_label.split()[0] for entry in about_rows} <= {"Row", "new"}
    assert about_rows.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        assert name not in str(cursor.fetchall())


def test_messages_that_may_quote_a_personal_value_are_not_logged(browser: Client, plan: SitePlan) -> None:
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Notes"])
    said = "The value for cell in column 7, Her mother is ill, did not conform to the strict requirements."
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Her mother is ill"})
    plan.sandbox.fault(method="PUT", status=400, errorCode=1042, message=said)
    assert "did not conform" in page.save().text
    refused = Entry.objects.get(phase="refused")
    assert (refused.error_code, bool(refused.ref_id)) == (1042, True)
    assert refused.message == (
        "Smartsheet refuses this. The rest of this message isn't stored, because it may contain a personal value."
    )


def test_an_administrator_names_them_and_each_word_is_an_entry(
    client: Client, sign_in: SignIn, alice: Person, settings: Settings
) -> None:
    settings.ROLES = settings.ROLES | {"administrator": frozenset({f"sandbox:{alice.id}"})}
    sign_in(client, alice)
    client.post(f"{ADMIN}add/", NAMED)
    column = PersonalColumn.objects.get()
    client.post(f"{ADMIN}{column.pk}/change/", NAMED | {"column_id": "7"})
    history = client.get(f"{ADMIN}{column.pk}/history/").content.decode()
    assert alice.name in history
    assert "/admin/auth/user/" not in history  # that number is Smartsheet's, not a Django user's
    then = f"{ADMIN}{column.pk}/history/{column.history.earliest('history_id').pk}/"
    assert "Salary" in client.get(then).content.decode()
    assert client.post(then, NAMED).status_code == 403
    assert PersonalColumn.objects.get().column_id == 7
    client.post(ADMIN, {"action": "delete_selected", "_selected_action": [column.pk], "post": "yes"})
    entries = Entry.objects.filter(subject=f"edits.personalcolumn/{column.pk}").order_by("id")
    assert [entry.message for entry in entries] == ["created", "changed", "deleted"]
    assert {(entry.actor_id, entry.origin) for entry in entries} == {(alice.id, "admin")}


def test_personal_columns_are_named_past_no_history() -> None:
    column = PersonalColumn.objects.create(region="com", sheet_id=1, column_id=2)
    another = PersonalColumn(region="com", sheet_id=1, column_id=4)
    with pytest.raises(PastTheHistory):
        PersonalColumn.objects.update(column_id=3)
    with pytest.raises(PastTheHistory):
        PersonalColumn.objects.bulk_create([another])
    with pytest.raises(PastTheHistory):
        PersonalColumn.objects.bulk_update([column], ["title"])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    try:
        with pytest.raises(NotRecorded):
            PersonalColumn.objects.create(region="com", sheet_id=1, column_id=5)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO audit_entry")
    assert not PersonalColumn.objects.filter(column_id=5).exists()
