"""A profile for people to read: every field that Smartsheet gave, in groups and in words.

https://developers.smartsheet.com/api/smartsheet/openapi/users/get-current-user
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GROUPS: dict[str, tuple[str, ...]] = {
    "Name and contact": ("firstName", "lastName", "email", "alternateEmails", "workPhone", "mobilePhone"),
    "Account": ("id", "account", "lastLogin", "customWelcomeScreenViewed", "sheetCount", "profileImage"),
    "Work": ("title", "role", "department", "company"),
    "Language and time": ("locale", "timeZone"),
    "Rights in Smartsheet": (
        "admin",
        "groupAdmin",
        "licensedSheetCreator",
        "resourceViewer",
        "jiraAdmin",
        "salesforceAdmin",
        "salesforceUser",
    ),
}
OTHER = "More that Smartsheet says"  # a field that it may add one day
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
NAMING = {"name", "email"}  # parts that say what the object is: they go by its label
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Field:
    """One line. `value` is text; empty where Smartsheet gave nothing, and where it is a `moment` (UTC)."""

    label: str
    value: str
    is_code: bool = False
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    fields: list[Field]


def grouped(data: Mapping[str, Any]) -> list[Group]:
    """All fields of the profile's JSON; those that it lacks are left out, and so are empty groups."""
    named = {key for keys in GROUPS.values() for key in keys}
    keys_of = GROUPS | {OTHER: tuple(sorted(set(data) - named))}
    groups = [
        Group(title, [field for key in keys if key in data for field in _fields(_label(key), key, data[key])])
        for title, keys in keys_of.items()
    ]
    return [group for group in groups if group.fields]


def _fields(label: str, key: str, value: Any) -> Iterator[Field]:
    """One field, or for an object or a list one for each of its parts."""
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
    except ValueError:  # the 31st of February
        return None
