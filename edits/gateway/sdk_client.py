"""Smartsheet's own Python client in a person's name, for what this app has no page for."""

from typing import Any

import requests
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from edits.conf import settings
from edits.gateway.client import PlainClient
from identity import capacity
from identity.models import SmartsheetUser
from identity.regions import UnknownRegion, region
from identity.tokens import access_tokens


def client_for(user: AbstractBaseUser | AnonymousUser) -> PlainClient:
    """A smartsheet.Smartsheet with the person's own token, valid now and renewed if it was due: for one request.

    It asks their region, waits for no answer longer than SMARTSHEET_DEADLINE between two bytes, repeats nothing, and
    raises the SDK's errors (smartsheet.exceptions). What is changed through it is in the person's name in Smartsheet's
    own history, but not in the audit log: edits.saving is the way for that. Raises
    identity.tokens.access_tokens.SignInAgain and TryLater. https://smartsheet.github.io/smartsheet-python-sdk/
    """
    try:
        where = region(SmartsheetUser.objects.get(user=user.pk).region)
    except (SmartsheetUser.DoesNotExist, UnknownRegion):
        raise access_tokens.SignInAgain from None
    return PlainClient(region_api_base=where.api_base, token=access_tokens.token_for(user), session=_Session())


class _Session(requests.Session):
    """Heeds neither proxies nor certificates of the environment, and waits no longer than the app does."""

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
