"""The addresses that others rely on."""

from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("identity/", include("identity.urls")),
    path("sheets/", include("edits.urls")),
    path("audit/", include("audit.urls")),
    path("admin/", admin.site.urls),
]
