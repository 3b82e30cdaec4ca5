"""The addresses under /identity/. The address `callback/` is registered at Smartsheet as the redirect URL."""

from django.db import transaction
from django.urls import path

from identity.apptokens import views as token_views
from identity.profiles import me
from identity.profiles import views as profile_views
from identity.signin import views

app_name = "identity"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("connect/", views.connect, name="connect"),
    path("callback/", views.callback, name="callback"),
    path("callback/<slug:region_name>/", views.callback, name="callback_of_region"),
    path("logout/", views.logout, name="logout"),
    path("logout/everywhere/", profile_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("me", me.me, name="me"),
    path("profile/", profile_views.profile, name="profile"),
    path("profile/refresh/", profile_views.refresh_profile, name="refresh_profile"),
    path("sessions/<uuid:public_id>/end/", profile_views.end_session, name="end_session"),
    path("tokens/add/", token_views.add_app_token, name="add_app_token"),
    path("tokens/<int:number>/end/", token_views.end_app_token, name="end_app_token"),
    path("disconnect/", profile_views.disconnect, name="disconnect"),
]
for pattern in urlpatterns:  # so that each view commits its entries itself, even with ATOMIC_REQUESTS
    transaction.non_atomic_requests(pattern.callback)
