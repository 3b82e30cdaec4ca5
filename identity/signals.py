"""Signals about people and their tokens, for the audit log and for your own app.

    @receiver(signed_in)
    def greet(person: SmartsheetUser, **_kwargs: object) -> None: ...

A `person` is a SmartsheetUser; its `user` is the Django user. Some signals have a `profile` (a Profile) instead,
because this app doesn't always have a record of the person. No signal has a token, a code or a secret. Accept
`**kwargs`, because later versions can add arguments.

A receiver of `signing_in`, `connecting`, `activation_changed`, `app_token_created` or `app_token_used` can stop what
happens, by raising an exception. The other signals are sent after the event. If a receiver of one of these raises, the
exception is logged and changes nothing. https://docs.djangoproject.com/en/5.2/topics/signals/
"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from identity.signin import ways

# Smartsheet has confirmed who a person is, and this app is about to sign them in: `person`. Sent in the transaction
# that stores profile and token, before the session begins. If a receiver raises, both are rolled back, and the token is
# returned to Smartsheet. If it raises CannotRecord, the page says so.
signing_in = Signal()

# A person was signed in with Smartsheet: `person`.
signed_in = Signal()

# A user who has logged in to this site in another way is about to be connected with their Smartsheet account: `person`.
# Sent in the transaction that stores profile and token. If a receiver raises, the effect is the same as above.
connecting = Signal()

# A user was connected: `person`.
connected = Signal()

# A sign-in or a connection failed. `failure` is one of identity.signin.failures. `profile` and `region` are None and ""
# if Smartsheet hasn't said who the person is. `error` is the exception that caused it, which has no secret, or None.
# `user` is the Django user who was to be connected, and None for a sign-in.
sign_in_refused = Signal()

# A person signed out: `person`.
signed_out = Signal()

# A session ended without a sign-out: `person`, `why` in words.
session_ended = Signal()

# Smartsheet's profile of a person has changed: `person`, `before` (the earlier Profile; None for a new person). Sent
# after the commit.
profile_changed = Signal()

# The access token was refreshed. Sends `person`.
token_refreshed = Signal()

# Smartsheet doesn't accept the token any more, so the person must sign in or connect again. Sends `person`, and `why`
# in words.
token_lost = Signal()

# This app returned a token to Smartsheet: `profile`, `is_confirmed` (whether Smartsheet said that the token has ended),
# `why` in words.
token_revoked = Signal()

# A person isn't connected any more, and this app has deleted their token: `person`, `is_confirmed` (as above), `why` in
# words ("" if the person did it).
disconnected = Signal()

# An administrator blocked a person from using Smartsheet here, or unblocked them: `person`, `is_active` (False if
# blocked), `by` (a Django user).
activation_changed = Signal()

# A person created an app token: `token` (an AppToken; it doesn't have the token's text). Sent in the transaction that
# stores it. If a receiver raises, the token isn't created.
app_token_created = Signal()

# A program uses an app token for the first time on this day (UTC): `token`. Sent before the call is allowed. If a
# receiver raises, the call is refused.
app_token_used = Signal()

# An app token ended early: `token`, `why` in words.
app_token_ended = Signal()

# A program's call was refused: `token` (None if there is no such token), `why` in words.
app_token_refused = Signal()


@receiver(user_logged_out)
def _tell_signed_out(request: HttpRequest, user: Any, **_kwargs: object) -> None:
    """Send signed_out. The view doesn't send it, because the admin has its own button to sign out. It isn't sent for a
    person who logged in in the site's own way.
    """
    person = getattr(user, "smartsheet", None)
    if person is not None and ways.is_signed_in_with_smartsheet(request.session):
        signed_out.send_robust(type(person), person=person)


class CannotRecord(Exception):
    """The audit log can't be written now. A receiver raises this to prevent the event."""
