"""The texts for each kind of failed sign-in or connection: what happened, what this app did, and what to do."""

from dataclasses import dataclass, replace

from identity.signin.oauth import BadAnswer, ClientRefused, GrantRefused, OAuthError, Step, Unavailable


@dataclass(frozen=True, slots=True)
class Failure:
    """The texts of the page for one kind of failure. `code` names the failure for an administrator."""

    code: str
    status: int
    title: str
    happened: str
    done: str
    advice: str


NOTHING_USED = "This app ignored what your browser sent, and stored nothing."
THROWN_AWAY = "This app discarded the access that Smartsheet had granted."
GIVEN_UP = "This app asked Smartsheet to end the access that you had just allowed, and stored nothing."
NOTHING_KEPT = "This app got no access to Smartsheet."
BEGIN_AGAIN = "Start again from here."
LATER = "Wait a minute, then try again."
TELL = "Try again. If this happens again, send the words in small print below to the administrator of this app."

WRONG_STATE = Failure(
    code="wrong_state",
    status=400,
    title="This sign-in does not belong to this browser",
    happened=(
        "This browser has no sign-in that matches Smartsheet's redirect. Either the sign-in started in another "
        "browser, or too many other sign-ins were started after it, or this browser does not keep cookies."
    ),
    done=NOTHING_USED,
    advice=BEGIN_AGAIN,
)
USED_STATE = Failure(
    code="used_state",
    status=400,
    title="This sign-in was already used",
    happened="The address that ends a sign-in was opened a second time: by Reload, Back, or a double click.",
    done=NOTHING_USED,
    advice=BEGIN_AGAIN,
)
EXPIRED_STATE = Failure(
    code="expired_state",
    status=400,
    title="This sign-in took too long",
    happened="More than ten minutes passed before Smartsheet sent you back.",
    done=NOTHING_USED,
    advice=BEGIN_AGAIN,
)
WRONG_CALLBACK = Failure(
    code="wrong_callback",
    status=400,
    title="Smartsheet sent you back to the wrong address",
    happened="This app's registration in Smartsheet has another region's redirect URL. An administrator has to fix it.",
    done=NOTHING_USED,
    advice=TELL,
)
UNKNOWN_REGION = Failure(
    code="unknown_region",
    status=400,
    title="This app is not set up for that region",
    happened="The sign-in asked for a Smartsheet region in which this app is not registered.",
    done=NOTHING_USED,
    advice="Choose one of the regions below.",
)
DENIED = Failure(
    code="denied",
    status=403,
    title="You did not allow access",
    happened="Someone chose Deny on Smartsheet's page.",
    done=NOTHING_KEPT,
    advice="If you want to use this app, start again from here and choose Allow.",
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
    happened="Smartsheet's redirect had no authorization code.",
    done=NOTHING_KEPT,
    advice=BEGIN_AGAIN,
)
DEACTIVATED = Failure(
    code="deactivated",
    status=403,
    title="You can't use this app",
    happened="Smartsheet confirmed who you are, but an administrator has blocked you from using this app.",
    done=GIVEN_UP,
    advice="If you think this is a mistake, ask the administrator of this app.",
)
NOT_LISTED = Failure(
    code="not_listed",
    status=403,
    title="You can't use this app",
    happened="Smartsheet confirmed who you are, but only certain people or organisations can use this app.",
    done=GIVEN_UP,
    advice=(
        "If you have another Smartsheet account, sign out of Smartsheet and start again from here with that account. "
        "Or ask the administrator of this app to add you."
    ),
)
NOT_RECORDED = Failure(
    code="not_recorded",
    status=503,
    title="Nobody can sign in right now",
    happened="This app couldn't record your sign-in in its audit log. Without that record, this app lets nobody in.",
    done="This app asked Smartsheet to end the access that you had just allowed, and stored nothing.",
    advice=LATER,
)
OTHER_USER = Failure(
    code="other_user",
    status=403,
    title="You are logged in as someone else now",
    happened="The user of this site who pressed Connect is no longer logged in with this browser.",
    done=NOTHING_USED,
    advice="Log in as the user that you want to connect, and press Connect again.",
)
CONNECTED_ELSEWHERE = Failure(
    code="connected_elsewhere",
    status=409,
    title="This Smartsheet account is another user's",
    happened="Smartsheet confirmed who you are, but another user of this site has connected this Smartsheet account.",
    done=GIVEN_UP,
    advice=(
        "If the other user is also you, log in as that user to use the account. To connect the account here instead, "
        "first log in as that user and disconnect it. If you wanted to connect another Smartsheet account, sign out "
        "of Smartsheet and connect again from here."
    ),
)
OTHER_ACCOUNT = Failure(
    code="other_account",
    status=409,
    title="You have connected another Smartsheet account",
    happened="Smartsheet confirmed who you are, but you have connected a different Smartsheet account here.",
    done=GIVEN_UP,
    advice="On your profile page, first disconnect the account that you have connected. Then connect the new account.",
)
RATE_LIMITED = Failure(
    code="rate_limited",
    status=429,
    title="Too many sign-in attempts",
    happened="Too many sign-in attempts came from your network within a minute.",
    done="This app ignored this attempt. No account is locked.",
    advice=LATER,
)
BUSY = Failure(
    code="busy",
    status=503,
    title="This app is busy",
    happened="Smartsheet is slow, and too many requests of this app are already waiting for an answer.",
    done="This app has not used your sign-in yet.",
    advice="Wait some seconds, then reload this page.",
)
PROFILE_REFUSED = Failure(
    code="profile_refused",
    status=502,
    title="Smartsheet did not say who you are",
    happened="Smartsheet confirmed your sign-in, but refused to send your profile.",
    done=THROWN_AWAY,
    advice=TELL,
)

OF_OAUTH: dict[tuple[Step, type[OAuthError]], Failure] = {
    ("token", GrantRefused): Failure(
        code="code_refused",
        status=400,
        title="This sign-in is no longer valid",
        happened="Smartsheet did not accept the authorization code: the code has expired or was already used.",
        done=NOTHING_KEPT,
        advice=BEGIN_AGAIN,
    ),
    ("token", ClientRefused): Failure(
        code="app_refused",
        status=502,
        title="Smartsheet does not accept this app",
        happened="Smartsheet did not accept the registration of this app. An administrator has to fix it.",
        done=NOTHING_KEPT,
        advice=TELL,
    ),
    ("token", Unavailable): Failure(
        code="token_unavailable",
        status=503,
        title="Smartsheet is not available",
        happened="Smartsheet did not answer when this app asked it to confirm your sign-in.",
        done="This app asked Smartsheet once, and will not ask about this sign-in again.",
        advice=LATER,
    ),
    ("token", BadAnswer): Failure(
        code="token_unreadable",
        status=502,
        title="This app can't read Smartsheet's answer",
        happened="When this app asked Smartsheet to confirm your sign-in, the answer had an unknown format.",
        done="This app asked Smartsheet once, and will not ask about this sign-in again.",
        advice=TELL,
    ),
    ("profile", GrantRefused): PROFILE_REFUSED,
    ("profile", ClientRefused): PROFILE_REFUSED,
    ("profile", Unavailable): Failure(
        code="profile_unavailable",
        status=503,
        title="Smartsheet did not say who you are",
        happened="Smartsheet confirmed your sign-in, but did not send your profile.",
        done=THROWN_AWAY,
        advice=LATER,
    ),
    ("profile", BadAnswer): Failure(
        code="profile_unreadable",
        status=502,
        title="Smartsheet did not say who you are",
        happened="Smartsheet confirmed your sign-in, but sent your profile in an unknown format.",
        done=THROWN_AWAY,
        advice=TELL,
    ),
}


# The words for what happened if Smartsheet isn't available, but has answered with an error.
ANSWERED: dict[Step, str] = {
    "token": "Smartsheet answered with an error when this app asked it to confirm your sign-in.",
    "profile": "Smartsheet confirmed your sign-in, but answered with an error when this app asked for your profile.",
}


def of(error: OAuthError) -> Failure:
    """Return the texts for an error that exchange_code() raised."""
    failure = OF_OAUTH[error.step, type(error)]
    is_answered = isinstance(error, Unavailable) and error.status is not None
    return replace(failure, happened=ANSWERED[error.step]) if is_answered else failure
