"""The addresses of the log."""

from django.urls import path

from audit import entry_views, timeline_views, views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("<int:entry_id>/", entry_views.entry, name="entry"),
    path("people/<str:region>/<int:number>/", timeline_views.person, name="person"),
    path("sheets/<int:sheet_id>/", timeline_views.sheet, name="sheet"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/", timeline_views.row, name="row"),
    path("sheets/<int:sheet_id>/rows/<int:row_id>/columns/<int:column_id>/", timeline_views.cell, name="cell"),
    path("records/<path:subject>/", timeline_views.record, name="record"),
]
