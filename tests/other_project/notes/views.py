"""The other project's views."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from audit.recording import NotRecorded

from .models import Note
from .services import NotPinned, pin


@csrf_exempt  # this project has no form
@require_POST
def pin_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Pin a note in the name of the project's only user."""
    pinned = get_object_or_404(Note, pk=pk)
    try:
        pin(pinned, by=User.objects.get(), shown_before=None)
    except NotRecorded:
        return HttpResponse("The note was not pinned: the audit log can't be written right now.", status=503)
    except NotPinned as error:
        return HttpResponse(f"Not pinned: {error}", status=502)
    return HttpResponse("Pinned.")
