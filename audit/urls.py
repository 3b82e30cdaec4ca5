"""The addresses of the log."""

from django.db import transaction
from django.urls import path, re_path

from audit.charts.views import charts
from audit.export.views import download
from audit.reading import entry_views, saved_filters, views
from audit.retention.views import erasure
from audit.timelines.views import cell, person, record, row, sheet

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("count/", views.count_of, name="count"),
    path("newer/", views.newer, name="newer"),
    re_path("^choices/(?P<kind>person|sheet)/$", views.choices_of, name="choices"),
    path("erase/", erasure, name="erase"),
    path("export/", download, name="export"),
    path("filters/", saved_filters.save, name="save-filter"),
    path("filters/<int:pk>/", saved_filters.change, name="saved-filter"),
    path("<int:entry_id>/", entry_views.entry, name="entry"),
    path("charts/", charts, name="charts"),
    path("people/<str:region>/<int:number>/", person, name="person"),
    path("sheets/<int:sheet_id>/", sheet, name="sheet"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/", row, name="row"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/columns/<int:column_id>/", cell, name="cell"),
    path("records/<path:subject>/", record, name="record"),
]
for pattern in urlpatterns:  # so that each view commits its entries itself, even with ATOMIC_REQUESTS
    transaction.non_atomic_requests(pattern.callback)
