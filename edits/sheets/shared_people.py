"""Finds the people that a sheet is shared with, so that they can be entered by name. The row form asks for these people
when someone moves to a field for a person. The people are cached for a while. If they aren't in the cache when someone
saves a form with a name, the app asks Smartsheet for them again. The form also works without them.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from edits.gateway import operations
from edits.gateway.client import Gateway
from edits.gateway.errors import GatewayError
from edits.sheets.optional_cache import cache
from edits.sheets.sheet import Contact

KEPT = 600  # seconds that the people are cached


class SharedPeople(NamedTuple):
    """The people who have a name and an address, ordered by name. `are_all` is false if a sheet is shared so widely
    that the app asked Smartsheet for only some of these people.
    """

    people: tuple[Contact, ...] = ()
    are_all: bool = True


def known(user: AbstractBaseUser | AnonymousUser, sheet_id: int) -> tuple[Contact, ...]:
    """Return the people that the sheet is shared with, if they are in the cache for this user. Otherwise return an
    empty tuple.
    """
    found: SharedPeople = cache.get(_key(user, sheet_id), SharedPeople())
    return found.people


def ask(gateway: Gateway, user: AbstractBaseUser | AnonymousUser, sheet_id: int) -> SharedPeople:
    """Return the people that the sheet is shared with. If they aren't in the cache, ask Smartsheet. Raises
    GatewayError.
    """
    found: SharedPeople | None = cache.get(_key(user, sheet_id))
    if found is None:
        shares = gateway.shares(sheet_id)
        named = (one for one in map(Contact.parse, shares) if one.name and "@" in one.email)
        people = {one.email.lower(): one for one in named}
        by_name = sorted(people.values(), key=lambda one: (one.name.casefold(), one.email))
        found = SharedPeople(tuple(by_name), are_all=len(shares) < operations.MOST_SHARES)
        cache.set(_key(user, sheet_id), found, KEPT)
    return found


def ask_if_possible(gateway: Gateway, user: AbstractBaseUser | AnonymousUser, sheet_id: int) -> tuple[Contact, ...]:
    """Return the people that the sheet is shared with, like `ask`. If Smartsheet doesn't answer soon, return an empty
    tuple, so that there is time left for saving.
    """
    try:
        with gateway.before_write():
            return ask(gateway, user, sheet_id).people
    except GatewayError:
        return ()


def _key(user: AbstractBaseUser | AnonymousUser, sheet_id: int) -> str:
    return f"shared_people.2:{user.pk}:{sheet_id}"
