"""Formats a profile for its owner: the well-known fields in groups, and all fields that Smartsheet sent.

https://developers.smartsheet.com/api/smartsheet/openapi/users/get-current-user
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GROUPS: dict[str, tuple[str, ...]] = {
    "Name and contact": ("firstName", "lastName", "email", "alternateEmails", "workPhone", "mobilePhone"),
    "Work": ("account", "title", "role", "department", "company"),
    "Language and time": ("locale", "timeZone"),
    "Rights in Smartsheet": ("admin", "groupAdmin", "licensedSheetCreator"),
}
WORDS = {
    "id": "Smartsheet id",
    "email": "E-mail",
    "alternateEmails": "Other e-mail",
    "account": "Organisation",
    "admin": "System administrator",
    "groupAdmin": "Group administrator",
    "licensedSheetCreator": "May create sheets",
    "jiraAdmin": "Jira administrator",
    "salesforceAdmin": "Salesforce administrator",
    "profileImage": "Picture",
    "customWelcomeScreenViewed": "Welcome screen seen",
}
NAMING = ("name", "email")  # the fields that name an object; their values are shown with the label of the object
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Field:
    """A label with a value. The value is the text `value` ("" if Smartsheet sent nothing), or the time `moment`."""

    label: str
    value: str
    is_code: bool = False
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    fields: list[Field]


def grouped(data: Mapping[str, Any]) -> list[Group]:
    """Return the well-known fields of the profile's JSON in groups. Empty fields are left out. If a field is an object,
    the object's name is shown.
    """
    groups = [
        Group(title, [Field(_label(key), text) for key in keys for text in _names(data.get(key))])
        for title, keys in GROUPS.items()
    ]
    return [group for group in groups if group.fields]


def everything(data: Mapping[str, Any]) -> list[Field]:
    """Return all fields of the profile's JSON. Each part of an object or a list is a field of its own."""
    return [field for key in data for field in _fields(_label(key), key, data[key])]


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        yield from _names(next((value[part] for part in NAMING if value.get(part)), None))
    elif text := _text(value):
        yield text


def _fields(label: str, key: str, value: Any) -> Iterator[Field]:
    """Yield this field, or, if its value is an object or a list, a field for each part of the value."""
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _fields(f"{label} {number}" if len(value) > 1 else label, key, item)
    elif isinstance(value, dict):
        for part in sorted(value, key=lambda part: part not in NAMING):
            part_label = label if part in NAMING else f"{label}, {_plain(part)}"
            yield from _fields(part_label, part, value[part])
    else:
        moment = _moment(value)
        text = "" if moment else _text(value)
        yield Field(label, text, is_code=key == "id" or key.endswith("Id"), moment=moment)


def _label(key: str) -> str:
    return WORDS.get(key) or _plain(key).capitalize()


def _plain(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and MOMENT.fullmatch(value) else None
    except ValueError:  # no such day, such as 31 February
        return None
