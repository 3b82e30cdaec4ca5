"""The page on which a designer changes a form. It has the fields, the form as people see it, and the settings of the
chosen part.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.recording import NotRecorded
from edits.forms.asking.who_asks import why_not as why_not_ask
from edits.forms.definition import Allow, InvalidDefinition, State
from edits.forms.designing.access import filters_of, person_of, sheet_of, with_form
from edits.forms.designing.condition_builder import builder, contact_columns
from edits.forms.designing.desk import HEADINGS, Desk
from edits.forms.designing.live_form import live_form
from edits.forms.designing.meanwhile import meanwhile, merged
from edits.forms.designing.working_copy import LISTS, Unfinished, WorkingCopy
from edits.forms.models import ChangedMeanwhile, FormDefinition
from edits.forms.row_rules import known_as, may, today_of
from edits.widgets import drafts
from identity.middleware import SmartsheetRequest

IN_PAGE = {"up", "down", "add", "remove", "names", "item", "drop", "line", "group", "cut", "mine"}
SAVING = {"save", "publish", "mine_wins"}
NOT_LOGGED = "The audit log can't be written, so nothing was saved. Try again in a moment."
SAME_ADDRESS = "Another form got this address in the meantime. Nothing was saved. Choose another address."


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@with_form
def design(request: SmartsheetRequest, form: FormDefinition) -> HttpResponse:
    """Show the page (?chosen= names the panel). POST carries out the command of the pressed button."""
    data = request.POST if request.method == "POST" else drafts.take(request)
    baseline = sheet_of(request, form.sheet_id, is_fresh=request.method != "POST" or _verb(request.POST) in SAVING)
    if isinstance(baseline, HttpResponse):
        return _unread(request, form, baseline)
    filters = partial(filters_of, request, form.sheet_id)
    if data is None:
        desk = Desk(form, baseline, WorkingCopy.of(form), filters)
        desk.choose(request.GET.get("chosen", "title"))
        desk.focus = "settings" if "chosen" in request.GET else ""
        desk.show()
        return _page(request, desk, QueryDict())
    try:
        desk = Desk(form, baseline, WorkingCopy.parse(data.get("work", "")), filters, data.get("chosen", "title"))
    except InvalidDefinition as error:
        return render(request, "edits/forms_designing/unreadable.html", {"form": form, "error": error}, status=400)
    if _verb(data) == "back":  # the preview sends no values of a panel
        desk.show()
        return _page(request, desk, data)
    desk.take(data)
    if request.method != "POST":
        desk.said = "This is what you typed before you signed in. It is not saved yet."
        return _page(request, desk, data)
    verb, target = _verb(data), data.get("do", "").partition(":")[2] or data.get("new_field", "")
    if desk.is_wrong and verb not in IN_PAGE:
        desk.said = "Not saved yet. Correct what is marked."
        return _page(request, desk, data, status=422 if verb in SAVING else 200)
    if verb == "both":
        return _both(request, desk, data)
    if verb == "mine_wins":  # the designer has read what the other designer changed
        data = data.copy()
        data["seen"] = data.get("theirs", "")
    if verb in SAVING:
        return _save(request, desk, data, is_publishing=verb == "publish")
    desk.do(verb, target)
    if not desk.is_wrong:
        desk.show()
    return _page(request, desk, data)


def _save(request: SmartsheetRequest, desk: Desk, data: QueryDict, *, is_publishing: bool) -> HttpResponse:
    work, form = desk.work, desk.form
    seen = _number(data.get("seen", ""), form.revision)
    try:
        if work != WorkingCopy.of(form) or seen != form.revision:
            values = {"slug": work.address(), "closes_at": work.closes_at(), "time_zone": work.time_zone}
            form.save_draft(work.definition(), seen=seen, sheet_name=desk.sheet.name, **values)
    except Unfinished as error:
        desk.choose(error.panel)
        desk.show()
        return _page(request, desk, data, problem=f"Not saved. {error}", status=422)
    except InvalidDefinition as error:
        return _page(request, desk, data, problem=f"Not saved. {error}", status=422)
    except ChangedMeanwhile:
        return meanwhile_page(request, desk, data)
    except IntegrityError:
        return _page(request, desk, data, problem=SAME_ADDRESS, status=409)
    except NotRecorded:
        return _page(request, desk, data, problem=NOT_LOGGED, status=503)
    if is_publishing:
        return redirect("forms:publish", form.pk)
    desk.said = "Saved."
    desk.focus = "save"
    desk.work = WorkingCopy.of(form)
    desk.show()
    return _page(request, desk, QueryDict())


def meanwhile_page(request: SmartsheetRequest, desk: Desk, data: QueryDict) -> HttpResponse:
    """Show who has saved the form in the meantime, and what each designer changed. Nothing that was typed is lost."""
    desk.form.refresh_from_db()
    found = meanwhile(desk.form, desk.work, desk.sheet, opened=_number(data.get("opened", ""), 0))
    return _page(request, desk, data, status=409, meanwhile=found)


def _both(request: SmartsheetRequest, desk: Desk, data: QueryDict) -> HttpResponse:
    """Show a form with the changes of both designers. Nothing is saved until the designer who sees this form presses
    Save.
    """
    both = merged(desk.form, desk.work, opened=_number(data.get("opened", ""), 0))
    if both is None:
        return meanwhile_page(request, desk, data)
    desk.work, collisions = both
    kept = f" You both changed {', '.join(collisions)}. Your version is kept." if collisions else ""
    desk.said = f"The form now has the changes of both designers. Check the form, and save it.{kept}"
    desk.choose(desk.chosen)
    desk.show()
    return _page(request, desk, QueryDict())


def _page(request: SmartsheetRequest, desk: Desk, data: QueryDict, *, status: int = 200, **more: Any) -> HttpResponse:
    form, work, sheet = desk.form, desk.work, desk.sheet
    newest = form.history.order_by("-history_id").first()
    stored = WorkingCopy.of(form)
    seen = _number(data.get("seen", ""), form.revision)
    taken = {field["column"] for field in work.fields}
    context = {
        "form": form,
        "sheet": sheet,
        "desk": desk,
        "work": work,
        "panels": HEADINGS,
        "items": items(desk),
        "rule": builder("rule", work.content["rule"], sheet.columns) if desk.chosen == "rows" else None,
        "contact_columns": contact_columns(sheet.columns),
        "free_columns": [column for column in sheet.columns if str(column.id) not in taken],
        "columns": {str(column.id): column for column in sheet.columns},
        "states": [(value, words) for value, words in State.choices],
        **_live(request, desk, data if "live" in data else None),
        "seen": seen,
        "opened": data.get("opened") or (newest.history_id if newest else ""),
        "is_saved": work == stored and not desk.is_wrong,
        "is_published_as_saved": form.published == form.draft,
        "author": drafts.author(request),
        "can_ask": why_not_ask(request, form) is None,
        **more,
    }
    return render(request, "edits/forms_designing/design.html", context, status=status)


def _live(request: SmartsheetRequest, desk: Desk, typed: QueryDict | None) -> dict[str, Any]:
    """Return the form as the designer would fill it in. If one of the sheet's first rows belongs to the designer, the
    form shows this row. Otherwise the form shows a new row. `typed` has the values that the designer typed into the
    form. A script sends them.
    """
    definition, person, sheet = desk.work.sketch(), person_of(request), desk.sheet
    me, today = known_as(person), today_of(person)
    known = replace(definition, filter=None)  # the rows of this page were read without the filter
    mine = (row for row in sheet.rows if may(sheet, row, definition=known, me=me, today=today))
    row = next(mine, None) if definition.allow & {Allow.EDIT, Allow.DELETE} else None
    row_id = row.id if row else None
    live = live_form(request, definition, desk.baseline, person=person, row_id=row_id, typed=typed)
    return {"live": live, "live_label": sheet.label(row) if row else ""}


def items(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Return three lists: the states, options and refusals of the chosen field. Each item has the builder of its
    condition. If the chosen panel isn't for a field, return no lists.
    """
    field = desk.field
    if field is None:
        return {}
    return {kind: [_item(desk, kind, number, item) for number, item in enumerate(field[kind])] for kind in LISTS}


def _item(desk: Desk, kind: str, number: int, item: dict[str, Any]) -> dict[str, Any]:
    name = f"{kind}-{number}"
    shown = builder(name, item["when"], desk.sheet.columns)
    return {"name": name, "number": number + 1, "item": item, "builder": shown}


def _unread(request: SmartsheetRequest, form: FormDefinition, page: HttpResponse) -> HttpResponse:
    """Return the page that says why the sheet can't be read. The browser's session keeps what was typed."""
    if request.method == "POST":
        drafts.keep(request)
    return page


def _verb(data: QueryDict) -> str:
    return data.get("do", "").partition(":")[0]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else otherwise
