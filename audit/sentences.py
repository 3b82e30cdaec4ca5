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
_BY_THEMSELVES = {  # for each action, the verb if it was done, and the words after "was not allowed to" or "could not"
    Action.SIGN_IN: ("signed in", "sign in"),
    Action.CONNECT: ("connected Smartsheet", "connect Smartsheet"),
    Action.SIGN_OUT: ("signed out", "sign out"),
    Action.REFRESH: ("got a new access token", "get a new access token"),
    Action.REVOKE: ("gave up an access token", "give up an access token"),
    Action.DISCONNECT: ("disconnected this app", "disconnect this app"),
    Action.SESSION_END: ("ended a session", "end a session"),
    Action.TOKEN_CREATE: ("created an app token", "create an app token"),
    Action.TOKEN_USE: ("used an app token", "use an app token"),
    Action.TOKEN_END: ("ended an app token", "end an app token"),
    Action.RECORD: ("changed", "change"),
    Action.READ: ("read the log", "read the log"),
    Action.EXPORT: ("exported the log", "export the log"),
    Action.ERASE: ("erased personal data", "erase personal data"),
    Action.RETAIN: ("retired old entries", "retire old entries"),
    Action.RECONCILE: ("compared the log with Smartsheet", "compare the log with Smartsheet"),
    Action.ANCHOR: ("anchored a seal", "anchor a seal"),
    Action.FORM_PUBLISH: ("published a form", "publish a form"),
    Action.FORM_CLOSE: ("closed a form", "close a form"),
    Action.FORM_RESTORE: ("restored a form", "restore a form"),
    Action.FORM_TAKE_OVER: ("took over a form", "take over a form"),
    Action.FORM_DELETE: ("deleted a form", "delete a form"),
    Action.ASK: ("asked for updates", "ask for updates"),
}
_NOT_DONE = {  # for each outcome of an action that wasn't done, the words before the action's verb
    Phase.REFUSED: "was not allowed to",
    Phase.FORBIDDEN: "was not allowed to",
    Phase.CONFLICT: "did not",
    Phase.FAILED: "could not",
}
_OTHERWISE: dict[tuple[str, Phase], str] = {  # the outcomes that _NOT_DONE would describe wrongly
    (Action.SIGN_IN, Phase.REFUSED): "was refused sign-in",
    (Action.SIGN_IN, Phase.FORBIDDEN): "was refused sign-in",
    (Action.SIGN_OUT, Phase.REFUSED): "was not signed out",
    (Action.SIGN_OUT, Phase.FAILED): "could not be signed out",
    (Action.REFRESH, Phase.REFUSED): "lost the access token",
    (Action.REFRESH, Phase.FAILED): "got no new access token",
    (Action.REVOKE, Phase.REFUSED): "did not give up an access token",
    (Action.DISCONNECT, Phase.REFUSED): "did not disconnect this app",
    (Action.SESSION_END, Phase.REFUSED): "did not end a session",
    (Action.TOKEN_CREATE, Phase.REFUSED): "was refused an app token",
    (Action.TOKEN_END, Phase.REFUSED): "did not end an app token",
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
        done, plain = _BY_THEMSELVES[Action(action)]
        if phase not in _NOT_DONE:
            return done
        return _OTHERWISE.get((action, phase), f"{_NOT_DONE[phase]} {plain}")
    words = action.replace("_", " ")
    return words if phase in {Phase.APPLIED, Phase.DONE} else f"wanted to {words}"


def kind_of(subject: str) -> str:
    """The name of the model of a subject like "identity.role/5"; "" if this project doesn't have the model any more."""
    try:
        return str(apps.get_model(subject.partition("/")[0])._meta.verbose_name)
    except (LookupError, ValueError):
        return ""
