"""Has the audit log hear what happens to people and their tokens: every event is an entry, and none holds a secret.

A sign-in that cannot be recorded does not happen. What has happened already, or was refused, is recorded as well as
can be: what goes wrong then is in the log of the program.

Names and e-mail addresses stand in an entry's actor alone, where they can be erased; elsewhere people are numbers.
"""

from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver

from audit.recording import Actor, Change, NotRecorded, nobody, note
from audit.vocabulary import Action, Origin, Phase
from identity import signals
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signin.failures import Failure


@receiver(signals.signing_in)
def note_sign_in(person: SmartsheetUser, **_more: object) -> None:
    """In the transaction that keeps the token. Raises CannotRecord."""
    try:
        note(actor=actor_of(person), action=Action.SIGN_IN, subject=subject_of(person))
    except NotRecorded as error:
        raise signals.CannotRecord from error


@receiver(signals.sign_in_refused)
def note_refusal(
    failure: Failure, region: str, profile: Profile | None, error: Exception | None, **_more: object
) -> None:
    note(
        actor=actor_of_profile(profile) if profile else nobody(region),
        action=Action.SIGN_IN,
        phase=Phase.FAILED if failure.status >= 500 else Phase.REFUSED,
        reason=failure.title,
        message=f"{failure.code}: {error}" if error else failure.code,
        error_code=getattr(error, "error_code", None),
        ref_id=getattr(error, "ref_id", ""),
    )


@receiver(signals.signed_out)
def note_sign_out(person: SmartsheetUser, **_more: object) -> None:
    note(actor=actor_of(person), action=Action.SIGN_OUT, subject=subject_of(person))


@receiver(signals.session_ended)
def note_session_end(person: SmartsheetUser, why: str, **_more: object) -> None:
    note(actor=actor_of(person), action=Action.SESSION_END, subject=subject_of(person), reason=why)


@receiver(signals.token_refreshed)
def note_refresh(person: SmartsheetUser, **_more: object) -> None:
    """Kept, but not shown unless asked for: it happens by itself, every few days for everybody."""
    note(actor=actor_of(person), action=Action.REFRESH, subject=subject_of(person), is_head=False)


@receiver(signals.token_lost)
def note_lost_token(person: SmartsheetUser, why: str, **_more: object) -> None:
    note(
        actor=actor_of(person),
        action=Action.REFRESH,
        phase=Phase.REFUSED,
        subject=subject_of(person),
        reason="Smartsheet takes the token no more: the person has to sign in again.",
        message=why,
    )


@receiver(signals.token_revoked)
def note_revocation(profile: Profile, is_confirmed: bool, why: str, **_more: object) -> None:
    note(
        actor=actor_of_profile(profile),
        action=Action.REVOKE,
        phase=Phase.DONE if is_confirmed else Phase.FAILED,
        reason=why,
        message="" if is_confirmed else "Smartsheet has not confirmed that the token has ended.",
    )


@receiver(signals.disconnected)
def note_disconnect(person: SmartsheetUser, **_more: object) -> None:
    note(actor=actor_of(person), action=Action.DISCONNECT, subject=subject_of(person))


@receiver(signals.activation_changed)
def note_activation(person: SmartsheetUser, is_active: bool, by: AbstractBaseUser, **_more: object) -> None:
    """In the transaction of the change. Raises CannotRecord."""
    change = Change(None, f"{person.region}:{person.smartsheet_id}", None, "may sign in", not is_active, is_active)
    try:
        note(
            actor=actor_of_user(by),
            action=Action.RECORD,
            origin=Origin.ADMIN,
            subject=subject_of(person),
            changes=[change],
        )
    except NotRecorded as error:
        raise signals.CannotRecord from error


def actor_of_profile(profile: Profile) -> Actor:
    return Actor(id=profile.id, region=profile.region, name=profile.name, email=profile.email)


def actor_of(person: SmartsheetUser) -> Actor:
    return actor_of_profile(person.as_profile())


def actor_of_user(user: AbstractBaseUser) -> Actor:
    """A Django user: the person that they are, or somebody of the admin with a name alone."""
    person: SmartsheetUser | None = getattr(user, "smartsheet", None)
    email = getattr(user, user.get_email_field_name(), "")
    return actor_of(person) if person else Actor(id=0, region="", name=user.get_username(), email=email)


def subject_of(row: SmartsheetUser | AbstractBaseUser) -> str:
    return f"{row._meta.label_lower}/{row.pk}"
