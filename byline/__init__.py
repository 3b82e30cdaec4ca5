"""Adds Byline to a site that has its own users. The site adds the tuples of this module to its settings:

    import byline

    INSTALLED_APPS = [..., "simple_history", *byline.APPS]
    MIDDLEWARE = [..., *byline.MIDDLEWARE]

docs/into-your-site.md describes the other steps.
"""

from typing import Final

# `byline` comes first, because it checks the names: it reports an error if the site has its own package with the name
# `audit`, `identity` or `edits`.
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
