"""Pages that save a filter under a name, rename it or delete it. They are plain forms that redirect to the log."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from audit.page_models import SavedFilter
from audit.reading.active_filters import filters_alone


class SavedFilterForm(forms.ModelForm):  # type: ignore[type-arg] # only the stubs accept an argument
    """The form for a filter's name and query. A person can't use the same name twice."""

    class Meta:
        model = SavedFilter
        fields = ("name", "query")
        error_messages = {
            "name": {"required": "Give the filter a name.", "max_length": "A name can have up to 80 characters."},
            "query": {"required": "There is no active filter to save."},
        }

    def clean_query(self) -> str:
        return filters_alone(QueryDict(self.cleaned_data["query"]))

    def clean(self) -> None:
        others = SavedFilter.objects.filter(user=self.instance.user_id).exclude(pk=self.instance.pk)
        if others.filter(name=self.cleaned_data.get("name")).exists():
            self.add_error("name", "You already have a filter with this name.")
        if self.instance.pk is None and others.count() >= SavedFilter.MOST:
            self.add_error(None, f"You have {SavedFilter.MOST} saved filters, and can't save more. Delete one first.")


@require_POST
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Save the form's query under the form's name."""
    form = SavedFilterForm(request.POST, instance=SavedFilter(user_id=request.user.pk or 0))
    if not form.is_valid():
        return render(request, "audit/saved_filter.html", {"form": form, "saved": form.instance}, status=400)
    saved = form.save()
    messages.success(request, f"The filter “{saved.name}” is saved.")
    return redirect(f"{reverse('audit:log')}?{saved.query}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or delete a filter of the signed-in person."""
    saved = get_object_or_404(SavedFilter.objects.of(request.user.pk), pk=pk)
    if request.method != "POST":
        return render(request, "audit/saved_filter.html", {"form": SavedFilterForm(instance=saved), "saved": saved})
    if "delete" in request.POST:
        saved.delete()
        messages.success(request, f"The filter “{saved.name}” is deleted.")
        return redirect("audit:log")
    form = SavedFilterForm({"name": request.POST.get("name", ""), "query": saved.query}, instance=saved)
    if not form.is_valid():
        return render(request, "audit/saved_filter.html", {"form": form, "saved": saved}, status=400)
    form.save()
    messages.success(request, f"The filter is called “{saved.name}” now.")
    return redirect(f"{reverse('audit:log')}?{saved.query}")
