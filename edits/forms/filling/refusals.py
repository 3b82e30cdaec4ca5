"""Records in the log what people tried to do with a form although they weren't allowed to."""

from __future__ import annotations

from audit.recording import Change, note
from audit.vocabulary import Action, Origin, Phase
from edits.forms.designed_form import DesignedForm
from edits.forms.filling.reading import Filling
from edits.forms.models import FormDefinition
from edits.saving import Baseline, CellChange, refuse
from edits.widgets.pages import actor_of
from identity.middleware import SmartsheetRequest


def note_refused(
    request: SmartsheetRequest, form: FormDefinition, message: str, *, row_id: int | None, action: Action
) -> None:
    """Record that this person sent a form that they can't fill in now. The row wasn't read, so the entry has no values
    of cells. Raises NotRecorded.
    """
    note(
        actor=actor_of(request),
        action=action,
        phase=Phase.FORBIDDEN,
        origin=Origin.FORM,
        sheet_id=form.sheet_id,
        sheet_name=form.sheet_name,
        changes=[Change(row_id, "", None, "", None, None)],
        message=message,
        via=form.via if form.version else {"form": form.slug},
    )


def note_not_as_shown(filling: Filling, form: DesignedForm, message: str) -> None:
    """Record what was typed into a form that has an old version or altered values. Raises NotRecorded."""
    assert isinstance(filling.baseline, Baseline)  # noqa: S101 # the callers have read the row
    names = [name for name in form.changed_data if name in form.columns]
    cells = tuple(
        CellChange(form.columns[name].id, form.shown(name), ", ".join(filter(None, form.data.getlist(name))))
        for name in names
    )
    refuse(filling.baseline, filling.change(cells), message, origin=Origin.FORM, via=filling.opened.via)
