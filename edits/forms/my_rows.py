"""Lists a person's rows in a sheet: the rows for which the rule of a form holds for this person.

The app reads only the needed columns of the sheet, with the person's own token. Django's cache keeps the result for a
minute, for this person and this search only. After a save, `forget` makes the app read the sheet again for the next
list. If all processes share a cache (CACHE_URL), `forget` works for all of them. Otherwise `forget` works only for the
process that calls it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

import orjson
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from edits.forms.condition_values import fold
from edits.forms.conditions import Condition
from edits.forms.definition import ChosenFilter
from edits.forms.row_rules import known_as, today_of
from edits.forms.row_search import FoundRow, FoundRows, RowSearch, find_rows
from edits.gateway import answers
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import SignInAgain
from edits.sheets.optional_cache import cache
from edits.sheets.sheet import Access, parse_time
from edits.widgets.last_changes import own_last_changes
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.profiles.readers import reader_of

FRESH = 60  # seconds that a list is kept
REMEMBERED = 600  # seconds that a save is remembered; longer than any list is kept or read
PRIMARY_KNOWN = 86_400  # seconds that the id of a sheet's primary column is kept
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class MyRow:
    """A row of the list. `texts` has the texts of the row's cells in the shown columns, in the order of these columns.
    `needs_me` says that the person has something to do in the row. `changed_at` (UTC) is when the person last changed
    the row with this app. Only rows of a RowPage have `changed_at`.
    """

    id: int
    number: int
    label: str
    texts: tuple[str, ...]
    needs_me: bool
    modified_at: datetime | None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of the list. The first page has the number 1."""

    rows: tuple[MyRow, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is in the list. The first row has the position 1. `previous` and `next` are the ids of the rows
    before and after this row.
    """

    position: int
    count: int
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class MyRows:
    """The rows that belong to a person. Rows in which the person has something to do come first. Apart from that, the
    rows have the order of the sheet.

    `columns` has the ids and titles of the shown columns. `missing` has the ids of columns that the search needs and
    the sheet doesn't have any more. If the rule needs one of the missing columns, there are no rows.
    """

    person: Profile
    sheet_id: int
    sheet_name: str
    access: Access
    columns: tuple[tuple[int, str], ...]
    missing: frozenset[int]
    found: Sequence[FoundRow]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.found)

    @property
    def needing_count(self) -> int:
        """The number of rows in which the person has something to do."""
        return sum(needs for *_, needs, _texts in self.found)

    def search(self, text: str) -> MyRows:
        """Return the rows that have each word of the text in their label or in a shown cell. Case doesn't matter."""
        words = fold(text).split()
        if not words:
            return self
        return replace(self, found=[row for row in self.found if _has_words(row, words)])

    def only(self, row_ids: Collection[int]) -> MyRows:
        """Return a list with only the rows that have one of these ids."""
        return replace(self, found=[row for row in self.found if row[0] in row_ids])

    def page(self, number: int, *, size: int = PER_PAGE) -> RowPage:
        """Return a page, or the nearest page that exists. One database query finds when the person last changed each
        row of the page.
        """
        pages = max(1, -(-len(self.found) // size))
        number = min(max(number, 1), pages)
        shown = self.found[(number - 1) * size : number * size]
        changed = own_last_changes(
            region=self.person.region,
            person_id=self.person.id,
            sheet_id=self.sheet_id,
            row_ids=[row_id for row_id, *_ in shown],
        )
        return RowPage(tuple(_my_row(row, changed.get(row[0])) for row in shown), number, pages)

    def place(self, row_id: int) -> Place | None:
        """Return where a row is in the list; None if it isn't there."""
        ids = [one for one, *_ in self.found]
        if row_id not in ids:
            return None
        index = ids.index(row_id)
        following = ids[index + 1] if index + 1 < len(ids) else None
        return Place(index + 1, len(ids), ids[index - 1] if index else None, following)


def my_rows(
    user: AbstractBaseUser | AnonymousUser,
    sheet_id: int,
    *,
    condition: Condition | None,
    shown_column_ids: Sequence[int],
    needs: Condition | None = None,
    asked_row_ids: Collection[int] = (),
    primary_column_id: int | None = None,
    chosen_filter: ChosenFilter | None = None,
) -> MyRows:
    """Return the rows for which the condition holds for this person, or all rows if `condition` is None. With
    `chosen_filter`, leave out rows that this filter doesn't show to the person.

    Rows in which the person has something to do come first. These are the rows for which the condition `needs` holds,
    such as "a required cell is empty". The rows in `asked_row_ids` also count, because someone has asked the person to
    update them. If `primary_column_id` isn't given, the app reads it from Smartsheet, at most once a day.

    Raises GatewayError if Smartsheet didn't return the sheet.
    """
    person = _person(user)
    search = RowSearch(sheet_id, condition, tuple(shown_column_ids), needs, chosen_filter)
    today = today_of(person)
    kept = _Kept(person, search, today)
    found = kept.get()
    if found is None:
        gateway = gateway_for(user)
        primary_id = primary_column_id or _primary_id(gateway, person, sheet_id)
        reader = reader_of(person)
        found = find_rows(gateway, search, primary_id=primary_id, me=known_as(person), today=today, reader=reader)
        kept.set(found)
    asked = frozenset(asked_row_ids)
    rows = [(*row[:4], row[4] or row[0] in asked, row[5]) for row in found["rows"]] if asked else found["rows"]
    return MyRows(
        person=person,
        sheet_id=sheet_id,
        sheet_name=found["name"],
        access=Access.parse(found["access"]),
        columns=tuple((column_id, title) for column_id, title in found["columns"]),
        missing=frozenset(found["missing"]),
        found=sorted(rows, key=lambda row: not row[4]),
    )


def forget(person: Profile, sheet_id: int) -> None:
    """Make this app read the sheet again before it next lists the person's rows. Call this function each time the
    person has saved something in the sheet.
    """
    cache.set(_saved_key(person, sheet_id), uuid4().hex, REMEMBERED)


class _Kept:
    """The cached result of one search for one person's rows. The result isn't used if the person has saved something in
    the sheet since the search began.
    """

    def __init__(self, person: Profile, search: RowSearch, today: date) -> None:
        digest = search.digest(today=today, locale=repr(reader_of(person)))
        self._key = f"my_rows:{person.region}:{person.id}:{search.sheet_id}:{digest}"
        self._saved_key = _saved_key(person, search.sheet_id)
        self._saved = cache.get(self._saved_key)

    def get(self) -> FoundRows | None:
        kept = cache.get(self._key)
        if not isinstance(kept, tuple) or kept[0] != self._saved:
            return None
        found: FoundRows = orjson.loads(zlib.decompress(kept[1]))
        return found

    def set(self, found: FoundRows) -> None:
        cache.set(self._key, (self._saved, zlib.compress(orjson.dumps(found), 1)), FRESH)


def _saved_key(person: Profile, sheet_id: int) -> str:
    return f"my_rows:{person.region}:{person.id}:{sheet_id}:saved"


def _person(user: AbstractBaseUser | AnonymousUser) -> Profile:
    person = SmartsheetUser.objects.filter(user=user.pk).first()
    if person is None:
        raise SignInAgain(answers.SIGN_IN_AGAIN)
    return person.as_profile()


def _primary_id(gateway: Gateway, person: Profile, sheet_id: int) -> int | None:
    """The id of the sheet's primary column, from the cache or from Smartsheet."""
    key = f"primary_column:{person.region}:{sheet_id}"
    known: int | None = cache.get(key)
    if known is None:
        known = next((column["id"] for column in gateway.columns(sheet_id) if column.get("primary")), None)
        cache.set(key, known, PRIMARY_KNOWN)
    return known


def _has_words(row: FoundRow, words: Sequence[str]) -> bool:
    _id, _number, label, _modified, _needs, texts = row
    text = fold("\n".join([label, *texts]))
    return all(word in text for word in words)


def _my_row(row: FoundRow, changed_at: datetime | None) -> MyRow:
    row_id, number, label, modified, needs, texts = row
    return MyRow(row_id, number, label, tuple(texts), needs, parse_time(modified), changed_at)
