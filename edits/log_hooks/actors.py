"""Says how entries of the log name people. An entry has a person as its actor or its subject. The other parts of an
entry have only the person's number: the region and Smartsheet's id, such as com:4711.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from audit.recording import Actor, nobody
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile

USER = "user:"  # begins the text that identifies a Django user when events are counted


def actor_of_profile(profile: Profile) -> Actor:
    return Actor(id=profile.id, region=profile.region, name=profile.name, email=profile.email)


def actor_of(person: SmartsheetUser) -> Actor:
    return actor_of_profile(person.as_profile())


def actor_of_user(user: AbstractBaseUser) -> Actor:
    """Return the Django user as an actor. If the user has a Smartsheet account, the actor is that account. Otherwise
    the actor has the user's Django name and e-mail address.
    """
    person: SmartsheetUser | None = getattr(user, "smartsheet", None)
    email = getattr(user, user.get_email_field_name(), "")
    return actor_of(person) if person else Actor(id=0, region="", name=user.get_username(), email=email)


def who_of_user(user: AbstractBaseUser) -> str:
    """Return the text that identifies this Django user when refusals are counted."""
    return f"{USER}{user.pk}"


def actor_of_who(who: str) -> Actor:
    """Return the actor of an entry that has a count of events. `who` says whose events were counted. If `who` names a
    Django user, the actor is this user. Otherwise the actor is “someone not signed in”.
    """
    kind, is_user, key = who.partition(USER)
    user = get_user_model()._default_manager.filter(pk=key).first() if is_user and not kind else None
    return actor_of_user(user) if user else nobody()


def number_of(profile: Profile) -> str:
    return f"{profile.region}:{profile.id}"


def subject_of(row: SmartsheetUser | AppToken | AbstractBaseUser) -> str:
    return f"{row._meta.label_lower}/{row.pk}"
