"""Provides template tags. They show the form of a row, a SheetForm, the last change of a cell, and the last changes of
a sheet.

    {% load smartsheet %}
    {% smartsheet_row_form sheet_id row_id columns="Status, Due" %}
    {% sheet_form form %}
    {% who_changed sheet_id row_id "Status" %}
    {% smartsheet_log sheet_id %}

Each tag shows only data that the connected person has access to. Rows are read with the person's own token. Only people
who can open a sheet see other people's entries about the sheet, as on the log's page. The tags need the request in the
template's context.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from django import template
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.http import HttpRequest
from django.template import Context

from audit.access import Reader, reader_of
from audit.grouping import changes_of, edits_of
from audit.models import Entry, EntryQuerySet
from audit.read_logging import note_shown
from edits.features import Feature
from edits.forms import SheetForm
from edits.gateway.errors import GatewayError
from edits.rows import in_page
from edits.rows.in_page import Sent
from edits.saving import InTransaction, is_in_transaction, read
from edits.sheets import shared_people
from edits.sheets.sheet import Column, Row, Sheet
from edits.widgets import drafts, snapshots
from edits.widgets.last_changes import applied, last_changes
from edits.widgets.problems import Doing, Problem, problem_of
from edits.widgets.row_form import RowForm
from identity.profiles.profile import Profile
from identity.tokens import revocation

register = template.Library()

INHERITED = (
    "request",
    "user",
    "smartsheet_user",
    "smartsheet_way",
    "smartsheet_regions",
    "smartsheet_origins",
    "smartsheet_blocked",
    "written_for",
)
Columns = str | Iterable[int | str]


@register.inclusion_tag("edits/in_page/row_form.html", takes_context=True)
def smartsheet_row_form(context: Context, sheet_id: int, row_id: int, columns: Columns = ()) -> dict[str, Any]:
    """Show the form of a row. After a save, the browser returns to the page with the form. `columns` has the ids or
    titles of the columns to show, as a list, or as a text with commas. By default, all columns are shown.

    Raises InTransaction if a transaction is open. If ATOMIC_REQUESTS is on, decorate the view with
    transaction.non_atomic_requests.
    """
    request = _request(context)
    shown = {**_of_site(context), "next": request.get_full_path(), "sheet_id": sheet_id, "row_id": row_id}
    person: Profile | None = getattr(request, "smartsheet_user", None)
    if person is None:
        return shown
    _require_no_transaction()
    sent = in_page.take(request, sheet_id=sheet_id, row_id=row_id)
    problem = sent.problem if sent else None
    made_of: tuple[Sheet, Row] | None
    is_readable = True
    try:
        baseline = read(request.user, sheet_id, row_ids=[row_id])
        baseline.gateway.require(Feature.CHANGE)
        made_of = baseline.sheet, baseline.row(row_id)
    except GatewayError as error:
        problem = problem or problem_of(error, doing=Doing.READ)
        made_of = _as_sent(sent, sheet_id, row_id)
        is_readable = False
    form, unknown = _form(request, sent, *made_of, columns) if made_of else (None, ())
    if form and is_readable:
        with suppress(DatabaseError):
            form.add_last_changes(last_changes(region=person.region, sheet_id=sheet_id, row_id=row_id))
    return {
        **shown,
        "is_connected": True,
        "form": form,
        "unknown": unknown,
        "label": form.sheet.label(form.row) if form and form.row else "",
        "problem": _followed_up(problem, request),
        "sent": sent,
        "snapshot": snapshots.take(form.sheet.raw) if form else "",
        "once": uuid4(),
        "author": drafts.author(request),
    }


@register.inclusion_tag("edits/in_page/sheet_form.html", takes_context=True)
def sheet_form(
    context: Context, form: SheetForm, submit: str = "Save", action: str = "", form_id: str = "row-form"
) -> dict[str, Any]:
    """Show a SheetForm with its fields, errors, conflicts and hidden inputs. The browser sends the form to the address
    `action`, or to the page's own address if `action` is empty.

    If a page has two forms, each form needs its own `form_id`, and should have its own `auto_id`.
    """
    request = _request(context)
    if form.baseline and form.row:
        with suppress(DatabaseError):
            region = form.baseline.actor.region
            form.add_last_changes(last_changes(region=region, sheet_id=form.sheet_id, row_id=form.row.id))
    return {
        **_of_site(context),
        "form": form,
        "problem": form.problem,
        "submit": submit,
        "action": action,
        "form_id": form_id,
        "next": request.get_full_path(),
    }


@register.inclusion_tag("edits/in_page/who_changed.html", takes_context=True)
def who_changed(context: Context, sheet_id: int, row_id: int, column: int | str) -> dict[str, Any]:
    """Show the last change that was made on this site to a cell: who made it, when, and the old and the new value. Also
    show a link to the cell's timeline. If there is no change that the reader can see, say so. `column` is the column's
    id, or any title that the log has for the column.
    """
    request = _request(context)
    reader, entries = _readable(request)
    by_column = {"column_id": column} if isinstance(column, int) else {"column_title": column}
    found = applied(entries.filter(sheet_id=sheet_id, row_id=row_id, **by_column)).newest_first()[:1]
    changes = [change for entry in _shown(request, reader, found) for change in changes_of(entry)]
    return {**_of_site(context), "change": changes[0] if changes else None}


@register.inclusion_tag("edits/in_page/log.html", takes_context=True)
def smartsheet_log(context: Context, sheet_id: int, row_id: int | None = None, limit: int = 10) -> dict[str, Any]:
    """Show the last changes on a sheet, or on one of its rows, with a link to all changes."""
    request = _request(context)
    reader, entries = _readable(request)
    asked = entries.heads().on_sheet(sheet_id) if row_id is None else entries.on_row(sheet_id=sheet_id, row_id=row_id)
    found = _shown(request, reader, reader.take(asked.newest_first(), limit))
    return {
        **_of_site(context),
        "edits": edits_of(found, is_whole=row_id is None),
        "sheet_id": sheet_id,
        "row_id": row_id,
        "why_limited": reader.why_limited,
    }


def _request(context: Context) -> HttpRequest:
    """Return the page's request. Raises ImproperlyConfigured if the template's context has none."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        raise ImproperlyConfigured(
            "Byline's tags need the request: pass the request when you render the page, and use the context processor"
            " django.template.context_processors.request."
        )
    return request


def _of_site(context: Context) -> dict[str, Any]:
    """Return only those variables of the page's context that the tags' templates need, so that the site's other
    variables don't interfere.
    """
    return {name: context.get(name) for name in INHERITED}


def _require_no_transaction() -> None:
    """Raise InTransaction if a transaction is open, because a rollback could lose a refreshed token."""
    if is_in_transaction():
        raise InTransaction


def _as_sent(sent: Sent | None, sheet_id: int, row_id: int) -> tuple[Sheet, Row] | None:
    """Return the sheet and row as they were when a sent form was made. Both come from the form's snapshot. The caller
    uses them if the row can't be read from Smartsheet. Return None if nothing was typed.
    """
    query = sent.query if sent else None
    if query is None:
        return None
    sheet, row = snapshots.restore(query, sheet_id=sheet_id, row_id=row_id)
    return (sheet, row) if row else None


def _form(
    request: HttpRequest, sent: Sent | None, sheet: Sheet, row: Row, columns: Columns
) -> tuple[RowForm, Sequence[int | str]]:
    """Return the form for these columns, with the typed values. Also return which of the `columns` the sheet doesn't
    have.
    """
    only, unknown = _chosen(sheet, columns)
    data = sent.query if sent else None
    shared = shared_people.known(request.user, sheet.id) if data is not None else ()
    form = RowForm(data, sheet=sheet, row=row, only=only, shared=shared, auto_id=f"id_{row.id}_%s")
    if sent and data is not None:
        form.show_again(sent.errors or {}, sent.conflicts or {})
    return form, unknown


def _chosen(sheet: Sheet, columns: Columns) -> tuple[Sequence[Column] | None, Sequence[int | str]]:
    names = columns.split(",") if isinstance(columns, str) else columns
    wanted = [one.strip() if isinstance(one, str) else one for one in names]
    if not wanted:
        return None, ()
    visible: dict[int | str, Column] = {
        key: column for column in sheet.visible_columns for key in (column.id, column.title)
    }
    return [visible[one] for one in wanted if one in visible], [one for one in wanted if one not in visible]


def _followed_up(problem: Problem | None, request: HttpRequest) -> Problem | None:
    if problem and problem.status == 401:
        revocation.follow_up(request.user.pk)
    return problem


def _readable(request: HttpRequest) -> tuple[Reader, EntryQuerySet]:
    """Return the reader, and the intents in the reader's region. If this app doesn't know which sheets the reader can
    open, wait for Smartsheet's answer.
    """
    reader = reader_of(request, is_waiting=True)
    return reader, Entry.objects.intents().filter(region=reader.actor.region)


def _shown(request: HttpRequest, reader: Reader, found: Iterable[Entry]) -> list[Entry]:
    """Return the entries that the reader can read. The log records that the page shows them."""
    entries = [entry for entry in found if reader.may_read(entry)]
    note_shown(request, reader, entries)
    return entries
