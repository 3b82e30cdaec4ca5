"""The addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetView
from django.urls import path
from django.views.generic import TemplateView
from tasks import views

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("anmelden/", LoginView.as_view(redirect_authenticated_user=True), name="anmelden"),
    path("abmelden/", LogoutView.as_view(), name="logout"),
    path("passwort/", PasswordResetView.as_view(success_url="/"), name="password_reset"),
    path("passwort/<uidb64>/<token>/", TemplateView.as_view(template_name="home.html"), name="password_reset_confirm"),
    path("account/", views.account, name="account"),
    path("tasks/add/", views.add, name="add"),
    path("admin/", admin.site.urls),
]
