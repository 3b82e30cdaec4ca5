"""The URLs of this project, and the URL of the page that docs/into-your-site.md adds to a site."""

import re
from typing import Any

from django.urls import path

from config.urls import urlpatterns as ours
from tests.hosts.installed_site import ROOT

GUIDE = (ROOT / "docs" / "into-your-site.md").read_text()


def code_of(name: str) -> str:
    """Return the content of a file that docs/into-your-site.md shows."""
    (found,) = re.findall(rf"^`{name}`:\n\n```\w+\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


views: dict[str, Any] = {"__name__": "works.views"}
exec(code_of("works/views.py"), views)  # noqa: S102 # the guide's own code
urlpatterns = [*ours, path("orders/<int:sheet_id>/<int:row_id>/", views["order"])]
