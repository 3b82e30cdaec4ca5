"""The site's settings with Byline."""

import os

import byline
from club.settings import *  # noqa: F403 # so that the difference can be read here
from club.settings import CONTEXT_PROCESSORS, FORM_ACTION, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS += ["simple_history", "ninja", *byline.APPS, "api"]
MIDDLEWARE += byline.MIDDLEWARE
CONTEXT_PROCESSORS += ["identity.context_processors.smartsheet"]
FORM_ACTION += [os.environ["SANDBOX_URL"]]
ROOT_URLCONF = "club.urls_with_byline"
TOKEN_KEYS = ["wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA="]
SMARTSHEET_REGIONS = {
    "sandbox": {
        "api_base": f"{os.environ['SANDBOX_URL']}/2.0",
        "authorize_url": f"{os.environ['SANDBOX_URL']}/b/authorize",
        "client_id": "club",
        "client_secret": "club-secret",
        "client_auth": "hash",
        "scopes": ("READ_SHEETS", "WRITE_SHEETS"),
    }
}
