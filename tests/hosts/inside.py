"""Functions that tests run in a process of the site. InstalledSite.ask() starts this process.

The process, `python -m inside`, reads lines of JSON, each with the name and arguments of a function. It writes the
function's result as a line of JSON.
"""

import json
import pkgutil
import sys
import traceback
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before models are imported

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection
from django.db.models import F
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from audit.database import triggers
from audit.models import Entry
from byline import worker
from identity.models import SmartsheetUser, Token
from identity.sessions import browsers
from identity.sessions.models import BrowserSession
from identity.tokens.models import TokenToReturn

HASHES = {"leaf", "hash", "root", "head", "previous", "signature"}
TIMES = {"at", "erased_at"}
SIGNED_COOKIES = "django.contrib.sessions.backends.signed_cookies"


def prepare() -> None:
    """Create the tables, and collect the static files."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def add_user(name: str, password: str) -> str:
    """Add a user with all rights in the admin. Return the user's primary key."""
    return str(get_user_model().objects.create_superuser(name, password=password).pk)


def key_of(name: str) -> str:
    """Return the primary key of a user."""
    return str(_of(name).get().pk)


def person_key(name: str) -> str:
    """Return the primary key of a user's SmartsheetUser."""
    return str(SmartsheetUser.objects.get(user__in=_of(name)).pk)


def delete_users() -> None:
    """Delete all users."""
    get_user_model().objects.all().delete()


def delete_user(name: str) -> None:
    """Delete a user."""
    _of(name).delete()


def deactivate_user(name: str) -> None:
    """Deactivate a user, as the admin does."""
    user = _of(name).get()
    user.is_active = False
    user.save()


def merge_user(name: str) -> None:
    """Move the Smartsheet account of this user to a new user, and delete this user, as tools that merge users do."""
    other = get_user_model().objects.create_user(f"other-{name}")
    for person in SmartsheetUser.objects.filter(user__in=_of(name)):
        person.user = other
        person.save()
    delete_user(name)


def users() -> dict[str, int | None]:
    """Return the Smartsheet id of each user, or None for users who aren't connected."""
    people = {person.user_id: person for person in SmartsheetUser.objects.filter(token__isnull=False)}
    found = get_user_model().objects.order_by(get_user_model().USERNAME_FIELD)
    return {one.get_username(): people[one.pk].smartsheet_id if one.pk in people else None for one in found}


def token_of(name: str) -> str:
    """Return the access token of a user."""
    return Token.objects.get(person__user__in=_of(name)).access_token


def tokens_to_return() -> int:
    """Return the number of tokens whose revocation Smartsheet hasn't confirmed."""
    return TokenToReturn.objects.count()


def last_entry() -> int:
    """Return the id of the newest entry in the log, or 0."""
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def entries(after: int) -> list[dict[str, Any]]:
    """Return the log's entries that are newer than the entry with this id, oldest first."""
    fields = ("action", "phase", "actor_id", "actor_name", "subject", "new", "reason")
    found = Entry.objects.filter(id__gt=after).order_by("id")
    return [{name: getattr(entry, name) for name in fields} for entry in found]


def import_everything(packages: list[str]) -> int:
    """Import each module of these packages, and return the number of modules. The package django_stubs_ext, which
    changes classes of Django, must not be loaded.
    """
    assert not any(name.startswith("django_stubs_ext") for name in sys.modules)
    found = [module.name for name in packages for module in pkgutil.walk_packages([str(_place(name))], f"{name}.")]
    for name in found:
        import_module(name)
    return len(found)


def _place(name: str) -> Path:
    place = Path(str(import_module(name).__file__)).parent
    assert "site-packages" in place.parts, place
    return place


def change_and_delete_a_plan() -> list[str]:
    """Create a plan, change it, and delete it. Plan is a model of one of the sites. The site itself keeps a history of
    plans. Return the types of the rows in this history.
    """
    model: Any = next(model for model in apps.get_models() if model.__name__ == "Plan")
    plan = model.objects.create(name="Site")
    plan.name = "Garden"
    plan.save()
    found = list(plan.history.values_list("history_type", flat=True))
    plan.history.update(history_change_reason="a reason")
    plan.history.all().delete()
    plan.delete()
    return found


def sessions_of_our_engine(name: str) -> dict[str, bool]:
    """Create a session with this app's session engine, and make it last 30 days with set_expiry(). Return two results:
    whether the session is valid after a day, and whether it is valid after its user has signed out everywhere.
    """
    user = _of(name).get()
    with override_settings(SESSION_ENGINE="identity.sessions.store"):
        browser = Client()
        browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
        session = browser.session
        session.set_expiry(30 * 24 * 3600)
        session.save()
        yesterday = timezone.now() - timedelta(days=1)
        BrowserSession.objects.update(seen_at=yesterday, expire_date=F("expire_date") - timedelta(days=1))
        is_alive = browser.get("/account/").status_code == 200
        browsers.end_all(user)
        return {"after a day": is_alive, "signed out everywhere": browser.get("/account/").status_code == 200}


def begin_with_signed_cookies(name: str) -> dict[str, Any]:
    """Press Connect in a browser whose session is in a cookie. Return the consent page's address and the cookies."""
    with override_settings(SESSION_ENGINE=SIGNED_COOKIES):
        browser = Client()
        browser.force_login(_of(name).get(), "django.contrib.auth.backends.ModelBackend")
        asked = browser.post(reverse("identity:connect"), {"next": "/account/"})["Location"]
        return {"asked": asked, "cookies": {key: one.value for key, one in browser.cookies.items()}}


def come_back_with_signed_cookies(path: str, cookies: dict[str, str]) -> str:
    """Open the callback with these cookies, as after a redirect from Smartsheet. Return the address to which the
    callback redirects.
    """
    with override_settings(SESSION_ENGINE=SIGNED_COOKIES):
        browser = Client()
        browser.cookies.load(cookies)
        return browser.get(path)["Location"]


def check(changed: dict[str, Any]) -> str:
    """Return the output of `manage.py check --deploy` with these settings. A setting whose value is None is removed."""
    told = StringIO()
    with override_settings(**changed):
        for name in (name for name, value in changed.items() if value is None):
            delattr(settings, name)
        try:
            call_command("check", deploy=True, stdout=told, stderr=told)
        except CommandError as errors:
            told.write(str(errors))
    return told.getvalue()


def run_each_job() -> list[str]:
    """Run each job of the worker once. Return the names of the jobs."""
    jobs = worker.jobs()
    for job in jobs:
        job.do()
    return [job.name for job in jobs]


def fill(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Insert these rows of another database without changing them. Meanwhile, the log has no triggers."""
    with triggers.lifted(connection, [name for name in tables if name.startswith("audit_")]):
        for table, rows in tables.items():
            for row in rows:
                _insert(table, row)
            if connection.vendor == "postgresql" and "id" in rows[0] and "historical" not in table:
                _execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {rows[-1]['id']})")


def _insert(table: str, row: dict[str, Any]) -> None:
    values = [_stored(name, value) for name, value in row.items()]
    if table == "audit_entry" and connection.vendor == "postgresql":
        _execute("SELECT audit_add_partition(%s)", row["at"])
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    _execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)  # noqa: S608 # names of our own tables


def _stored(name: str, value: Any) -> Any:
    if name in TIMES and value:
        return connection.ops.adapt_datetimefield_value(datetime.fromisoformat(value).replace(tzinfo=UTC))
    return bytes.fromhex(value) if name in HASHES and value else value


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def people() -> dict[str, dict[str, Any]]:
    """Return what is stored about each person who uses Smartsheet in this site. The keys are the people's names."""
    return {
        person.name: {
            "is_blocked": person.is_blocked,
            "is_active": person.user.is_active,
            "is_connected": person.is_connected,
            "token": person.token.access_token if hasattr(person, "token") else None,
            "roles": sorted(person.roles),
            "names": [then.name for then in person.names()],
        }
        for person in SmartsheetUser.objects.order_by("pk")
    }


def what_pages_answer(name: str, paths: list[str]) -> dict[str, int]:
    """Return the HTTP status of each page for a user who is logged in."""
    browser = Client()
    browser.force_login(_of(name).get(), "django.contrib.auth.backends.ModelBackend")
    return {path: browser.get(path).status_code for path in paths}


def _of(name: str) -> Any:
    return get_user_model().objects.filter(**{get_user_model().USERNAME_FIELD: name})


if __name__ == "__main__":
    for line in sys.stdin:
        function, *arguments = json.loads(line)
        close_old_connections()
        try:
            answer = {"gives": globals()[function](*arguments)}
        except Exception:  # noqa: BLE001 # the test shows it
            answer = {"raises": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
