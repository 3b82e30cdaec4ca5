"""The addresses that others rely on."""

from django.contrib import admin
from django.urls import include, path

from config import views
from identity.decorators import rate_limited

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("identity/", include("identity.urls")),
    path("sheets/", include("edits.urls")),
    path("audit/", include("audit.urls")),
    path("admin/login/", rate_limited("password", methods={"POST"})(admin.site.login)),
    path("admin/", admin.site.urls),
]
