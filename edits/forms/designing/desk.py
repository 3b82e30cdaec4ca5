"""The state of the designer's page: the working copy, the chosen panel, and what the last step did."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from edits.forms.definition import LONGEST, MOST_CHOICES, State
from edits.forms.designing import condition_groups
from edits.forms.designing.condition_groups import Group, Line
from edits.forms.designing.settings_forms import (
    ClosingSettings,
    FieldSettings,
    PeopleSettings,
    ReasonSettings,
    RowSettings,
    Settings,
    TitleSettings,
)
from edits.forms.designing.working_copy import LISTS, NEW_ITEMS, WorkingCopy
from edits.forms.models import FormDefinition
from edits.forms.operators import Operator
from edits.gateway.errors import JsonObject
from edits.saving import Baseline
from edits.sheets.sheet import Sheet

PANELS: dict[str, type[Settings]] = {
    "reason": ReasonSettings,
    "people": PeopleSettings,
    "closing": ClosingSettings,
}
HEADINGS = {"title": TitleSettings.heading, "rows": RowSettings.heading} | {
    key: panel.heading for key, panel in PANELS.items()
}
COPIES = re.compile(r"(states|options|not_allowed)-([0-9]{1,3})")


@dataclass(slots=True)
class Desk:
    """The state of the page. `chosen` names the chosen panel: it is the column id of a field, or a key of HEADINGS.
    `said` is a sentence about what the last step did. `focus` is the id of the element that gets the focus after this
    step. `filters` returns the sheet's filters, or None if they aren't known.
    """

    form: FormDefinition
    baseline: Baseline
    work: WorkingCopy
    filters: Callable[[], Sequence[JsonObject] | None]
    chosen: str = "title"
    said: str = ""
    focus: str = ""
    is_wrong: bool = False
    panel: Settings | None = None

    @property
    def sheet(self) -> Sheet:
        """The sheet with its columns."""
        return self.baseline.sheet

    def take(self, data: QueryDict) -> None:
        """Read what was typed into the chosen panel, and store it in the working copy. Invalid texts stay in the panel,
        with an error.
        """
        self.panel = self._panel(data)
        self.panel.apply()
        self.is_wrong = bool(self.panel.errors)
        field = self.field
        if self.chosen == "rows":
            self.work.set_condition("rule", None, condition_groups.posted(data, "rule", self.sheet.columns))
        for kind in LISTS if field else ():
            for number, item in enumerate(field[kind] if field else ()):
                self._take_item(data, kind, number, item)

    def show(self) -> None:
        """Show the chosen panel with the values of the working copy."""
        self.panel = self._panel(None)

    @property
    def field(self) -> dict[str, Any] | None:
        """The field whose panel is chosen, in JSON; None if the chosen panel isn't for a field."""
        return self.work.field(self.chosen)

    def choose(self, key: str) -> None:
        """Choose another panel."""
        self.chosen = key if key in HEADINGS or self.work.field(key) else "title"
        self.focus = "settings"

    def do(self, verb: str, target: str) -> None:
        """Carry out the command of one of the page's buttons. Do nothing if the command is unknown, or if its target is
        gone.
        """
        steps: dict[str, Callable[[str], None]] = {
            "choose": self.choose,
            "up": lambda column_id: self._move(column_id, -1),
            "down": lambda column_id: self._move(column_id, 1),
            "add": self._add_field,
            "remove": self._remove_field,
            "names": self._take_names,
            "item": self._add_item,
            "drop": self._drop_item,
            "line": lambda place: self._add_part(place, Line()),
            "group": lambda place: self._add_part(place, Group("any", [Line()])),
            "cut": self._cut_part,
            "mine": self._add_mine,
        }
        if step := steps.get(verb):
            with suppress(LookupError):
                step(target)

    def _panel(self, data: QueryDict | None) -> Settings:
        if self.chosen == "title":
            return TitleSettings(self.work, data, form=self.form)
        if self.chosen == "rows":
            return RowSettings(self.work, data, filters=self.filters())
        if kind := PANELS.get(self.chosen):
            return kind(self.work, data)
        field = self.field
        if field is None:
            self.chosen = "title"
            return TitleSettings(self.work, None, form=self.form)
        column = self.sheet.column(int(self.chosen))
        return FieldSettings(self.work, data, field=field, column=column)

    def _take_item(self, data: QueryDict, kind: str, number: int, item: dict[str, Any]) -> None:
        name = f"{kind}-{number}"
        if f"{name}~~kind" not in data:
            return
        value = data.get(f"{name}~{LISTS[kind]}", "")
        if kind == "states" and value in State.values:
            item["state"] = value
        elif kind == "options":
            lines = [line.strip() for text in data.getlist(f"{name}~options") for line in text.splitlines()]
            item["options"] = [*dict.fromkeys(filter(None, lines))][:MOST_CHOICES]
        elif kind == "not_allowed":
            item["message"] = value.replace("\0", "").strip()[:LONGEST]
        item["when"] = condition_groups.posted(data, name, self.sheet.columns).to_json()

    def _move(self, column_id: str, by: int) -> None:
        place = self.work.move_field(column_id, by)
        field, count = self.work.field(column_id), len(self.work.fields)
        name = (field["label"] or field["title"]) if field else ""
        self.said = f"“{name}” is now field {place} of {count}."
        way = "up" if (by < 0 and place > 1) or place == count else "down"
        self.focus = f"{way}-{column_id}"

    def _add_field(self, column_id: str) -> None:
        column = self.sheet.column(int(column_id)) if column_id.isdecimal() else None
        if column is None:
            self.said, self.focus = "Choose a column to add first.", "new-field"
            return
        self.work.add_field(column)
        self.said = f"“{column.title}” was added."
        self.choose(column_id)

    def _remove_field(self, column_id: str) -> None:
        ids = [field["column"] for field in self.work.fields]
        place = ids.index(column_id) if column_id in ids else 0
        field = self.work.field(column_id)
        self.work.remove_field(column_id)
        self.said = f"“{field['label'] or field['title']}” was removed from the form." if field else ""
        rest = [one for one in ids if one != column_id]
        if self.chosen == column_id:
            self.chosen = rest[min(place, len(rest) - 1)] if rest else "title"
        self.focus = f"field-{rest[min(place, len(rest) - 1)]}" if rest else "new-field"

    def _take_names(self, _target: str) -> None:
        self.work.rename_columns(self.sheet.columns)
        self.said = "The fields now have the current names of their columns."

    def _add_item(self, kind: str) -> None:
        field = self.field
        if field is None or kind not in LISTS or len(field[kind]) >= MOST_CHOICES:
            return
        group = Group(parts=[Line()])
        field[kind].append(NEW_ITEMS[kind] | {"when": group.to_json()})
        self.focus = f"{kind}-{len(field[kind]) - 1}"

    def _drop_item(self, name: str) -> None:
        match, field = COPIES.fullmatch(name), self.field
        if match and field:
            del field[match[1]][int(match[2])]
            self.said, self.focus = "It was removed.", f"add-{match[1]}"

    def _add_part(self, place: str, part: Line | Group) -> None:
        name, group, path = self._group(place)
        added = group.add(path, part)
        self._store(name, group)
        self.focus = f"{name}~{added}~{'column' if isinstance(part, Line) else 'kind'}"

    def _cut_part(self, place: str) -> None:
        name, group, path = self._group(place)
        group.remove(path)
        self._store(name, group)
        parent = path.rpartition(".")[0]
        self.said, self.focus = "It was removed.", f"{name}~{parent}~line"

    def _add_mine(self, column_id: str) -> None:
        group = condition_groups.read(self.work.content["rule"], self.sheet.columns)
        if group.kind != "all":
            group = Group("all", [group])
        group.parts.append(Line(column_id, str(Operator.ME)))
        self._store("rule", group)
        self.focus = "settings"

    def _group(self, place: str) -> tuple[str, Group, str]:
        name, _, path = place.partition("~")
        raw = self.work.condition(name, self.field)
        return name, condition_groups.read(raw, self.sheet.columns), path

    def _store(self, name: str, group: Group) -> None:
        self.work.set_condition(name, self.field, group)
