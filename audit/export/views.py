"""The view that exports the log. It has the same filters as the log page."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit.access import reader_of
from audit.export import exports
from audit.export.selection import selection_of
from audit.filtering.fields import without_names
from audit.filtering.filters import LogFilter
from audit.vocabulary import Origin

EXPORT = "audit.export"


@require_POST  # not GET, because an export writes an entry
@login_required
def download(request: HttpRequest) -> HttpResponseBase:
    """Send a file with the entries that match the filters in the address and that the reader can read. The file is made
    piece by piece while it is sent.

    Auditors can export only with the permission audit.export. Other people can export without this permission.
    """
    reader = reader_of(request, is_waiting=True)
    if reader.sees_all and not request.user.has_perm(EXPORT):
        raise PermissionDenied
    kind = request.POST.get("format", "")
    if kind not in exports.CONTENT_TYPES:
        raise SuspiciousOperation("This export format doesn't exist.")
    form = LogFilter(request.GET, people=[], sheets=[])
    if not form.is_valid():
        return render(request, "audit/log.html", {"form": form}, status=400)
    made = exports.begin(
        selection_of(form, reader, without_names(request.GET)), kind=kind, actor=reader.actor, origin=Origin.APP
    )
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["X-Accel-Buffering"] = "no"  # without this, a proxy would store the whole file first
    return response
