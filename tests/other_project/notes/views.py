"""The other project's pages."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from audit.recording import NotRecorded

from .models import Note
from .services import NotPinned, pin


@csrf_exempt  # as this project has no form
@require_POST
def pin_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Pin a note in the name of the one account there is."""
    pinned = get_object_or_404(Note, pk=pk)
    try:
        pin(pinned, by=User.objects.get(), shown_before=None)
    except NotRecorded:
        return HttpResponse("It was not pinned, as that cannot be recorded just now.", status=503)
    except NotPinned as error:
        return HttpResponse(f"Not pinned: {error}", status=502)
    return HttpResponse("Pinned.")
