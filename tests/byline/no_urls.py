"""A site without our addresses."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("A site.")


urlpatterns = [path("", home, name="home")]
