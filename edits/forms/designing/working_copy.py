"""A form while its designer changes it. The page sends the working copy with each request, so nothing is stored before
the designer presses Save.

The content is like the content of a Definition, but conditions can be unfinished, and required texts can be empty.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError

from edits.forms.conditions import InvalidCondition
from edits.forms.definition import MOST_FIELDS, Definition, FormField, InvalidDefinition
from edits.forms.designing import condition_groups
from edits.forms.designing.condition_groups import Group
from edits.forms.models import FormDefinition, check_slug
from edits.sheets.sheet import Column, Json

LARGEST = 2 * 2**20  # the most characters of a working copy
LISTS = {"states": "state", "options": "options", "not_allowed": "message"}
NEW_ITEMS: dict[str, dict[str, Json]] = {
    "states": {"state": "hidden", "when": {"all": []}},
    "options": {"options": [], "when": {"all": []}},
    "not_allowed": {"message": "", "when": {"all": []}},
}


class Unfinished(InvalidDefinition):
    """A part of the form isn't finished, so the form can't be saved. `panel` is the panel of that part."""

    def __init__(self, message: str, panel: str) -> None:
        super().__init__(message)
        self.panel = panel


@dataclass(slots=True)
class WorkingCopy:
    """The content, address and closing date of a form. `closes` is a local time such as 2026-12-24T17:00, or ""."""

    content: dict[str, Any]
    slug: str
    closes: str = ""
    time_zone: str = "UTC"

    @classmethod
    def of(cls, form: FormDefinition) -> Self:
        """Return a working copy of what is stored for the form."""
        there = form.closes_at_there
        closes = there.strftime("%Y-%m-%dT%H:%M") if there else ""
        return cls(_shaped(form.draft), form.slug, closes, form.time_zone)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse what `to_text` returned. Raises InvalidDefinition."""
        try:
            raw = json.loads(text) if len(text) <= LARGEST else None
        except (ValueError, RecursionError):
            raw = None
        if not isinstance(raw, dict) or not all(isinstance(raw.get(key), str) for key in ("slug", "closes", "zone")):
            raise InvalidDefinition("The page sent a form that can't be read.")
        return cls(_shaped(raw.get("content")), raw["slug"], raw["closes"], raw["zone"])

    def to_text(self) -> str:
        """Return the working copy as a text for a hidden input."""
        raw = {"content": self.content, "slug": self.slug, "closes": self.closes, "zone": self.time_zone}
        return json.dumps(raw, ensure_ascii=False)

    def definition(self) -> Definition:
        """Return the content to be stored. Raises Unfinished for the first part that isn't finished."""
        for panel, place, when in self._conditions():
            if reason := condition_groups.why_unfinished(when):
                raise Unfinished(f"{place}: the condition isn't finished. {reason}", panel)
        return Definition.parse(self.content)

    def sketch(self) -> Definition:
        """Return the content without unfinished parts, to show what the form looks like."""
        content = copy.deepcopy(self.content)
        if condition_groups.why_unfinished(content["rule"]):
            content["rule"] = None
        for field in content["fields"]:
            for name in LISTS:
                field[name] = [one for one in field[name] if not condition_groups.why_unfinished(one["when"])]
        try:
            return Definition.parse(content)
        except InvalidDefinition:  # too many comparisons; saving shows this error
            without = [{**field, **{name: [] for name in LISTS}} for field in content["fields"]]
            return Definition.parse({**content, "rule": None, "fields": without})

    def address(self) -> str:
        """Return the last part of the form's address. Raises Unfinished."""
        try:
            check_slug(self.slug)
        except ValidationError as error:
            raise Unfinished(" ".join(error.messages), "title") from None
        return self.slug

    def closes_at(self) -> datetime | None:
        """Return when the form closes, in UTC. Raises Unfinished."""
        try:
            zone = ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unfinished(f"“{self.time_zone}” isn't a time zone, such as Europe/Berlin.", "closing") from None
        if not self.closes:
            return None
        try:
            return datetime.strptime(self.closes, "%Y-%m-%dT%H:%M").replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unfinished(f"“{self.closes}” isn't a day and a time.", "closing") from None

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The fields, in JSON."""
        fields: list[dict[str, Any]] = self.content["fields"]
        return fields

    def field(self, column_id: str) -> dict[str, Any] | None:
        """The field of a column, in JSON."""
        return next((field for field in self.fields if field["column"] == column_id), None)

    def add_field(self, column: Column) -> None:
        """Add a field for this column as the form's last field. If the form already has a field for the column, do
        nothing.
        """
        if self.field(str(column.id)) is None and len(self.fields) < MOST_FIELDS:
            self.fields.append(FormField.of(column).to_json())

    def remove_field(self, column_id: str) -> None:
        self.content["fields"] = [field for field in self.fields if field["column"] != column_id]

    def move_field(self, column_id: str, by: int) -> int:
        """Move a field up (-1) or down (1). Return the field's new position. The first field has the position 1. Raises
        LookupError.
        """
        ids = [field["column"] for field in self.fields]
        if column_id not in ids:
            raise LookupError(column_id)
        old = ids.index(column_id)
        new = max(0, min(len(ids) - 1, old + by))
        self.fields.insert(new, self.fields.pop(old))
        return new + 1

    def rename_columns(self, columns: Sequence[Column]) -> None:
        """Give the fields the titles that their columns have now."""
        titles = {str(column.id): column.title for column in columns}
        for field in self.fields:
            field["title"] = titles.get(field["column"], field["title"])

    def condition(self, name: str, field: dict[str, Any] | None) -> Json:
        """Return the JSON of a condition. `name` is "rule", or it names an item of `field`, such as "states-0". Raises
        LookupError.
        """
        return self.content["rule"] if name == "rule" else _item(name, field)["when"]

    def set_condition(self, name: str, field: dict[str, Any] | None, group: Group) -> None:
        """Store a condition. Raises LookupError."""
        if name == "rule":
            self.content["rule"] = group.to_json() if group.parts else None
        else:
            _item(name, field)["when"] = group.to_json()

    def _conditions(self) -> Iterator[tuple[str, str, Json]]:
        """Yield three values for each condition: its panel, its place in words, and its JSON."""
        if self.content["rule"] is not None:
            yield "rows", "Rows", self.content["rule"]
        for field in self.fields:
            for name in LISTS:
                for one in field[name]:
                    yield field["column"], f"“{field['label'] or field['title']}”", one["when"]


def _item(name: str, field: dict[str, Any] | None) -> dict[str, Any]:
    kind, _, number = name.rpartition("-")
    if field is None or kind not in LISTS or not number.isdecimal():
        raise LookupError(name)
    item: dict[str, Any] = field[kind][int(number)]
    return item


def _list(raw: Json) -> list[Json]:
    return raw if isinstance(raw, list) else []


def _is_object(raw: Json) -> bool:
    return isinstance(raw, dict)


def _shaped(raw: Json) -> dict[str, Any]:
    """Return the content with the structure that a working copy needs. The result has the same keys as the result of
    Definition.to_json. Conditions in the result look like those that Group.to_json returns.

    Raises InvalidDefinition.
    """
    content = copy.deepcopy(raw) if isinstance(raw, dict) else {}
    rule, whens = content.pop("rule", None), []
    for field in filter(_is_object, _list(content.get("fields"))):
        for name in LISTS:
            for item in filter(_is_object, _list(field.get(name))):
                whens.append(item.get("when"))
                item["when"] = {"column": "1", "is": "empty"}
    shaped = Definition.parse(content).to_json()
    items = (item for field in shaped["fields"] for name in LISTS for item in field[name])
    try:
        shaped["rule"] = None if rule is None else condition_groups.read(rule).to_json()
        for item, when in zip(items, whens, strict=True):
            item["when"] = condition_groups.read(when).to_json()
    except InvalidCondition as error:
        raise InvalidDefinition(str(error)) from None
    return shaped
