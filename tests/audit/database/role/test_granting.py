"""Tests of the command that limits a role's rights, and of the warning that the app's role has too many rights."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from audit.checks import confined
from tests.audit.database.role.conftest import ROLE, acting_as, execute

on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles")


def warnings() -> list[str | None]:
    return [message.id for message in confined(databases=["default"])]


@on_postgresql
def test_the_sql_can_be_read_before_it_is_run(role: str) -> None:
    out = StringIO()
    call_command("audit_grants", "--role", role, stdout=out)
    assert f'GRANT SELECT ON "audit_leaf" TO "{role}";' in out.getvalue()


@on_postgresql
def test_excess_rights_are_revoked(role: str) -> None:
    execute(f"GRANT UPDATE ON audit_entry TO {role}", f"GRANT INSERT (id) ON audit_entry TO {role}")
    call_command("audit_grants", "--role", role, "--execute")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'audit_entry', 'UPDATE')", [role])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_column_privilege(%s, 'audit_entry', 'id', 'INSERT')", [role])
        assert cursor.fetchone() == (False,)


@on_postgresql
@pytest.mark.django_db
def test_an_owner_cannot_be_confined() -> None:
    with pytest.raises(CommandError, match="owns the log's tables, or is a superuser"):
        call_command("audit_grants", "--role", connection.settings_dict["USER"])


@on_postgresql
@pytest.mark.django_db
def test_a_role_has_to_be_there() -> None:
    with pytest.raises(CommandError, match="CREATE ROLE nobody_such LOGIN"):
        call_command("audit_grants", "--role", "nobody_such")


@on_postgresql
def test_an_app_that_owns_the_log_is_warned_of(role: str, settings: Settings) -> None:
    assert warnings() == ["audit.W001"]
    with acting_as(role):
        assert warnings() == []
    settings.DEBUG = True
    assert warnings() == []


@on_postgresql
@pytest.mark.parametrize(
    ("right", "told"),
    [
        ("UPDATE ON audit_entry", "UPDATE on audit_entry"),
        ("INSERT ON <month>", "INSERT on <month>"),
        ("INSERT ON audit_leaf", "INSERT on audit_leaf"),
        ("TRIGGER ON audit_personaltext", "TRIGGER on audit_personaltext"),
        ("DELETE ON identity_historicalrole", "DELETE on identity_historicalrole"),
        ("CREATE ON SCHEMA public", "CREATE on the schema"),
        ("TEMPORARY ON DATABASE <database>", "TEMPORARY on the database"),
    ],
)
@pytest.mark.parametrize("through", ["everybody", "a group"])
def test_rights_that_come_another_way_are_warned_of(role: str, right: str, told: str, through: str) -> None:
    right, told = _with_names(right), _with_names(told)
    through = "PUBLIC" if through == "everybody" else f"{ROLE}_group"
    execute(f"CREATE ROLE {ROLE}_group", f"GRANT {ROLE}_group TO {role}", f"GRANT {right} TO {through}")
    try:
        with acting_as(role):
            (warning,) = confined(databases=["default"])
        assert warning.id == "audit.W002"
        assert f": {told}." in warning.msg
    finally:
        execute(f"REVOKE {right} FROM {through}", f"DROP OWNED BY {ROLE}_group", f"DROP ROLE {ROLE}_group")


def _with_names(text: str) -> str:
    """Replace `<month>` and `<database>` in the text with the real names. The tests' parameters have these
    placeholders, because pytest makes the tests' ids from the parameters. Real names would give each test process other
    ids.
    """
    database = str(connection.settings_dict["NAME"])
    return text.replace("<month>", f"audit_entry_{timezone.now():%Y_%m}").replace("<database>", database)


@pytest.mark.skipif(connection.vendor == "postgresql", reason="here it can")
@pytest.mark.django_db
def test_sqlite_says_that_it_has_no_roles() -> None:
    with pytest.raises(CommandError, match="has no roles"):
        call_command("audit_grants", "--role", "byline_app")
    assert warnings() == []
