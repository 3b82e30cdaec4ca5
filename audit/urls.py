"""The addresses of the log."""

from django.urls import path, re_path

from audit import chart_views, entry_views, erasure_views, export_views, saved_filter_views, timeline_views, views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("count/", views.count_of, name="count"),
    path("newer/", views.newer, name="newer"),
    re_path("^choices/(?P<kind>person|sheet)/$", views.choices_of, name="choices"),
    path("erase/", erasure_views.erasure, name="erase"),
    path("export/", export_views.download, name="export"),
    path("filters/", saved_filter_views.save, name="save-filter"),
    path("filters/<int:pk>/", saved_filter_views.change, name="saved-filter"),
    path("<int:entry_id>/", entry_views.entry, name="entry"),
    path("charts/", chart_views.charts, name="charts"),
    path("people/<str:region>/<int:number>/", timeline_views.person, name="person"),
    path("sheets/<int:sheet_id>/", timeline_views.sheet, name="sheet"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/", timeline_views.row, name="row"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/columns/<int:column_id>/", timeline_views.cell, name="cell"),
    path("records/<path:subject>/", timeline_views.record, name="record"),
]
