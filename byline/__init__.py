"""Byline in a site that has its own users. This module has what the site adds to its settings:

    import byline

    INSTALLED_APPS = [..., "simple_history", *byline.APPS]
    MIDDLEWARE = [..., *byline.MIDDLEWARE]

docs/into-your-site.md describes the other steps.
"""

from typing import Final

# `byline` comes first, because it reports if a package of the site has the name of another app.
APPS: Final = ("byline", "audit", "identity", "edits")

# The site needs them in this order, after Django's SessionMiddleware, AuthenticationMiddleware and MessageMiddleware.
MIDDLEWARE: Final = (
    "audit.middleware.RequestContextMiddleware",
    "identity.middleware.SmartsheetUserMiddleware",
    "identity.middleware.SessionUseMiddleware",
    "identity.middleware.ReaderMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "audit.middleware.NotRecordedMiddleware",
)
