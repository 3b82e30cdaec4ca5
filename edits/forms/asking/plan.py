"""Finds out who gets a request, and which rows each person is asked about. Nothing is stored or sent yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from edits.conf import settings
from edits.forms.asking.known_people import accounts_with
from edits.forms.asking.message import is_address
from edits.forms.asking.models import AskedRow
from edits.forms.definition import Definition
from edits.forms.designing.people_access import Shares
from edits.forms.filling.opening import is_in_audience
from edits.forms.filters import applying, require_applied
from edits.forms.row_rules import known_as, may
from edits.gateway.client import Gateway
from edits.sheets.held_values import contacts
from edits.sheets.people import CONTACT_COLUMNS
from edits.sheets.personal_columns import personal_columns
from edits.sheets.sheet import Column, Contact, Row, Sheet
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signin.admission import could_be_listed, is_listed

UNKNOWN_ADDRESS = (
    "This app doesn't know this address. The sheet isn't shared with this address, no contact column has it as an"
    " option, and nobody has signed in with it."
)
MOST_ROWS = 200
MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Choices:
    """The sheet's rows, with the columns that are needed to ask people. If `is_personal` is true, mails must not have
    the names of rows.
    """

    sheet: Sheet
    is_personal: bool

    @property
    def contact_columns(self) -> list[Column]:
        """The contact columns that Smartsheet doesn't fill in itself."""
        return [one for one in self.sheet.columns if one.type in CONTACT_COLUMNS and not one.system_type]

    def knows(self, email: str) -> bool:
        """Whether the address is an option of a contact column. Only admins of the sheet can add such an option."""
        options = (one.email for column in self.sheet.columns for one in column.contact_options)
        return email in {one.strip().lower() for one in options}

    def people_in(self, row: Row) -> list[str]:
        """The people in the contact columns of the row. Each person is shown by name, or by address if the name is
        unknown.
        """
        found = [contact for column in self.contact_columns for contact in contacts(row.cell(column))]
        return list(dict.fromkeys(contact.name or contact.email for contact in found))

    def asked(self, row: Row) -> AskedRow:
        """The row as a request stores it."""
        return AskedRow(row.id, row.number, "" if self.is_personal else self.sheet.label(row))


def read_choices(gateway: Gateway, *, region: str, sheet_id: int, definition: Definition) -> Choices:
    """Read the sheet's columns and rows with two calls. From each row, this function reads only the cells that are
    needed to ask people. Raises GatewayError.

    The rows are read with the asker's token. So if the form has a filter, the result has only those rows that the
    filter shows to the asker.
    """
    columns = [Column.parse(one) for one in gateway.columns(sheet_id)]
    is_wanted = definition.rule.column_ids if definition.rule else frozenset[int]()
    ids = [one.id for one in columns if one.is_primary or one.type in CONTACT_COLUMNS or one.id in is_wanted]
    with applying(lambda: gateway, sheet_id, definition.filter):
        sheet = Sheet.parse(gateway.sheet(sheet_id, column_ids=ids, filter_id=definition.filter_id))
    require_applied(sheet.rows, definition.filter)
    is_personal = sheet.primary is not None and sheet.primary.id in personal_columns(region=region, sheet_id=sheet_id)
    return Choices(sheet, is_personal)


@dataclass
class PlannedPerson:
    """A person who was chosen for a request, and the rows to ask them about. `left_out` has the rows that the form
    doesn't show to the person. `why_not` says why the person can't be asked at all; it is "" if they can.
    """

    email: str
    name: str = ""
    account: SmartsheetUser | None = None
    rows: list[AskedRow] = field(default_factory=list)
    left_out: list[AskedRow] = field(default_factory=list)
    why_not: str = ""

    @cached_property
    def known_as(self) -> frozenset[str]:
        """The addresses that the person is known by. The form's rule uses them."""
        known = known_as(self.account.as_profile()) if self.account else frozenset[str]()
        return known | {self.email}

    @property
    def shown_name(self) -> str:
        return f"{self.name} ({self.email})" if self.name and self.name != self.email else self.email

    def why_only_looking(self, shares: Shares) -> str:
        """Return why the person can't save changes with the form; "" if the sheet's shares give no reason."""
        share = shares.of(self.account.as_profile()) if self.account else shares.with_address(self.email)
        if share is None:
            is_certain = shares.is_known and not shares.has_groups
            return "The sheet isn’t shared with this person in Smartsheet." if is_certain else ""
        return "" if share.access.is_editor else f"In Smartsheet they {share.access.words}, but can’t change rows."

    @property
    def is_asked(self) -> bool:
        return bool(self.rows) and not self.why_not


@dataclass(frozen=True, slots=True)
class Plan:
    """The people who were chosen for a request. `without_person` has the rows that name no person with an address."""

    people: Sequence[PlannedPerson]
    without_person: Sequence[AskedRow]

    @property
    def asked(self) -> list[PlannedPerson]:
        return [one for one in self.people if one.is_asked]

    @property
    def row_count(self) -> int:
        """How many different rows people are asked about."""
        return len({row.id for one in self.asked for row in one.rows})


def plan(
    choices: Choices,
    rows: Iterable[Row],
    *,
    shares: Callable[[], Shares],
    definition: Definition,
    region: str,
    today: date,
    column: Column | None = None,
    addresses: Sequence[str] = (),
) -> Plan:
    """Find the people to ask about these rows.

    If `column` is given, each row's cell in this column names the people to ask. Otherwise `addresses` has the
    addresses of these people.

    `shares` returns the sheet's shares. It is called only if this app finds an address nowhere else.
    """
    people: dict[str, PlannedPerson] = {}
    without = []
    of_rows = [(row, _contacts(row, column, addresses)) for row in rows]
    accounts = accounts_with((_key(one) for _, found in of_rows for one in found), region=region)
    for row, found in of_rows:
        if not found:
            without.append(choices.asked(row))
        for contact in found:
            email = _key(contact)
            if email not in people:
                people[email] = _person(email, contact.name, accounts.get(email), region, definition)
            person = people[email]
            if not person.why_not and not (person.account or choices.knows(email) or is_known(email, region)):
                is_shared = shares().with_address(email) is not None
                person.why_not = "" if is_shared else UNKNOWN_ADDRESS
            is_theirs = _is_theirs(choices.sheet, row, person, definition, today)
            (person.rows if is_theirs else person.left_out).append(choices.asked(row))
    return Plan([*people.values()], without)


def is_known(email: str, region: str) -> bool:
    """True if ASK_ANYONE is on, or if the sign-in lists contain the address. An update request can then be sent to the
    address.
    """
    has_lists = settings.SIGN_IN_ACCOUNTS or settings.SIGN_IN_DOMAINS or settings.SIGN_IN_PEOPLE
    is_named = bool(has_lists) and is_listed(Profile(region=region, id=0, data={"email": email}))
    return bool(settings.ASK_ANYONE) or is_named


def _contacts(row: Row, column: Column | None, addresses: Sequence[str]) -> list[Contact]:
    """The contacts to ask about a row. Contacts without an address are left out."""
    found = contacts(row.cell(column)) if column else [Contact(email=one) for one in addresses]
    return [one for one in found if is_address(one.email)]


def _key(contact: Contact) -> str:
    return contact.email.strip().lower()  # not casefold(): domains with ß and with ss are different


def _person(
    email: str, name: str, account: SmartsheetUser | None, region: str, definition: Definition
) -> PlannedPerson:
    person = PlannedPerson(email, "" if "@" in name else name, account)
    profile = account.as_profile() if account else Profile(region=region, id=0, data={"email": email})
    if account and account.is_blocked:
        person.why_not = "An administrator has blocked this person from using this app."
    elif not (is_listed(profile) if account else could_be_listed(profile)):
        person.why_not = "This person can't sign in to this app."
    elif not is_in_audience(definition, profile):
        person.why_not = "The form isn't for this person: its designer chose who can open it, and didn't choose them."
    return person


def _is_theirs(sheet: Sheet, row: Row, person: PlannedPerson, definition: Definition, today: date) -> bool:
    """Whether the form shows the row to this person."""
    if definition.has_all_rows:
        return True
    return may(sheet, row, definition=definition, me=person.known_as, today=today)
