"""A form for the site plan: Bob reports progress on the tasks for which he is responsible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from audit.recording import THIS_APP
from edits.forms.conditions import Condition
from edits.forms.definition import Allow, Audience, Definition, FormField, State, StateWhen
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Sheet
from tests.edits.site_plan import SitePlan

MINE, THEIRS = "Dig foundations", "Drainage runs"


class ProgressForm:
    """The published form. Keyword arguments replace parts of its definition."""

    def __init__(self, plan: SitePlan, *, slug: str = "progress", **more: Any) -> None:
        self.plan = plan
        sheet = Sheet.parse(plan.sandbox.sheet(plan.person, plan.name))
        self.columns = {column.title: column for column in sheet.columns}
        self.definition = replace(self._definition(), **more)
        self.stored = FormDefinition(
            region="sandbox", sheet_id=plan.id, sheet_name=plan.name, slug=slug, draft=self.definition.to_json()
        )
        self.stored.save()
        self.stored.publish(seen=self.stored.revision, actor=THIS_APP)
        plan.sandbox.forget_requests()

    @property
    def path(self) -> str:
        return f"/forms/{self.stored.slug}/"

    @property
    def add_path(self) -> str:
        return f"{self.path}add/"

    def row_path(self, row: str) -> str:
        return f"{self.path}rows/{self.plan.rows[row]}/"

    def column(self, title: str) -> int:
        return self.plan.columns[title]

    def publish(self, **more: Any) -> None:
        """Publish the form again with other content."""
        self.definition = replace(self.definition, **more)
        self.stored.refresh_from_db()
        self.stored.save_draft(self.definition, seen=self.stored.revision)
        self.stored.publish(seen=self.stored.revision, actor=THIS_APP)

    def field(self, title: str, **more: Any) -> FormField:
        """A field for the column with this title."""
        return FormField.of(self.columns[title], **more)

    def when(self, title: str, operator: str, value: Any = None) -> Condition:
        """A condition on the column with this title."""
        raw = {"column": str(self.columns[title].id), "is": operator}
        return Condition.parse(raw if value is None else raw | {"value": value})

    def _definition(self) -> Definition:
        is_blocked = self.when("Status", "equals", "Blocked")
        return Definition(
            title="Report progress on my tasks",
            sentence="Tell the others how far you are.",
            fields=(
                self.field("Task", state=State.SHOWN),
                self.field("Status", state=State.REQUIRED, label="How is it going?"),
                self.field("Notes", state=State.HIDDEN, states=(StateWhen(State.REQUIRED, is_blocked),), label="Why?"),
                self.field("Spent"),
            ),
            rule=self.when("Responsible", "me"),
            allow=frozenset({Allow.EDIT, Allow.ADD}),
            audience=Audience.EVERYONE,
        )
