"""The words that the log's entries are made of. The labels are what people read."""

from django.db import models


class Phase(models.TextChoices):
    """Where in the life of an edit an entry was written, or what came of an act that is one entry by itself."""

    INTENT = "intent", "not certain yet"
    APPLIED = "applied", "saved"
    REFUSED = "refused", "refused"
    FAILED = "failed", "failed"
    UNKNOWN = "unknown", "not certain yet"

    # Found before anything was sent: one entry each, without an intent.
    CONFLICT = "conflict", "conflict"
    UNCHANGED = "unchanged", "nothing to change"
    FORBIDDEN = "forbidden", "not allowed"

    # Found out afterwards, by settling what had no clear answer.
    NOT_APPLIED = "not_applied", "not saved"
    UNDECIDABLE = "undecidable", "cannot be decided"

    # An act that needs no intent.
    DONE = "done", "done"

    # What reconciling with Smartsheet's own history found.
    CONFIRMED = "confirmed", "confirmed by Smartsheet"
    MISSING = "missing", "missing in Smartsheet"
    OUTSIDE = "outside", "changed outside the app"
    MISATTRIBUTED = "misattributed", "attributed to another person"


ANSWERED = frozenset({Phase.APPLIED, Phase.REFUSED, Phase.FAILED})  # Smartsheet itself left no doubt
SETTLED = frozenset({Phase.APPLIED, Phase.NOT_APPLIED, Phase.UNDECIDABLE})  # found out afterwards, with evidence
CONCLUSIVE = ANSWERED | SETTLED


class Action(models.TextChoices):
    """What was done or to be done. Other apps may use texts of their own."""

    CHANGE = "change", "changed cell"
    ADD = "add", "added row"
    DELETE = "delete", "deleted row"
    MOVE = "move", "moved row"
    SIGN_IN = "sign_in", "signed in"
    SIGN_OUT = "sign_out", "signed out"
    REFRESH = "refresh", "renewed the access token"
    REVOKE = "revoke", "lost the access token"
    DISCONNECT = "disconnect", "disconnected"
    SESSION_END = "session_end", "session ended"
    TOKEN_CREATE = "token_create", "created an app token"
    TOKEN_USE = "token_use", "used an app token"
    TOKEN_END = "token_end", "ended an app token"
    RECORD = "record", "changed a record of this app"
    READ = "read", "read the log"
    EXPORT = "export", "exported the log"
    ERASE = "erase", "erased personal data"
    RETAIN = "retain", "retired old entries"
    RECONCILE = "reconcile", "compared with Smartsheet"
    ANCHOR = "anchor", "anchored a seal"


class Origin(models.TextChoices):
    """By which door."""

    FORM = "form", "row form"
    UNDO = "undo", "undo"
    API = "api", "API"
    APP = "app", "this app"
    COMMAND = "command", "command line"
    ADMIN = "admin", "admin"
    OUTSIDE = "outside", "outside of this app"
