"""The addresses of the log."""

from django.urls import path

from audit import entry_views, views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("<int:entry_id>/", entry_views.entry, name="entry"),
]
