"""The checks of `manage.py byline_doctor`: database, system checks, worker, keys, a page, and the connection to
Smartsheet.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.timesince import timesince

from audit.conf import path_of
from audit.conf import settings as audit_settings
from byline.findings import Finding, note, ok, to_do
from byline.models import Worker
from byline.way_to_smartsheet import try_way
from identity import regions
from identity.checks import registrations, smartsheet_regions
from identity.signin import csp

UNUSABLE = {  # warnings that count as “to do”: people can't use something until someone acts
    "byline.W003",
    "byline.W004",
    "byline.W005",
    "byline.W006",
    "identity.W001",
}
OURS = ("byline.", "identity.", "audit.", "edits.")
WORKER_IS_LATE = timedelta(minutes=5)


def examine() -> Iterator[Finding]:
    """Yield all findings. If one finding can be the cause of another, the cause comes first."""
    is_migrated = True
    for finding in _database():
        is_migrated = is_migrated and finding.kind == "ok"
        yield finding
    yield from _checks(has_tables=is_migrated)
    if is_migrated:
        yield from _worker()
    yield from _seals()
    if smartsheet_regions() or registrations():
        return  # the system checks have reported what is missing
    yield from _page()
    for region in regions.regions():
        yield try_way(region)
        yield _registration(region)


def _database() -> Iterator[Finding]:
    """Check that the database can be reached, has all tables, and accepts writes."""
    alias = connection.alias
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
    except (DatabaseError, ImproperlyConfigured) as error:
        yield to_do(f"The database {alias!r} can't be reached ({type(error).__name__}).", "Check DATABASES.")
        return
    waiting = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if waiting:
        names = ", ".join(f"{one.app_label}.{one.name}" for one in waiting[:3]) + (" …" if len(waiting) > 3 else "")
        yield to_do(f"Migrations are not applied: {names}.", "Run manage.py migrate.")
        return
    try:
        with transaction.atomic():
            Worker.objects.create(machine="a trial of byline_doctor", seen_at=timezone.now()).delete()
    except DatabaseError as error:
        yield to_do(f"The database {alias!r} can't be written ({type(error).__name__}).", "Check its disk and role.")
        return
    yield ok(f"The database {alias!r} answers, can be written, and has all tables.")


def _checks(*, has_tables: bool) -> Iterator[Finding]:
    messages = run_checks(databases=[connection.alias] if has_tables else None, include_deployment_checks=True)
    ours = [message for message in messages if str(message.id).startswith(OURS) and not message.is_silenced()]
    for message in sorted(ours, key=lambda one: -one.level):
        yield _finding(message)
    if not any(message.level >= WARNING for message in ours):
        yield ok("The system checks found no mistake in settings, keys, apps, middleware, templates and addresses.")


def _finding(message: CheckMessage) -> Finding:
    what, advice = f"{message.msg} ({message.id})", message.hint or ""
    return to_do(what, advice) if message.level >= ERROR or message.id in UNUSABLE else note(what, advice)


def _worker() -> Iterator[Finding]:
    newest = Worker.objects.order_by("-seen_at").first()
    advice = "Keep `manage.py byline_worker` running, as a service beside the site."
    if newest is None:
        what = "No worker has ever run: edits stay unsettled, and tokens that are no longer needed stay valid."
        yield to_do(what, advice)
    elif newest.seen_at < timezone.now() - WORKER_IS_LATE:
        yield to_do(f"The last worker was seen {timesince(newest.seen_at)} ago, on {newest.machine}.", advice)
    else:
        yield ok(f"A worker runs on {newest.machine}.")


def _seals() -> Iterator[Finding]:
    if not audit_settings.AUDIT_SEAL_KEY and not audit_settings.AUDIT_SEAL_KEY_FILE:
        advice = (
            "To prove that nobody changed the log, set AUDIT_SEAL_KEY for the worker. manage.py audit_keys makes a key."
        )
        yield note("The settings of this command have no key for sealing the log.", advice)
    elif "file" in audit_settings.AUDIT_ANCHORS and audit_settings.AUDIT_ANCHOR_FILE:
        path = path_of("AUDIT_ANCHOR_FILE")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            advice = (
                "Create the file's folder, and give the worker permission to write to the file. Until then, seals"
                " aren't written to it."
            )
            yield to_do(f"AUDIT_ANCHOR_FILE can't be written: {path}.", advice)


def _page() -> Iterator[Finding]:
    """Request a page. Check that the page works with all middleware, and that the page's Content-Security-Policy
    doesn't block Byline's pages.
    """
    try:
        address = reverse("identity:connect")
    except NoReverseMatch:  # byline.E007 reports it
        return
    host = next((one.lstrip(".") for one in settings.ALLOWED_HOSTS if one != "*"), "localhost")
    answer = Client(raise_request_exception=False).get(address, secure=True, headers={"host": host})
    if answer.status_code >= 500 or answer.status_code == 400:
        advice = "The error is in the site's own log." if answer.status_code != 400 else "Check ALLOWED_HOSTS."
        yield to_do(f"The page {address} answers {answer.status_code} on the host {host}.", advice)
        return
    missing = list(csp.missing(csp.policy_of_header(answer.headers.get("Content-Security-Policy", ""))))
    if missing:
        advice = f"Add: {'; '.join(missing)}."
        yield to_do("The site's Content-Security-Policy blocks parts of Byline's pages.", advice)
    else:
        yield ok(f"The page {address} answers, and its Content-Security-Policy lets people connect.")


def _registration(region: regions.Region) -> Finding:
    name = "identity:callback" if region == regions.default_region() else "identity:callback_of_region"
    try:
        path = reverse(name, args=[] if name == "identity:callback" else [region.name])
    except NoReverseMatch:
        return note(f"The app's registration in {region.label} needs a redirect URL.", "Include byline.urls first.")
    if urlsplit(region.api_base).hostname in regions.LOOPBACK:
        what = f"The sandbox redirects only to its redirect URL, such as http://127.0.0.1:8000{path}."
        return note(what, "Start the sandbox with --redirect-url and this URL, with the host and port of your site.")
    what = f"The redirect URL in {region.label} has to be https://YOUR-HOST{path}. This command can't check that."
    return note(what, "Check the redirect URL in Smartsheet, under Account, Developer Tools.")
