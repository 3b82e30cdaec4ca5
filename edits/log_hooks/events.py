"""Records sign-in and token events in the log. No entry contains a secret.

A sign-in that can't be recorded doesn't happen. Refusals, and events that have already happened, are recorded if
possible. If such an event can't be recorded, the program's own log has the error.

An entry has a person's name and e-mail address only in its actor, because the log can erase them there. Other parts of
an entry have the person's number.
"""

from datetime import UTC
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver

from audit.recording import Change, NotRecorded, nobody, note
from audit.vocabulary import LOST_APP_TOKEN, WAS_DISCONNECTED, WAS_REVOKED, WAS_SIGNED_OUT, Action, Origin, Phase
from edits.log_hooks.actors import actor_of, actor_of_profile, actor_of_user, number_of, subject_of, who_of_user
from edits.log_hooks.refusals import Counted, note_or_count
from identity import signals
from identity.apptokens.models import AppToken
from identity.apptokens.models import Ending as TokenEnding
from identity.models import SmartsheetUser
from identity.profiles.account import DISCONNECTED
from identity.profiles.profile import Profile
from identity.sessions.models import Ending as SessionEnding
from identity.signin.admission import NOT_LET_IN
from identity.signin.failures import Failure

# A session or an app token that ended for one of these reasons was ended by the person themselves.
BY_THEMSELVES = frozenset(
    str(ending.label)
    for ending in (
        SessionEnding.ELSEWHERE,
        SessionEnding.DISCONNECTED,
        TokenEnding.REVOKED,
        TokenEnding.DISCONNECTED,
    )
)


@receiver(signals.signing_in)
def note_sign_in(person: SmartsheetUser, **_more: object) -> None:
    """Record a sign-in, in the transaction that stores the token. Raises CannotRecord if the log can't be written."""
    try:
        note(actor=actor_of(person), action=Action.SIGN_IN, subject=subject_of(person))
    except NotRecorded as error:
        raise signals.CannotRecord from error


@receiver(signals.connecting)
def note_connection(person: SmartsheetUser, **_more: object) -> None:
    """Record that a Django user connected their Smartsheet account, in the transaction that stores the token. The
    entry's subject is the Django user. Raises CannotRecord if the log can't be written.
    """
    try:
        note(actor=actor_of(person), action=Action.CONNECT, subject=subject_of(person.user))
    except NotRecorded as error:
        raise signals.CannotRecord from error


@receiver(signals.sign_in_refused)
def note_refusal(
    failure: Failure,
    region: str,
    profile: Profile | None,
    error: Exception | None,
    user: AbstractBaseUser | None,
    **_more: object,
) -> None:
    """Record a refused sign-in or connection. At most one entry per minute is written for each person, or for each IP
    address if the person isn't known. Further refusals are only counted.

    The actor of a refused connection is the Django user. The Smartsheet account that this user chose can belong to
    someone else on this site, and the log must not blame that person. So the entry has only the account's number.
    """
    if user:
        kind, who, actor, subject = Counted.CONNECT, who_of_user(user), actor_of_user(user), subject_of(user)
    else:
        actor = actor_of_profile(profile) if profile else nobody(region)
        kind, who, subject = Counted.SIGN_IN, number_of(profile) if profile else "", ""
    note_or_count(
        kind,
        who=who,
        actor=actor,
        subject=subject,
        label=f"account {number_of(profile)}" if user and profile else "",
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
    """Record that a session ended without a sign-out. If the person didn't end the session themselves, for example
    because an administrator blocked them, the entry says that the person was signed out.
    """
    message = "" if why in BY_THEMSELVES else WAS_SIGNED_OUT
    note(actor=actor_of(person), action=Action.SESSION_END, subject=subject_of(person), reason=why, message=message)


@receiver(signals.token_refreshed)
def note_refresh(person: SmartsheetUser, **_more: object) -> None:
    """Record a refreshed token. Tokens are refreshed automatically every few days, so the log's page lists these
    entries only if its reader asks for them.
    """
    note(actor=actor_of(person), action=Action.REFRESH, subject=subject_of(person), is_head=False)


@receiver(signals.token_lost)
def note_lost_token(person: SmartsheetUser, why: str, **_more: object) -> None:
    note(
        actor=actor_of(person),
        action=Action.REFRESH,
        phase=Phase.REFUSED,
        subject=subject_of(person),
        reason="Smartsheet no longer accepts the token. The person has to sign in again.",
        message=why,
    )


@receiver(signals.token_revoked)
def note_revocation(
    profile: Profile, is_confirmed: bool, why: str, user: AbstractBaseUser | None = None, **_more: object
) -> None:
    """Record that the app asked Smartsheet to end a token. `user` is given if the token was for a Django user who
    couldn't be connected. This user is then the actor, as in note_refusal(). If the person didn't give up the token
    themselves, for example because an administrator blocked them, the entry says that the person lost the token.
    """
    done = "" if user or why in {DISCONNECTED, NOT_LET_IN} else WAS_REVOKED
    entry: dict[str, Any] = {
        "phase": Phase.DONE if is_confirmed else Phase.FAILED,
        "message": done if is_confirmed else "Smartsheet has not confirmed that the token has ended.",
    }
    if user:
        reason = f"This was the new token for account {number_of(profile)}, which was not connected."
        entry |= {"actor": actor_of_user(user), "subject": subject_of(user), "reason": reason}
        note_or_count(Counted.RETURNED, who=who_of_user(user), **entry)
    elif why == NOT_LET_IN:
        reason = "This was the new token of a person who was not allowed to sign in."
        note_or_count(Counted.RETURNED, who=number_of(profile), actor=actor_of_profile(profile), reason=reason, **entry)
    else:
        note(action=Action.REVOKE, actor=actor_of_profile(profile), reason=why, **entry)


@receiver(signals.disconnected)
def note_disconnect(person: SmartsheetUser, why: str, **_more: object) -> None:
    """Record that a person isn't connected any more. If the person pressed Disconnect, `why` is empty. Otherwise `why`
    is the cause, and the entry says that the person was disconnected.
    """
    message = WAS_DISCONNECTED if why else ""
    note(actor=actor_of(person), action=Action.DISCONNECT, subject=subject_of(person), reason=why, message=message)


@receiver(signals.activation_changed)
def note_activation(person: SmartsheetUser, is_active: bool, by: AbstractBaseUser, **_more: object) -> None:
    """Record that a person was blocked or unblocked, in the transaction of the change. Raises CannotRecord if the log
    can't be written.
    """
    change = Change(None, person.audit_label, None, "may sign in", not is_active, is_active)
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


@receiver(signals.app_token_created)
def note_new_app_token(token: AppToken, **_more: object) -> None:
    """Record a new app token, in the transaction that stores it. The person chose the token's name, so the name is
    recorded as a personal value, which can be erased. Raises CannotRecord if the log can't be written.
    """
    about = (token.person.region, token.person.smartsheet_id)
    facts: list[tuple[str, str, bool]] = [
        ("name", token.name, True),
        ("scopes", token.scopes, False),
        ("ends at", token.expires_at.astimezone(UTC).isoformat(timespec="seconds"), False),
    ]
    changes = [
        Change(None, _label(token), None, title, None, value, is_personal, about if is_personal else None)
        for title, value, is_personal in facts
    ]
    _note_app_token(token, Action.TOKEN_CREATE, changes=changes)


@receiver(signals.app_token_used)
def note_use_of_app_token(token: AppToken, **_more: object) -> None:
    """Record the use of an app token before the call is allowed. Raises CannotRecord if the log can't be written."""
    _note_app_token(token, Action.TOKEN_USE, origin=Origin.API)


@receiver(signals.app_token_ended)
def note_end_of_app_token(token: AppToken, why: str, **_more: object) -> None:
    """Record that an app token ended before its expiry. The entry says whether the person ended it themselves."""
    _note_app_token(token, Action.TOKEN_END, reason=why, message="" if why in BY_THEMSELVES else LOST_APP_TOKEN)


@receiver(signals.app_token_refused)
def note_refused_app_token(token: AppToken | None, why: str, **_more: object) -> None:
    """Record a refused app token. At most one entry per minute is written for each token, or for each IP address if the
    token doesn't exist. Further refusals are only counted.
    """
    known: dict[str, Any] = {}
    if token:
        known = {"who": str(token), "via": {"token": token.pk}, "subject": subject_of(token), "label": _label(token)}
    actor = actor_of(token.person) if token else nobody()
    note_or_count(Counted.APP_TOKEN, actor=actor, phase=Phase.REFUSED, reason=why, **known)


def _note_app_token(token: AppToken, action: Action, **more: Any) -> None:
    """Record an event of an app token. The entry's `via` names the token, as in the entries of edits made with the
    token. Raises CannotRecord if the log can't be written.
    """
    try:
        note(
            actor=actor_of(token.person),
            action=action,
            subject=subject_of(token),
            label=_label(token),
            via={"token": token.pk},
            **more,
        )
    except NotRecorded as error:
        raise signals.CannotRecord from error


def _label(token: AppToken) -> str:
    return f"App token {token.pk}"
