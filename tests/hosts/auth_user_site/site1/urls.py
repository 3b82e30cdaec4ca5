"""The addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from plans import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", LoginView.as_view(template_name="admin/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("status/", views.set_status),
    path("in-transaction/", views.in_transaction),
    path("identity/", include("identity.urls")),
    path("sheets/", include("edits.urls")),
    path("audit/", include("audit.urls")),
]
