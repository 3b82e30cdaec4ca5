"""Below /identity/. The callback is registered with Smartsheet."""

from django.urls import path

from identity import account_views, me, views

app_name = "identity"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("callback/", views.callback, name="callback"),
    path("callback/<slug:region_name>/", views.callback, name="callback_of_region"),
    path("logout/", views.logout, name="logout"),
    path("logout/everywhere/", account_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("me", me.me, name="me"),
    path("profile/", account_views.profile, name="profile"),
    path("profile/refresh/", account_views.refresh_profile, name="refresh_profile"),
    path("sessions/<uuid:public_id>/end/", account_views.end_session, name="end_session"),
    path("disconnect/", account_views.disconnect, name="disconnect"),
]
