"""Makes a client of Smartsheet's own Python SDK with a person's token, for operations that this app doesn't offer."""

from typing import Any

import requests
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from edits.conf import settings
from edits.gateway.client import PlainClient
from identity import capacity
from identity.regions import UnknownRegion, region
from identity.tokens import access_tokens


def client_for(user: AbstractBaseUser | AnonymousUser) -> PlainClient:
    """Return a smartsheet.Smartsheet client with the person's own token. If the token has expired, it is refreshed
    first. Don't keep the client for longer than one Django request.

    The client uses the person's region, and raises the SDK's errors (smartsheet.exceptions). It waits at most
    SMARTSHEET_DEADLINE seconds for an answer's next byte, and never sends a failed request again. Smartsheet's own
    history shows the person as the author of each change that the client makes. The audit log has none of these
    changes. Use edits.saving for changes that the log should have. Raises identity.tokens.access_tokens.SignInAgain and
    TryLater.
    https://smartsheet.github.io/smartsheet-python-sdk/
    """
    try:
        stored = access_tokens.stored(user)
        where = region(stored.person.region)
    except UnknownRegion:
        raise access_tokens.SignInAgain from None
    return PlainClient(region_api_base=where.api_base, token=access_tokens.in_use(stored, user), session=_Session())


class _Session(requests.Session):
    """An HTTP session that ignores the environment's proxies and certificates. It waits at most SMARTSHEET_DEADLINE
    seconds for an answer's next byte.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 0
        self.verify = settings.SMARTSHEET_CA_BUNDLE or True

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        try:
            with capacity.call_in_progress():
                return super().send(request, **{"timeout": settings.SMARTSHEET_DEADLINE} | options)
        except capacity.Busy as busy:
            raise requests.ConnectionError(str(busy)) from None
