"""The addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from plans import views

urlpatterns = [
    path("", views.home, name="home"),
    path("plans/add/", views.add, name="add"),
    path("account/", views.account, name="account"),
    path("login/", LoginView.as_view(template_name="plans/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
