"""The state of a sandbox: people, apps, tokens, sheets. It is in memory, and state_file.py can save it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sandbox.clock import now
from sandbox.model.access import Access
from sandbox.model.event_bus import Event, ReportedEvent
from sandbox.model.sheet import Sheet
from sandbox.model.webhook import Webhook

Json = Any
Thing = TypeVar("Thing")

# https://developers.smartsheet.com/api/smartsheet/openapi/events: system user ids
CELL_LINK_USER = 3377704922834820
AUTOMATION_USER = 3940654876256132
FORM_USER = 7881304550205316
SYSTEM_USERS = {
    CELL_LINK_USER: {"name": "Cell Link Update", "email": "noreply@example.com"},
    AUTOMATION_USER: {"name": "Smartsheet Automation", "email": "automation@smartsheet.com"},
    FORM_USER: {"name": "Smartsheet Forms", "email": "web-form@smartsheet.com"},
}


def by_id(things: Mapping[int, Thing], wanted: object) -> Thing | None:
    """Return the object with the id that a request names; None if there is none. The id can be of any JSON type."""
    return things.get(wanted) if isinstance(wanted, int) else None


@dataclass(slots=True)
class Person:
    """A person with an account. `profile` is what GET /users/{userId} shows to a system admin."""

    id: int
    profile: dict[str, Json]
    about: str = ""
    status: str = "ACTIVE"
    region: str = "com"

    @property
    def email(self) -> str:
        """The primary address."""
        return str(self.profile["email"])

    @property
    def name(self) -> str:
        """The first and last name, or the address if the person has neither name."""
        names = (self.profile.get("firstName"), self.profile.get("lastName"))
        return " ".join(str(name) for name in names if name) or self.email

    @property
    def is_admin(self) -> bool:
        """Whether the person is a system admin of the organisation."""
        return bool(self.profile.get("admin"))

    @property
    def is_active(self) -> bool:
        """Whether the person can sign in. Invited people can sign in too. Signing in accepts the invitation."""
        return self.status != "DEACTIVATED"

    @property
    def personal_token(self) -> str:
        """The person's personal access token. It is the same at every start, but differs between regions."""
        where = "" if self.region == "com" else f" in {self.region}"
        return hashlib.sha256(f"practice token of {self.id}{where}".encode()).hexdigest()[:37]

    def mini(self) -> dict[str, Json]:
        """Return the MiniUser that describes this person, for example in a row's createdBy. A MiniUser has no id."""
        return {"name": self.name, "email": self.email}


@dataclass(slots=True)
class App:
    """A client registered in Developer Tools."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str
    name: str


@dataclass(slots=True)
class Grant:
    """An authorization code. It can be used only once, and only for a short time."""

    code: str = field(repr=False)
    client_id: str
    person_id: int
    scopes: list[str]
    expires_at: datetime
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access token and its refresh token. A personal token has no client, no refresh token, and all scopes."""

    access: str = field(repr=False)
    person_id: int
    client_id: str | None = None
    refresh: str | None = field(default=None, repr=False)
    scopes: list[str] | None = None
    expires_at: datetime | None = None
    replaced: bool = False
    revoked: bool = False

    @property
    def is_dead(self) -> bool:
        """Whether the token was replaced or revoked."""
        return self.replaced or self.revoked


@dataclass(slots=True)
class Folder:
    """A folder. `container_id` is the id of the folder or workspace that it is in; None for Home."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    container_id: int | None = None


@dataclass(slots=True)
class Workspace:
    """A workspace. `shares` has the access of each person or group that it is shared with, without the owner."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    shares: dict[int, Access] = field(default_factory=dict)
    share_times: ShareTimes = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group. What is shared with the group is shared with each of its members."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    description: str = ""
    member_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """A report: the ids of its sheets, and the titles of its columns. The primary column's title comes first."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    sheet_ids: list[int]
    titles: list[str]
    shares: dict[int, Access] = field(default_factory=dict)
    share_times: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def access_of(self, person_id: int) -> Access | None:
        """Return a person's access to the report; None if they can't see it."""
        return Access.OWNER if person_id == self.owner_id else self.shares.get(person_id)


@dataclass(slots=True)
class Sight:
    """A dashboard. dashboard.py explains the `widgets`. `publish` has the publish settings."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    widgets: list[dict[str, Json]] = field(default_factory=list)
    shares: dict[int, Access] = field(default_factory=dict)
    share_times: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    container_id: int | None = None
    publish: dict[str, Json] = field(default_factory=dict)

    def access_of(self, person_id: int) -> Access | None:
        """Return a person's access to the dashboard; None if they can't see it."""
        return Access.OWNER if person_id == self.owner_id else self.shares.get(person_id)


@dataclass(frozen=True, slots=True)
class Favorite:
    """An item that a person has marked: its type, such as `sheet`, and its id."""

    type: str
    object_id: int


@dataclass(slots=True)
class State:
    """All data of one sandbox. `sources` maps the id of a copy to the object that it was made from."""

    region: str = "com"
    people: dict[int, Person] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    sheets: dict[int, Sheet] = field(default_factory=dict)
    folders: dict[int, Folder] = field(default_factory=dict)
    workspaces: dict[int, Workspace] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    reported_events: list[ReportedEvent] = field(default_factory=list)
    reports_by_id: dict[int, Report] = field(default_factory=dict)
    sights: dict[int, Sight] = field(default_factory=dict)
    favorites: dict[int, list[Favorite]] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    sources: dict[int, dict[str, Json]] = field(default_factory=dict)
    ids_given: int = 0
    _news: list[Event] = field(default_factory=list, repr=False, compare=False)
    _files: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def files(self) -> dict[str, bytes]:
        """The contents of attached files by digest. They are saved next to the state file, not in it."""
        return self._files

    def announce(self, event: Event) -> None:
        """Store an event, which is published at the end of the request."""
        self._news.append(event)

    def take_news(self) -> list[Event]:
        """Return the events that were announced since the last call."""
        news, self._news = self._news, []
        return news

    def new_id(self) -> int:
        """Return the next id of a fixed series. The ids have 16 digits, look random, and are small enough for
        JavaScript's numbers.
        """
        self.ids_given += 1
        return 10**15 + self.ids_given * 6_364_136_223_846_793_007 % (8 * 10**15)

    def person_by_email(self, email: str) -> Person | None:
        """Return the person with this address, ignoring case; None if there is none."""
        wanted = email.casefold()
        return next((person for person in self.people.values() if person.email.casefold() == wanted), None)

    def sheets_of(self, person_id: int) -> list[Sheet]:
        """Return the sheets that a person can see, sorted by name."""
        seen = (sheet for sheet in self.sheets.values() if sheet.access_of(person_id))
        return sorted(seen, key=lambda sheet: (sheet.name.casefold(), sheet.id))

    def members(self, holder_id: int) -> list[int]:
        """Return the ids of a group's members. For the id of a person, return only this id."""
        group = self.groups.get(holder_id)
        return group.member_ids if group else [holder_id]

    def container(self, container_id: int | None) -> Folder | Workspace | None:
        """Return the folder or workspace with this id; None for Home and for unknown ids."""
        if container_id is None:
            return None
        return self.folders.get(container_id) or self.workspaces.get(container_id)

    def mini_user(self, person_id: int) -> dict[str, Json]:
        """Return the MiniUser object (name and address) of a person or system user."""
        person = self.people.get(person_id)
        return person.mini() if person else dict(SYSTEM_USERS[person_id])

    def grant(self, *, app: App, person_id: int, scopes: list[str], seconds: int) -> Grant:
        """Return a new authorization code, which is valid for this many seconds."""
        expires_at = now() + timedelta(seconds=seconds)
        grant = Grant(secrets.token_hex(10), app.client_id, person_id, scopes, expires_at)
        self.grants[grant.code] = grant
        return grant

    def issue(self, *, client_id: str, person_id: int, scopes: list[str], seconds: int) -> Token:
        """Return a new access token with a refresh token. The access token is valid for this many seconds."""
        token = Token(
            secrets.token_hex(18) + "a",
            person_id,
            client_id=client_id,
            refresh=secrets.token_hex(18) + "b",
            scopes=scopes,
            expires_at=now() + timedelta(seconds=seconds),
        )
        self.tokens[token.access] = token
        return token

    def token_by_refresh(self, refresh: str) -> Token | None:
        """Return the token with this refresh token, even if it was replaced or revoked; None if there is none."""
        return next((token for token in self.tokens.values() if token.refresh == refresh), None)


ShareTimes = dict[int, tuple[datetime, datetime]]
