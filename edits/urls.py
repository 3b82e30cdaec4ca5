"""Defines the addresses below /sheets/."""

from django.db import transaction
from django.urls import path

from edits.grid import views as grid_views
from edits.rows import undo_views, views

app_name = "edits"
urlpatterns = [
    path("", grid_views.sheets, name="sheets"),
    path("undo/<int:entry_id>/", undo_views.undo, name="undo"),
    path("undo/edit/<uuid:edit_id>/", undo_views.undo_edit, name="undo_edit"),
    path("<int:sheet_id>/", grid_views.sheet, name="sheet"),
    path("<int:sheet_id>/people/", views.people, name="people"),
    path("<int:sheet_id>/rows/add/", views.add_row, name="add_row"),
    path("<int:sheet_id>/rows/<int:row_id>/edit/", views.edit_row, name="edit_row"),
    path("<int:sheet_id>/rows/<int:row_id>/save/", views.save_in_page, name="save_in_page"),
    path("<int:sheet_id>/rows/<int:row_id>/delete/", views.delete_row, name="delete_row"),
]
for pattern in urlpatterns:  # the views commit their own entries, even if ATOMIC_REQUESTS is on
    transaction.non_atomic_requests(pattern.callback)
