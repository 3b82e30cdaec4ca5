"""Who does something here, as the log names them."""

from django.contrib.auth.models import User

from audit.recording import Actor


def actor_of(user: User) -> Actor:
    """By the number of the account, which stays, with the names of today."""
    return Actor(id=user.pk, region="", name=user.get_full_name() or user.get_username(), email=user.email)
