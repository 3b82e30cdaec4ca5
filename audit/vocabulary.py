"""The words that entries use. People see the labels."""

from django.db import models

NEW_ROW = "new row"  # the label of a row that is to be added, if the row's name is empty or personal


class Phase(models.TextChoices):
    """The stage of an edit that an entry records, or the result of an act that has only one entry."""

    INTENT = "intent", "not certain yet"
    APPLIED = "applied", "saved"
    REFUSED = "refused", "refused"
    FAILED = "failed", "failed"
    UNKNOWN = "unknown", "not certain yet"

    # These are decided before anything is sent to Smartsheet. Each is a single entry, without an intent.
    CONFLICT = "conflict", "conflict"
    UNCHANGED = "unchanged", "nothing to change"
    FORBIDDEN = "forbidden", "not allowed"

    # These are found later, by settling an edit that Smartsheet gave no clear answer to.
    NOT_APPLIED = "not_applied", "not saved"
    UNDECIDABLE = "undecidable", "cannot be decided"

    # This is the result of an act without an intent.
    DONE = "done", "done"

    # These are found by reconciling the log with Smartsheet's own history.
    CONFIRMED = "confirmed", "confirmed by Smartsheet"
    MISSING = "missing", "missing in Smartsheet"
    OUTSIDE = "outside", "changed outside the app"
    MISATTRIBUTED = "misattributed", "attributed to another person"


ANSWERED = frozenset({Phase.APPLIED, Phase.REFUSED, Phase.FAILED})  # Smartsheet gave a clear answer
SETTLED = frozenset({Phase.APPLIED, Phase.NOT_APPLIED, Phase.UNDECIDABLE})  # settling found the outcome, with evidence
CONCLUSIVE = ANSWERED | SETTLED


class Action(models.TextChoices):
    """What was done, or was to be done. Other apps can use values of their own."""

    CHANGE = "change", "changed cell"
    ADD = "add", "added row"
    DELETE = "delete", "deleted row"
    MOVE = "move", "moved row"
    SIGN_IN = "sign_in", "signed in"
    SIGN_OUT = "sign_out", "signed out"
    CONNECT = "connect", "connected"
    REFRESH = "refresh", "renewed the access token"
    REVOKE = "revoke", "lost the access token"
    DISCONNECT = "disconnect", "disconnected"
    SESSION_END = "session_end", "session ended"
    TOKEN_CREATE = "token_create", "created an app token"
    TOKEN_USE = "token_use", "used an app token"
    TOKEN_END = "token_end", "app token ended"
    RECORD = "record", "changed a record of this app"
    READ = "read", "read the log"
    EXPORT = "export", "exported the log"
    ERASE = "erase", "erased personal data"
    RETAIN = "retain", "retired old entries"
    RECONCILE = "reconcile", "compared with Smartsheet"
    ANCHOR = "anchor", "anchored a seal"
    FORM_PUBLISH = "form_publish", "published a form"
    FORM_CLOSE = "form_close", "closed a form"
    FORM_RESTORE = "form_restore", "restored a form"
    FORM_TAKE_OVER = "form_take_over", "took over a form"
    FORM_DELETE = "form_delete", "deleted a form"
    ASK = "ask", "asked for updates"


# If something was done to a person, not by the person, one of these messages takes the place of the verb.
WAS_DISCONNECTED = "was disconnected from this app"
WAS_REVOKED = "lost an access token"
WAS_SIGNED_OUT = "was signed out"
LOST_APP_TOKEN = "lost an app token"  # noqa: S105 # words, and not a token


class Origin(models.TextChoices):
    """Where an entry comes from: a part of the app, or something outside of it."""

    FORM = "form", "row form"
    UNDO = "undo", "undo"
    API = "api", "API"
    APP = "app", "this app"
    COMMAND = "command", "command line"
    ADMIN = "admin", "admin"
    OUTSIDE = "outside", "outside of this app"
