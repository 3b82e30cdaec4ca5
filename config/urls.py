"""The addresses of this project, and its error page."""

from django.contrib import admin
from django.urls import include, path

from config import health, views
from identity.decorators import rate_limited

handler500 = "config.views.server_error"
urlpatterns = [
    path("", views.home, name="home"),
    path("dismiss/<uuid:edit_id>/", views.dismiss, name="dismiss"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("byline.urls")),
    path("api/", include("api.urls")),
    path("admin/login/", rate_limited("password", methods={"POST"})(admin.site.login)),
    path("admin/", admin.site.urls),
]
