"""Finds published forms that can't be used any more, as a whole or in part. The reason can be that a column of the form
is gone or has another type, or that the form's filter or sheet was deleted. Also finds forms whose designer has left.

The worker reads each sheet's columns with the token of the form's designer. If people can't use the form any more,
FormDefinition.problem says why. If only some fields of the form can't be used, or if the form has no designer,
FormDefinition.warning says so. These two texts name no person: they are stored and mailed, so a name in them couldn't
be erased. The pages on which people fill in forms don't depend on these checks. Each page itself checks the columns
that it uses.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from edits.forms.asking import problem_mails
from edits.forms.definition import Definition, InvalidDefinition
from edits.forms.designed_form import usable_fields
from edits.forms.designing.checks import check
from edits.forms.filters import why_not_usable
from edits.forms.models import FormDefinition, FormState
from edits.forms.row_rules import missing_columns
from edits.gateway.client import gateway_for
from edits.gateway.errors import Forbidden, GatewayError, NotFound, SignInAgain
from edits.sheets import reading
from edits.sheets.sheet import Sheet
from identity.models import SmartsheetUser

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
MOST = 20  # the largest number of forms in one run, so that other jobs don't have to wait long
NO_SHEET = "The form’s sheet was deleted, or isn’t shared with the form’s designer any more."
NO_DESIGNER = "This form has no designer any more. Another designer can take the form over."
NOT_CONNECTED = "The form’s designer isn’t connected any more. Another designer can take the form over."
NO_RULE = "The form’s rule reads a column that is no longer in the sheet."
NO_FILTER = "The form can’t show its rows."
NO_FIELDS = "Each of the form’s columns was deleted from the sheet, or has another type."
UNREADABLE = "The form’s content can’t be read any more."


def check_due() -> None:
    """Check the published forms whose last check was a while ago. The form with the oldest check comes first."""
    due = FormDefinition.objects.filter(state=FormState.PUBLISHED)
    due = due.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - EVERY))
    for form in due.select_related("designer__user").order_by("checked_at")[:MOST]:
        if _take(form):
            look_at(form)


def look_at(form: FormDefinition) -> None:
    """Store what is wrong with a published form now, and tell its designers by mail about new problems. If Smartsheet
    doesn't answer, nothing is changed.
    """
    try:
        problem, warnings = _found(form, form.designer)
    except GatewayError as error:
        logger.info("The sheet of the form %s could not be read: %s", form.slug, type(error).__name__)
        return
    warning = " ".join(warnings)
    if (problem, warning) == (form.problem, form.warning):
        return
    known = f"{form.problem} {form.warning}"
    new = [one for one in (problem, *warnings) if one and one not in known]
    with transaction.atomic():
        as_seen = FormDefinition.objects.filter(
            pk=form.pk, revision=form.revision, problem=form.problem, warning=form.warning
        )
        if as_seen.update(problem=problem, warning=warning):
            problem_mails.tell(form, new)
    form.problem, form.warning = problem, warning


def _take(form: FormDefinition) -> bool:
    """Return True if this worker should check the form. Of several workers, only one gets True."""
    as_seen = FormDefinition.objects.filter(pk=form.pk, checked_at=form.checked_at)
    return bool(as_seen.update(checked_at=timezone.now()))


def _found(form: FormDefinition, designer: SmartsheetUser | None) -> tuple[str, list[str]]:
    """Return the form's problem ("" if there is none) and its warnings. Raises GatewayError."""
    if designer is None:
        return "", [NO_DESIGNER]
    if not designer.user.is_active or not designer.is_connected:
        return "", [NOT_CONNECTED]
    try:
        gateway = gateway_for(designer.user)
        sheet = reading.read_rows(gateway, form.sheet_id, ())
        definition = Definition.parse(form.published)
        filters = gateway.filters(form.sheet_id) if definition.filter else []
    except InvalidDefinition:
        return UNREADABLE, []
    except SignInAgain:
        return "", [NOT_CONNECTED]
    except (NotFound, Forbidden):
        return NO_SHEET, []
    if definition.filter and (why := why_not_usable(filters, definition.filter)):
        return f"{NO_FILTER} {why}", []
    return _of_columns(form, definition, sheet, filters)


def _of_columns(
    form: FormDefinition, definition: Definition, sheet: Sheet, filters: Sequence[Mapping[str, object]]
) -> tuple[str, list[str]]:
    if missing_columns(sheet, definition.rule):
        return NO_RULE, []
    if not any(usable_fields(definition, sheet)):
        return NO_FIELDS, []
    found = check(form, definition, sheet, filters=filters)
    return "", [one.sentence for one in found if one.is_error and one.panel != "closing"]
