"""The site's URLs with Byline, and with a page that changes a cell."""

from django.urls import include, path
from plans import sheet_views

from site1.urls import urlpatterns

urlpatterns += [
    path("progress/<int:sheet_id>/<int:row_id>/", sheet_views.Progress.as_view()),
    path("status/<int:sheet_id>/<int:row_id>/", sheet_views.status, name="status"),
    path("in-transaction/", sheet_views.in_transaction),
    path("smartsheet/", include("byline.urls")),
]
