"""Makes the actor of an entry from a user of this project."""

from django.contrib.auth.models import User

from audit.recording import Actor


def actor_of(user: User) -> Actor:
    """Return this user as an actor: the account's id, which never changes, and the account's present name and
    address.
    """
    return Actor(id=user.pk, region="", name=user.get_full_name() or user.get_username(), email=user.email)
