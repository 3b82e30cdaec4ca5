"""What a person reads when signing in did not work: what happened, what was done, what to do."""

from dataclasses import dataclass

from identity.signin.oauth import BadAnswer, ClientRefused, GrantRefused, OAuthError, Step, Unavailable


@dataclass(frozen=True, slots=True)
class Failure:
    """One page. `code` is what to quote to an administrator."""

    code: str
    status: int
    title: str
    happened: str
    done: str
    advice: str


NOTHING_USED = "Nothing that came with this request was used or kept."
THROWN_AWAY = "What Smartsheet had granted was thrown away unused."
GIVEN_UP = "What Smartsheet had granted was given back unused, and this app has kept no access in your name."
NOTHING_KEPT = "This app received no access to Smartsheet and kept nothing."
BEGIN_AGAIN = "Sign in again from here."
LATER = "Wait a minute, then sign in again."
TELL = "Sign in again; if the same happens, tell the administrator of this app the words in small print below."

WRONG_STATE = Failure(
    code="wrong_state",
    status=400,
    title="This sign-in does not belong to this browser",
    happened=(
        "The way back from Smartsheet matches no sign-in that was begun in this browser. It has been used already, "
        "was begun in another browser or followed by too many others, or this browser does not keep cookies."
    ),
    done=NOTHING_USED,
    advice=BEGIN_AGAIN,
)
EXPIRED_STATE = Failure(
    code="expired_state",
    status=400,
    title="This sign-in took too long",
    happened="More than ten minutes passed between the Sign in button and the way back from Smartsheet.",
    done=NOTHING_USED,
    advice=BEGIN_AGAIN,
)
WRONG_CALLBACK = Failure(
    code="wrong_callback",
    status=400,
    title="Smartsheet sent you back to the wrong address",
    happened="This app is registered with another region's address there: its registration has to be put right.",
    done=NOTHING_USED,
    advice=TELL,
)
UNKNOWN_REGION = Failure(
    code="unknown_region",
    status=400,
    title="This app does not know that region",
    happened="The sign-in asked for a region of Smartsheet in which this app is not registered.",
    done=NOTHING_USED,
    advice="Choose one of the regions below.",
)
DENIED = Failure(
    code="denied",
    status=403,
    title="Access was not allowed",
    happened="On Smartsheet's page, Deny was chosen.",
    done=NOTHING_KEPT,
    advice="If that was not what you meant, sign in again and choose Allow.",
)
REQUEST_REFUSED = Failure(
    code="request_refused",
    status=502,
    title="Smartsheet refused this app's request",
    happened="Smartsheet sent you back with an error instead of asking for your consent.",
    done=NOTHING_KEPT,
    advice=TELL,
)
MISSING_CODE = Failure(
    code="missing_code",
    status=400,
    title="Smartsheet's answer was incomplete",
    happened="The way back from Smartsheet lacked the code that a sign-in needs.",
    done=NOTHING_KEPT,
    advice=BEGIN_AGAIN,
)
DEACTIVATED = Failure(
    code="deactivated",
    status=403,
    title="You may not use this app",
    happened="Smartsheet knows you, but an administrator has deactivated your account in this app.",
    done=GIVEN_UP,
    advice="If you think this is a mistake, ask the administrator of this app.",
)
NOT_LISTED = Failure(
    code="not_listed",
    status=403,
    title="You may not use this app",
    happened="Smartsheet knows you, but this app is open to certain people or organisations only.",
    done=GIVEN_UP,
    advice=(
        "If you have another Smartsheet account, sign out of Smartsheet and sign in again from here with that one. "
        "Or ask the administrator of this app to let you in."
    ),
)
NOT_RECORDED = Failure(
    code="not_recorded",
    status=503,
    title="Nobody can sign in just now",
    happened="This app could not write your sign-in into its audit log, and without that it lets nobody in.",
    done="It has kept no access in your name.",
    advice=LATER,
)
RATE_LIMITED = Failure(
    code="rate_limited",
    status=429,
    title="Too many attempts to sign in",
    happened="From your network, signing in was tried more often within a minute than this app allows.",
    done="This attempt was not looked at, and nothing is locked.",
    advice="Wait a minute, then sign in again.",
)
PROFILE_REFUSED = Failure(
    code="profile_refused",
    status=502,
    title="Smartsheet would not say who you are",
    happened="Smartsheet confirmed your sign-in, but refused to say who you are.",
    done=THROWN_AWAY,
    advice=TELL,
)

OF_OAUTH: dict[tuple[Step, type[OAuthError]], Failure] = {
    ("token", GrantRefused): Failure(
        code="code_refused",
        status=400,
        title="This sign-in is no longer valid",
        happened="Smartsheet did not accept the code it had sent: it has expired or has been used already.",
        done=NOTHING_KEPT,
        advice=BEGIN_AGAIN,
    ),
    ("token", ClientRefused): Failure(
        code="app_refused",
        status=502,
        title="Smartsheet does not accept this app",
        happened="Smartsheet refused to confirm your sign-in to this app: its registration there has to be put right.",
        done=NOTHING_KEPT,
        advice=TELL,
    ),
    ("token", Unavailable): Failure(
        code="token_unavailable",
        status=503,
        title="Smartsheet is not available",
        happened="Smartsheet could not be reached, or had no answer, when this app asked it to confirm your sign-in.",
        done="This app asked once and does not repeat it.",
        advice=LATER,
    ),
    ("token", BadAnswer): Failure(
        code="token_unreadable",
        status=502,
        title="Smartsheet's answer could not be understood",
        happened="When this app asked it to confirm your sign-in, Smartsheet answered with something else.",
        done="This app asked once and does not repeat it.",
        advice=TELL,
    ),
    ("profile", GrantRefused): PROFILE_REFUSED,
    ("profile", ClientRefused): PROFILE_REFUSED,
    ("profile", Unavailable): Failure(
        code="profile_unavailable",
        status=503,
        title="Smartsheet did not say who you are",
        happened="Smartsheet confirmed your sign-in, but did not answer in time when asked who you are.",
        done=THROWN_AWAY,
        advice=LATER,
    ),
    ("profile", BadAnswer): Failure(
        code="profile_unreadable",
        status=502,
        title="Smartsheet did not say who you are",
        happened="Smartsheet confirmed your sign-in, but answered with something else when asked who you are.",
        done=THROWN_AWAY,
        advice=TELL,
    ),
}


def of(error: OAuthError) -> Failure:
    """The page for an error of exchange_code()."""
    return OF_OAUTH[error.step, type(error)]
