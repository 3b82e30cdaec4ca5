"""Signals about people and their tokens. The audit log receives these signals, and your own app can receive them too.

    @receiver(signed_in)
    def greet(person: SmartsheetUser, **_kwargs: object) -> None: ...

The comment above each signal names its arguments. A `person` is a SmartsheetUser; its `user` is the Django user. Some
signals have a `profile` (a Profile) instead, because this app doesn't always store the person. No argument contains an
access token, a code or a secret. Accept `**kwargs`, because later versions can add arguments.

The signals `signing_in`, `connecting`, `activation_changed`, `app_token_created` and `app_token_used` are sent before
the event. If a receiver raises an exception, the event doesn't happen. All other signals are sent after the event. If a
receiver of such a signal raises an exception, the exception is only logged.
https://docs.djangoproject.com/en/5.2/topics/signals/
"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from identity.signin import ways

# Smartsheet has confirmed who a person is, and this app is about to sign them in. Argument: `person`. Sent in the
# transaction that stores the profile and the token, before the session begins. If a receiver raises, the profile and
# the token aren't stored, and the token is returned to Smartsheet. If a receiver raises CannotRecord, the page says
# that the audit log couldn't be written.
signing_in = Signal()

# A person was signed in with Smartsheet. Argument: `person`.
signed_in = Signal()

# A user who logged in with the site's own login is about to be connected with their Smartsheet account. Argument:
# `person`. Sent in the transaction that stores the profile and the token. If a receiver raises, the profile and the
# token aren't stored, as for `signing_in`.
connecting = Signal()

# A user was connected with their Smartsheet account. Argument: `person`.
connected = Signal()

# A sign-in or a connection failed. Arguments: `failure` is one of identity.signin.failures. `profile` is None if
# Smartsheet hasn't said who the person is. `region` is "" if it isn't known. `error` is the exception that caused the
# failure, or None. It has no secret. `user` is the Django user who wanted to connect, and None for a sign-in. If
# another user has logged in with this browser since Connect was pressed, `user` is that other user.
sign_in_refused = Signal()

# A person signed out. Argument: `person`.
signed_out = Signal()

# A session ended, but the person didn't sign out. Arguments: `person`, and `why` in words.
session_ended = Signal()

# Smartsheet's profile of a person has changed. Arguments: `person`, and `before` (the earlier Profile, or None for a
# new person). Sent after the commit.
profile_changed = Signal()

# The access token was refreshed. Argument: `person`.
token_refreshed = Signal()

# Smartsheet doesn't accept the token any more, so the person must sign in or connect again. Arguments: `person`, and
# `why` in words.
token_lost = Signal()

# This app asked Smartsheet to end a token. Arguments: `profile`, `is_confirmed` (whether Smartsheet confirmed that the
# token has ended), `why` in words, and `user`. If a Django user couldn't be connected, the token is the new one that
# wasn't stored, and `user` is this Django user. Otherwise `user` is None.
token_revoked = Signal()

# A person isn't connected any more, and this app has deleted their token. Arguments: `person`, `is_confirmed` (as for
# `token_revoked`, or None if Smartsheet hasn't been asked yet), and `why` in words ("" if the person disconnected the
# app).
disconnected = Signal()

# An administrator blocks a person from using Smartsheet here, or unblocks them. Arguments: `person`, `is_active` (False
# if blocked), and `by` (a Django user).
activation_changed = Signal()

# A person creates an app token. Argument: `token` (an AppToken, which doesn't have the token's text). Sent in the
# transaction that stores the token. If a receiver raises, the token isn't created.
app_token_created = Signal()

# A program uses an app token for the first time on this day (UTC). Argument: `token`. Sent before the call is allowed.
# If a receiver raises, the call is refused.
app_token_used = Signal()

# An app token ended before its expiry. Arguments: `token`, and `why` in words.
app_token_ended = Signal()

# A program's call of the API was refused. Arguments: `token` (None if no token has the text that was sent), and `why`
# in words.
app_token_refused = Signal()


@receiver(user_logged_out)
def _tell_signed_out(request: HttpRequest, user: Any, **_kwargs: object) -> None:
    """Send `signed_out`, if the person had signed in with Smartsheet. This receiver also runs after a sign-out in the
    admin, which has its own sign-out view.
    """
    person = getattr(user, "smartsheet", None)
    if person is not None and ways.is_signed_in_with_smartsheet(request.session):
        signed_out.send_robust(type(person), person=person)


class CannotRecord(Exception):
    """The audit log can't be written now. A receiver raises this exception to prevent the event."""
