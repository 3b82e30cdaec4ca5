"""The addresses of all Byline pages, for a site's URLconf: path("smartsheet/", include("byline.urls")).

The URL names are `identity:…`, `edits:…`, `forms:…` and `audit:…`. Smartsheet redirects browsers to
`identity:callback`. So the redirect URL contains the path that the site chose, such as `smartsheet/`.
"""

from django.urls import include, path

urlpatterns = [
    path("identity/", include("identity.urls")),
    path("sheets/", include("edits.urls")),
    path("forms/", include("edits.forms.urls")),
    path("audit/", include("audit.urls")),
]
