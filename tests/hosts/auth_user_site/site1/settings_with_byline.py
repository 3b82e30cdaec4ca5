"""The site's settings with Byline."""

import os

import byline
from site1.settings import *  # noqa: F403 # so that the difference can be read here
from site1.settings import CONTEXT_PROCESSORS, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS += byline.APPS
MIDDLEWARE += byline.MIDDLEWARE
CONTEXT_PROCESSORS += ["identity.context_processors.smartsheet"]
ROOT_URLCONF = "site1.urls_with_byline"
TOKEN_KEYS = ["wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA="]
SMARTSHEET_REGIONS = {
    "sandbox": {
        "api_base": f"{os.environ['SANDBOX_URL']}/2.0",
        "authorize_url": f"{os.environ['SANDBOX_URL']}/b/authorize",
        "client_id": "site1",
        "client_secret": "site1-secret",
        "client_auth": "hash",
        "scopes": ("READ_SHEETS", "WRITE_SHEETS"),
    }
}
