"""Says whether a person can ask for updates with a form, as far as this app knows without a call to Smartsheet."""

from __future__ import annotations

from edits.forms.asking import sending
from edits.forms.definition import Allow
from edits.forms.filling.opening import why_not_open
from edits.forms.models import FormDefinition
from edits.widgets.problems import Problem
from identity.middleware import SmartsheetRequest

NOT_SET_UP = Problem(
    503, "This app can't send mails", "This app has no mail server.", "", "Ask the people who run this app."
)


def why_not(request: SmartsheetRequest, form: FormDefinition) -> Problem | None:
    """Return why this person can't ask with this form; None if this app knows of no obstacle.

    Smartsheet isn't called.
    """
    person = request.smartsheet_user
    assert person is not None  # noqa: S101 # smartsheet_connected guarantees it
    if not sending.is_set_up():
        return NOT_SET_UP
    is_designer = request.user.has_perm("edits.design_forms") and form.region == person.region and form.is_open
    if not is_designer and (problem := why_not_open(form, person)):
        return problem
    definition = form.definition
    if definition is None or Allow.EDIT not in definition.allow:
        return Problem(409, "This form doesn't change rows", "With this form, existing rows can't be changed.", "", "")
    return None
