"""Signals about people and their tokens, for the audit log and for your own app.

    @receiver(signed_in)
    def greet(person: SmartsheetUser, **_kwargs: object) -> None: ...

A `person` is a SmartsheetUser, whose `user` is the Django user. A `profile` is the Profile of someone about whom this
app may store nothing. No signal has a token, a code or a secret. Accept `**kwargs`: later versions may add arguments.

Receivers of `signing_in`, `connecting`, `activation_changed`, `app_token_created` and `app_token_used` can stop what
happens, by raising. The other signals are sent after the event; what a receiver raises is logged, and changes nothing.
https://docs.djangoproject.com/en/5.2/topics/signals/
"""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from identity.signin import ways

# Smartsheet has confirmed who a person is, and they are about to be signed in: `person`. Sent in the transaction that
# stores their profile and token, before their session begins. If a receiver raises, both are rolled back and the token
# is given back to Smartsheet. If it raises CannotRecord, the page says so.
signing_in = Signal()

# A person was signed in with Smartsheet: `person`.
signed_in = Signal()

# A user of this site, who is logged in in some other way, is about to be connected with their Smartsheet account:
# `person`. Sent in the transaction that stores profile and token; receivers that raise have the effect above.
connecting = Signal()

# A user was connected: `person`.
connected = Signal()

# A sign-in or a connection failed: `failure` (of identity.signin.failures), `profile` and `region` (None and "" if
# Smartsheet hasn't said who it is), `error` (the exception behind it, which holds no secret, or None), `user` (the
# Django user who was to be connected; None at a sign-in).
sign_in_refused = Signal()

# A person signed out: `person`.
signed_out = Signal()

# A session ended in another way: `person`, `why` in words.
session_ended = Signal()

# Smartsheet's profile of a person has changed: `person`, `before` (a Profile; None for a new person). Sent after the
# commit.
profile_changed = Signal()

# The access token was refreshed: `person`.
token_refreshed = Signal()

# Smartsheet no longer accepts the token, and the person has to sign in or connect again: `person`, `why` in words.
token_lost = Signal()

# This app gave a token back to Smartsheet: `profile`, `is_confirmed` (Smartsheet said that it has ended), `why` in
# words.
token_revoked = Signal()

# A person is no longer connected, and this app has deleted their token: `person`, `is_confirmed` (as above), `why` in
# words ("" if the person did it).
disconnected = Signal()

# Someone barred a person from this app in the admin, or let them in again: `person`, `is_active`, `by` (a Django
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
def _tell_signed_out(request: HttpRequest, user: Any, **_kwargs: object) -> None:
    """Here, and not in the view: the admin has a button of its own. A user who logged in in the site's own way did not
    sign out of Smartsheet."""
    person = getattr(user, "smartsheet", None)
    if person is not None and ways.is_signed_in_with_smartsheet(request.session):
        signed_out.send_robust(type(person), person=person)


class CannotRecord(Exception):
    """The audit log can't be written now. For receivers that can stop what happens."""
