"""The URLconf of a site that doesn't include Byline's URLs."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("A site.")


urlpatterns = [path("", home, name="home")]
