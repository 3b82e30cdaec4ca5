"""The site's URLs with Byline, and with a page that changes a cell."""

from django.urls import include, path
from tasks import sheet_views

from club.urls import urlpatterns

urlpatterns += [
    path("progress/<int:sheet_id>/<int:row_id>/", sheet_views.Progress.as_view()),
    path("status/<int:sheet_id>/<int:row_id>/", sheet_views.Status.as_view(), name="status"),
    path("smartsheet/", include("byline.urls")),
    path("api/", include("api.urls")),
]
