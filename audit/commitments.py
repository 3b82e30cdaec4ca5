"""Commitments. In the chain, they take the place of people's names, and of values that are marked as personal.

A commitment is the HMAC-SHA256 of a text with a random salt. Text and salt are stored in PersonalText, where they can
be blanked. Once the salt is gone, no one can find out the text from its commitment, not even by trying all names. The
chain can be verified without the salt.
"""

import json
import secrets
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from django.db import transaction

from audit.models import Names, PersonalText
from audit.proof.commitment_bytes import SALT, commit

MEMORY = 60.0  # for this many seconds, a process caches a person's commitment, even if the names are erased meanwhile


class Committed(NamedTuple):
    """A text and its commitment. The fields are columns of PersonalText."""

    commitment: str
    salt: str
    text: str
    kind: str
    region: str
    person_id: int | None
    email: str


_known: dict[tuple[str, int, Names], tuple[Committed, float]] = {}
_stored_until: dict[str, float] = {}  # until when the row of an actor's commitment is assumed to be stored


def of_actor(*, region: str, person_id: int, names: Names) -> Committed:
    """The commitment to a person's current names. A new commitment is made if the names have changed, or if they were
    erased.
    """
    key = (region, person_id, names)
    committed, until = _known.get(key, (None, 0.0))
    if committed is None or until < monotonic():
        text = json.dumps(names, ensure_ascii=False, separators=(",", ":"))
        committed = _stored(region, person_id, text) or _new(
            text, PersonalText.Kind.ACTOR, region=region, person_id=person_id, email=names.email
        )
        _known[key] = committed, monotonic() + MEMORY
    return committed


def of_value(text: str, *, region: str = "", person_id: int | None = None, email: str = "") -> Committed:
    """A new commitment to a value's canonical JSON. The other arguments say which person the value is about. If this
    person's data is erased, the value is erased too.
    """
    return _new(text, PersonalText.Kind.VALUE, region=region, person_id=person_id, email=email)


def to_store(committed: Sequence[Committed]) -> list[Committed]:
    """Return the given commitments that may have no row in the table PersonalText yet. The caller must write their rows
    together with the entries that refer to them. Commitments whose rows this process has written recently are left out.
    """
    return [one for one in committed if _stored_until.get(one.commitment, 0.0) < monotonic()]


def have_stored(committed: Sequence[Committed]) -> None:
    """Remember that these commitments have a row in the table PersonalText. This takes effect when the current
    transaction is committed. Only commitments to the names of actors are remembered, not commitments to values.
    """
    people = [one.commitment for one in committed if one.kind == PersonalText.Kind.ACTOR]
    if people:
        transaction.on_commit(lambda: _stored_until.update(dict.fromkeys(people, monotonic() + MEMORY)))


def forget(**_kwargs: object) -> None:
    """Clear this process's cache of commitments. Call this after erasing, and after tables were emptied or created
    again.
    """
    _known.clear()
    _stored_until.clear()


def _stored(region: str, person_id: int, text: str) -> Committed | None:
    of_person = PersonalText.objects.actors().clear().filter(region=region, person_id=person_id, text=text)
    found = of_person.values_list(*Committed._fields).first()
    return Committed(*found) if found else None


def _new(text: str, kind: str, *, region: str, person_id: int | None, email: str) -> Committed:
    salt = secrets.token_hex(SALT)
    return Committed(commit(salt=salt, text=text), salt, text, kind, region, person_id, email)
