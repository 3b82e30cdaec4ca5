"""The other project's URLs."""

from django.urls import path

from tests.other_project.notes import views

urlpatterns = [path("notes/<int:pk>/pin", views.pin_note)]
