"""Shows a form as a chosen person would see it, for a chosen row.

This app reads the sheet with the designer's own token, so nobody acts as the other person. Nothing is written. The
sheet's shares say what the other person can do with the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from edits.features import Feature
from edits.forms.condition_values import fold
from edits.forms.definition import Allow, Definition, InvalidDefinition
from edits.forms.designing.access import person_of, with_form
from edits.forms.designing.live_form import ADMINS, LiveForm, live_form, seen_by
from edits.forms.designing.people_access import Share, Shares, shares_of
from edits.forms.designing.working_copy import WorkingCopy
from edits.forms.filling.opening import is_in_audience
from edits.forms.filters import applying, require_applied
from edits.forms.models import FormDefinition
from edits.forms.row_rules import known_as, may, today_of, values_of
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError, NotFound
from edits.saving import Baseline
from edits.sheets import reading
from edits.sheets.column_types import column_type
from edits.sheets.sheet import Access, Row, Sheet
from edits.widgets.pages import problem_page
from edits.widgets.problems import Doing, problem_of
from identity.middleware import SmartsheetRequest
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile

CARRIED = ("work", "seen", "opened", "chosen")  # the inputs that the preview sends back to the designer's page
MOST_FOUND = 100  # rows that a search lists
NEW = "new"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person whose view of the form is shown. `access` is None if the sheet isn't shared with them."""

    profile: Profile
    access: Access | None

    @property
    def key(self) -> str:
        return self.profile.email.lower()

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def words(self) -> str:
        return self.name if self.name.lower() == self.key else f"{self.name} ({self.key})"

    def owns(self, definition: Definition, sheet: Sheet, row: Row) -> bool:
        """Whether the form shows this row to the person."""
        person = self.profile
        return may(sheet, row, definition=definition, me=known_as(person), today=today_of(person))


@dataclass(frozen=True, slots=True)
class ListedRows:
    """The rows from which the designer chooses: a page of the sheet, or the rows that a search has found. Found rows
    have only the primary column and the columns that the rule needs. `number` is the number of the page, from 1.
    `count` is the number of all rows, including the rows on other pages.
    """

    rows: Sequence[Row]
    query: str = ""
    number: int = 1
    pages: int = 1
    count: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What the person would see. `shut_out` has sentences that say why the person sees no form. `refusals` has
    sentences about what the person can't change or save.
    """

    shut_out: tuple[str, ...]
    refusals: tuple[str, ...]
    live: LiveForm


@require_http_methods(["GET", "HEAD", "POST"])
@with_form
def preview(request: SmartsheetRequest, form: FormDefinition) -> HttpResponse:
    """Show the saved draft as the chosen person would see it for the chosen row. POST shows the designer's working copy
    instead of the saved draft. Nothing is saved.
    """
    sent = request.POST if request.method == "POST" else request.GET
    try:
        definition = (WorkingCopy.parse(sent["work"]) if "work" in sent else WorkingCopy.of(form)).sketch()
    except InvalidDefinition as error:
        return render(request, "edits/forms_designing/unreadable.html", {"form": form, "error": error}, status=400)
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        viewers = list(viewers_of(request, shares_of(gateway, form.sheet_id)))
        viewer = next((one for one in viewers if one.key == sent.get("person", "").lower()), viewers[0])
        with applying(lambda: gateway, form.sheet_id, definition.filter):
            page = reading.read_page(gateway, form.sheet_id, _number(sent), filter_id=definition.filter_id)
            listed = listed_rows(gateway, page, definition, query=sent.get("q", "").strip(), number=_number(sent))
            is_new_search = listed.query != sent.get("searched", "").strip()
            text = _first(definition, page, listed, viewer) if is_new_search else sent.get("row", "")
            row, baseline = chosen_row(definition, Baseline(gateway, page, position=0), viewer, text)
        require_applied((*baseline.sheet.rows, *listed.rows), definition.filter)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    sheet = baseline.sheet
    shown = listed.rows if row is None or any(one.id == row.id for one in listed.rows) else (row, *listed.rows)
    mine = {one.id for one in shown if viewer.owns(definition, sheet, one)}
    context = {
        "form": form,
        "sheet": sheet,
        "definition": definition,
        **{name: sent.get(name, "") for name in CARRIED},
        "viewers": viewers,
        "viewer": viewer,
        "rows": [(one.id, one.number, sheet.label(one), one.id in mine) for one in shown],
        "listed": listed,
        "has_rule": not definition.has_all_rows,
        "row": row,
        "label": sheet.label(row) if row else "",
        "preview": preview_of(request, definition, baseline, row, viewer),
    }
    return render(request, "edits/forms_designing/preview.html", context)


def listed_rows(gateway: Gateway, page: Sheet, definition: Definition, *, query: str, number: int) -> ListedRows:
    """Return the rows from which the designer chooses. A search reads all rows of the sheet, but only the primary
    column and the columns that the rule needs.

    Raises GatewayError.
    """
    words = fold(query).split()
    if not words:
        pages = max(1, -(-page.total_rows // reading.ROWS_PER_PAGE))
        return ListedRows(page.rows, number=min(number, pages), pages=pages, count=page.total_rows)
    ids = {page.primary.id} if page.primary else set()
    ids |= definition.rule.column_ids if definition.rule else set()
    known = sorted(ids & {column.id for column in page.columns})
    sheet = Sheet.parse(gateway.sheet(page.id, column_ids=known, filter_id=definition.filter_id))
    found = [row for row in sheet.rows if all(word in fold(sheet.label(row)) for word in words)]
    return ListedRows(found[:MOST_FOUND], query=query, count=len(found))


def _first(definition: Definition, page: Sheet, listed: ListedRows, viewer: Viewer) -> str:
    """Return the id of the row to show after a new search; "" if the search found no row.

    If the form shows one of the found rows to the viewer, return the first such row. Otherwise return the first found
    row.
    """
    theirs = (row for row in listed.rows if viewer.owns(definition, page, row))
    row = next(theirs, listed.rows[0] if listed.rows else None)
    return str(row.id) if row else ""


def _number(sent: QueryDict) -> int:
    """Return the number of the page of rows that the request asks for. The first page has the number 1."""
    text = sent.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def viewers_of(request: SmartsheetRequest, shares: Shares) -> Iterator[Viewer]:
    """Yield the people who can be chosen: first the designer, then everyone who has signed in, and then everyone else
    who has access to the sheet.
    """
    designer = person_of(request)
    profiles = [person.as_profile() for person in SmartsheetUser.objects.filter(region=designer.region)]
    profiles.sort(key=lambda profile: (profile.id != designer.id, profile.name.casefold()))
    known: set[str] = set()
    for profile in profiles:
        known |= profile.addresses
        share = shares.of(profile)
        yield Viewer(profile, share.access if share else None)
    for share in sorted(shares.people, key=lambda share: share.words.casefold()):
        if share.email.lower() not in known:
            yield Viewer(_profile(share, designer.region), share.access)


def preview_of(
    request: SmartsheetRequest, definition: Definition, baseline: Baseline, row: Row | None, viewer: Viewer
) -> Preview:
    """Return what a person would see of this row, or of a new row if `row` is None."""
    sheet = seen_by(baseline.sheet, viewer.access or Access.VIEWER)
    live = live_form(
        request,
        definition,
        replace(baseline, sheet=sheet),
        person=viewer.profile,
        row_id=row.id if row else None,
    )
    shut_out = tuple(_shut_out(definition, baseline.sheet, row, viewer))
    return Preview(shut_out, tuple(_refusals(definition, sheet, row, viewer)), live)


def chosen_row(definition: Definition, baseline: Baseline, viewer: Viewer, text: str) -> tuple[Row | None, Baseline]:
    """Return the row to show, and the sheet with that row. The returned row is None for a new row. `text` is the chosen
    row's id, or NEW. If nothing is chosen, return the first row that the form shows to the viewer, or else the first
    row. Raises GatewayError.
    """
    sheet = baseline.sheet
    if text == NEW or (not text and definition.allow == {Allow.ADD}):
        return None, baseline
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        theirs = (row for row in sheet.rows if viewer.owns(definition, sheet, row))
        return next(theirs, sheet.rows[0] if sheet.rows else None), baseline
    if row := sheet.row(int(text)):
        return row, baseline
    more = reading.read_rows(baseline.gateway, sheet.id, [int(text)], filter_id=definition.filter_id).rows
    if not more:
        raise NotFound(reading.NO_ROW)
    return more[0], replace(baseline, sheet=replace(sheet, rows=(*sheet.rows, *more)))


def _shut_out(definition: Definition, sheet: Sheet, row: Row | None, viewer: Viewer) -> Iterator[str]:
    """Yield the reasons why the person sees no form."""
    if not is_in_audience(definition, viewer.profile):
        yield f"{viewer.name} can’t open the form, because it isn’t for them."
    if viewer.access is None:
        yield f"The sheet isn’t shared with {viewer.name}, so Smartsheet doesn’t let this app show the sheet to them."
    if row is None and Allow.ADD not in definition.allow:
        yield "The form doesn’t let people add rows."
    if row and not definition.allow & {Allow.EDIT, Allow.DELETE}:
        yield "The form doesn’t let people change rows."
    if row and not viewer.owns(definition, sheet, row):
        words = definition.rows_in_words({column.id: column.title for column in sheet.columns})
        yield f"This row doesn’t belong to {viewer.name}. The form is only for these rows: {words}."


def _refusals(definition: Definition, sheet: Sheet, row: Row | None, viewer: Viewer) -> Iterator[str]:
    """Yield sentences about what the person can't change or save, although they see the form."""
    if viewer.access and not viewer.access.is_editor:
        yield f"In Smartsheet, {viewer.name} {viewer.access.words}, so Smartsheet refuses every change."
    if row and row.is_locked and viewer.access not in ADMINS:
        yield "The row is locked: only admins of the sheet can change it."
    for field in definition.fields:
        column = sheet.column(field.column_id)
        is_written = any(state.is_written for state in field.possible_states)
        if column is None or column.type != field.type:
            yield f"“{field.name}” is left out: its column is gone or has another type."
        elif is_written and (column.formula or column.system_type or column_type(column).why_not_here):
            yield f"“{field.name}” can’t be changed by anyone."
        elif is_written and column.is_locked_for_user:
            yield f"“{field.name}” can’t be changed: its column is locked, and only admins of the sheet can change it."
    me, today, values = known_as(viewer.profile), today_of(viewer.profile), values_of(row) if row else {}
    for field in definition.fields:
        if row and (why := field.why_not_allowed(values, me=me, today=today)):
            yield f"With the row’s current values, the form can’t be saved. {field.name}: {why}"


def _profile(share: Share, region: str) -> Profile:
    """Return a profile of a person who has never signed in here. The profile has only the name and the address in the
    share.
    """
    return Profile(region=region, id=0, data={"email": share.email, "firstName": share.name or share.email})
