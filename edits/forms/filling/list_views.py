"""The list of the forms that a person can fill in, and the list of their rows in a form."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.vocabulary import Action
from edits.forms.asking import sending
from edits.forms.asking.asked_rows import asked_rows
from edits.forms.definition import Allow
from edits.forms.filling.opening import NotOpen, open_form, open_forms
from edits.forms.filling.pages import no_filter_page, not_open_page, plain_page, read_problem
from edits.forms.filling.row_list import rows_of
from edits.forms.filters import FilterGone
from edits.forms.models import FormDefinition
from edits.forms.my_rows import MyRow
from edits.gateway.errors import GatewayError
from edits.sheets.openable_sheets import Unknown, openable_sheets
from edits.widgets.problems import Doing
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

MOST_FORMS = 200


@require_safe
@smartsheet_connected
def forms(request: SmartsheetRequest) -> HttpResponse:
    """List the forms that this person can fill in now."""
    person = request.smartsheet_user
    assert person is not None  # noqa: S101 # smartsheet_connected guarantees it
    sheets = openable_sheets(request.user, is_waiting=True)
    found = open_forms(person, openable=sheets)[:MOST_FORMS]
    context = {"forms": found, "is_known": not isinstance(sheets, Unknown)}
    return render(request, "edits/forms_filling/forms.html", context)


@require_safe
@smartsheet_connected
def rows(request: SmartsheetRequest, slug: str) -> HttpResponse:
    """List this person's rows in a form. With `?asked=`, list only the rows about which someone asked this person."""
    try:
        opened = open_form(request, slug)
        asked = asked_rows(request, opened.form)
        mine = rows_of(request, opened, asked_row_ids=asked.open_ids if asked else ())
    except NotOpen as refused:
        return not_open_page(request, refused)
    except FilterGone as error:
        return no_filter_page(request, opened, error, row_id=None, action=Action.CHANGE)
    except GatewayError as error:
        return plain_page(request, FormDefinition.objects.get(slug=slug), read_problem(error, doing=Doing.READ))
    mine = mine.only(asked.row_ids) if asked else mine
    definition, query = opened.definition, request.GET.get("q", "").strip()
    found = mine.search(query)
    number = request.GET.get("page", "")
    page = found.page(int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1)
    names = [field.name if (field := definition.field(one)) else title for one, title in mine.columns]
    context = {
        "definition": definition,
        "slug": slug,
        "mine": mine,
        "found": found,
        "page": page,
        "lines": [(row, _facts(names, row)) for row in page.rows],
        "query": query,
        "asked": asked,
        "can_ask": sending.is_set_up() and mine.access.is_editor,
        "can_edit": Allow.EDIT in definition.allow,
        "can_add": Allow.ADD in definition.allow,
    }
    return render(request, "edits/forms_filling/rows.html", context)


def _facts(names: Sequence[str], row: MyRow) -> list[tuple[str, str]]:
    """Return the labels and the texts of those cells of a row that the list shows. The row's name is left out, because
    the list shows it separately. The page puts a colon after each label, so a question mark or a colon at the end of a
    label is removed.
    """
    return [
        (name.rstrip(" ?:"), text) for name, text in zip(names, row.texts, strict=True) if text and text != row.label
    ]
