"""What happens to people and their tokens, for whoever wants to hear of it: the audit log, and your own app.

    @receiver(signed_in)
    def greet(person: SmartsheetUser, **_kwargs: object) -> None: ...

A `person` is a SmartsheetUser, whose `user` is the Django user; a `profile` is the Profile of somebody of whom
this app may keep nothing. No signal carries a token, a code or a secret. Accept `**kwargs`: more may come.

Only a receiver of `signing_in`, `app_token_created` or `app_token_used` can stop what happens, by raising. All the
others are told what has happened already: what they raise goes to the log of the program and no further.
https://docs.djangoproject.com/en/5.2/topics/signals/
"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal, receiver

# A person whom Smartsheet vouches for is about to be let in: `person`. Sent in the transaction that keeps their profile
# and token, and before their session begins. A receiver that raises undoes both, and the token is handed back; one that
# raises CannotRecord has the person told so.
signing_in = Signal()

# A person has a session: `person`.
signed_in = Signal()

# Nobody was let in: `failure` (of identity.signin.failures), `profile` and `region` (None and "" where Smartsheet has
# not said who it is), `error` (the exception behind it, which holds no secret, or None).
sign_in_refused = Signal()

# A person pressed Sign out: `person`.
signed_out = Signal()

# A session ended otherwise: `person`, `why` in words.
session_ended = Signal()

# Smartsheet says something else of a person than before: `person`, `before` (a Profile; None of somebody new). Sent
# when the change is committed.
profile_changed = Signal()

# The access token was renewed: `person`.
token_refreshed = Signal()

# There is no token any more that Smartsheet would take; the person has to sign in again: `person`, `why` in words.
token_lost = Signal()

# This app gave a token up at Smartsheet: `profile`, `is_confirmed` (Smartsheet said that it has ended), `why` in words.
token_revoked = Signal()

# A person had this app forget their token: `person`, `is_confirmed` (as above).
disconnected = Signal()

# Somebody of the admin barred a person from this app, or let them in again: `person`, `is_active`, `by` (a Django
# user).
activation_changed = Signal()

# A person made an app token: `token` (of identity.apptokens.models; it has no text). Sent in the transaction that keeps
# it; a receiver that raises undoes it.
app_token_created = Signal()

# A program uses an app token, for the first time on this day (UTC): `token`. Sent before it is let in; a receiver that
# raises keeps it out.
app_token_used = Signal()

# An app token ended before its time: `token`, `why` in words.
app_token_ended = Signal()

# A program was not let in: `token` (None where nobody has such a token), `why` in words.
app_token_refused = Signal()


@receiver(user_logged_out)
def _tell_signed_out(user: Any, **_kwargs: object) -> None:
    """Here, and not in the view: the admin has a button of its own."""
    person = getattr(user, "smartsheet", None)
    if person is not None:
        signed_out.send_robust(type(person), person=person)


class CannotRecord(Exception):
    """What must be on record cannot be recorded just now. For receivers that can stop what happens."""
