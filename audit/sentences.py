"""The verbs that describe entries. Each follows the person's name in a sentence."""

from django.apps import apps

from audit.vocabulary import LOST_APP_TOKEN, WAS_DISCONNECTED, WAS_REVOKED, WAS_SIGNED_OUT, Action, Phase

_ON_SHEETS = {  # for each action, the verb if it was done, and the verb if it was only tried
    Action.CHANGE: ("changed", "wanted to change"),
    Action.ADD: ("added", "wanted to add"),
    Action.DELETE: ("deleted", "wanted to delete"),
    Action.MOVE: ("moved", "wanted to move"),
}
_UNDOING = {  # the same two verbs, for changes that undo another change
    Action.ADD: ("restored", "wanted to restore"),
    Action.MOVE: ("moved back", "wanted to move back"),
}
_BY_THEMSELVES = {  # for each action, the verbs if it was done, refused, or failed
    Action.SIGN_IN: ("signed in", "was refused sign-in", "could not sign in"),
    Action.CONNECT: ("connected Smartsheet", "was not allowed to connect Smartsheet", "could not connect Smartsheet"),
    Action.SIGN_OUT: ("signed out", "was not signed out", "could not be signed out"),
    Action.REFRESH: ("got a new access token", "lost the access token", "got no new access token"),
    Action.REVOKE: (
        "gave up an access token",
        "did not give up an access token",
        "could not give up an access token",
    ),
    Action.DISCONNECT: ("disconnected this app", "did not disconnect this app", "could not disconnect this app"),
    Action.SESSION_END: ("ended a session", "did not end a session", "could not end a session"),
    Action.TOKEN_CREATE: ("created an app token", "was refused an app token", "could not create an app token"),
    Action.TOKEN_USE: ("used an app token", "was not allowed to use an app token", "could not use an app token"),
    Action.TOKEN_END: ("ended an app token", "did not end an app token", "could not end an app token"),
    Action.RECORD: ("changed", "was not allowed to change", "could not change"),
    Action.READ: ("read the log", "was not allowed to read the log", "could not read the log"),
    Action.EXPORT: ("exported the log", "was not allowed to export the log", "could not export the log"),
    Action.ERASE: ("erased personal data", "was not allowed to erase personal data", "could not erase personal data"),
    Action.RETAIN: ("retired old entries", "was not allowed to retire old entries", "could not retire old entries"),
    Action.RECONCILE: (
        "compared the log with Smartsheet",
        "was not allowed to compare the log with Smartsheet",
        "could not compare the log with Smartsheet",
    ),
    Action.ANCHOR: ("anchored a seal", "was not allowed to anchor a seal", "could not anchor a seal"),
    Action.FORM_PUBLISH: ("published a form", "was not allowed to publish a form", "could not publish a form"),
    Action.FORM_CLOSE: ("closed a form", "was not allowed to close a form", "could not close a form"),
    Action.FORM_RESTORE: ("restored a form", "was not allowed to restore a form", "could not restore a form"),
    Action.FORM_TAKE_OVER: ("took over a form", "was not allowed to take over a form", "could not take over a form"),
    Action.FORM_DELETE: ("deleted a form", "was not allowed to delete a form", "could not delete a form"),
    Action.ASK: ("asked for updates", "was not allowed to ask for updates", "could not ask for updates"),
}
_FOUND = {  # for each result of comparing with Smartsheet's history
    Phase.CONFIRMED: "found in Smartsheet's history:",
    Phase.MISSING: "did not find in Smartsheet's history:",
    Phase.OUTSIDE: "found a change made outside the app:",
    Phase.MISATTRIBUTED: "found under another person's name in Smartsheet's history:",
}


_MESSAGES: dict[str, frozenset[str]] = {  # for each action, the messages that take the place of the verb
    Action.RECORD: frozenset({"created", "deleted"}),  # audit/own_records.py writes them for a whole record
    Action.DISCONNECT: frozenset({WAS_DISCONNECTED}),
    Action.REVOKE: frozenset({WAS_REVOKED}),
    Action.SESSION_END: frozenset({WAS_SIGNED_OUT}),
    Action.TOKEN_END: frozenset({LOST_APP_TOKEN}),
}


def verb(action: str, phase: Phase, *, message: str = "", is_undo: bool = False) -> str:
    """The verb, such as "changed" or "was refused sign-in". For an action that another app defined, the verb is made
    from the action's name. For a record of this app, `message` says whether the record was created or deleted. For a
    person who was disconnected or signed out, `message` says whether they did it themselves. `is_undo` says that the
    change undoes another one.
    """
    if phase == Phase.DONE and message in _MESSAGES.get(action, ()):
        return message
    if phase in _FOUND:
        return _FOUND[phase]
    if action in _ON_SHEETS:
        done, wanted = (is_undo and _UNDOING.get(Action(action))) or _ON_SHEETS[Action(action)]
        return done if phase in {Phase.APPLIED, Phase.DONE} else wanted
    if action in _BY_THEMSELVES:
        done, refused, failed = _BY_THEMSELVES[Action(action)]
        refusals = {Phase.REFUSED, Phase.FORBIDDEN, Phase.CONFLICT}
        return refused if phase in refusals else failed if phase == Phase.FAILED else done
    words = action.replace("_", " ")
    return words if phase in {Phase.APPLIED, Phase.DONE} else f"wanted to {words}"


def kind_of(subject: str) -> str:
    """The name of the model of a subject like "identity.role/5"; "" if this project doesn't have the model any more."""
    try:
        return str(apps.get_model(subject.partition("/")[0])._meta.verbose_name)
    except (LookupError, ValueError):
        return ""
