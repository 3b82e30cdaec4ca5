"""The page that erases a person's names from the log. It shows what would be erased before it erases anything."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.access import reader_of
from audit.retention.erasure import (
    Address,
    NothingToErase,
    Person,
    ReasonNamesThem,
    check_reason,
    erase,
    look,
    names_of,
)
from audit.vocabulary import Origin


class ErasureForm(forms.Form):
    """The form for the person to erase, and the reason."""

    who = forms.CharField(max_length=320, error_messages={"required": "Enter a person."})
    reason = forms.CharField(max_length=500, error_messages={"required": "Give a reason. It stays in the log."})

    def clean_who(self) -> Person | Address:
        """Parse the text. Return a Person if it is “region:id”, or an Address if it is an e-mail address."""
        who: str = self.cleaned_data["who"]
        if "@" in who:
            return Address(who)
        region, _, number = who.partition(":")
        if not (region and number.isascii() and number.isdecimal() and len(number) < 19):
            raise forms.ValidationError("Enter a person, like com:4711, or an e-mail address.")
        return Person(region, int(number))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required("audit.erase", raise_exception=True)
def erasure(request: HttpRequest) -> HttpResponse:
    """Ask whom to erase, and for the reason. When the form is sent, show how much would be erased. Erase only when the
    form is sent a second time, with the button that confirms the person whom the page showed.
    """
    if request.method != "POST":
        form = ErasureForm(initial={"who": request.GET.get("who", "")})
        return render(request, "audit/erasure.html", {"form": form})
    form = ErasureForm(request.POST)
    found, names = None, []
    if form.is_valid():
        what, reason = form.cleaned_data["who"], form.cleaned_data["reason"]
        try:
            if request.POST.get("certain") == request.POST["who"]:  # the person that the page asked about
                erased = erase(what, by=reader_of(request).actor, reason=reason, origin=Origin.APP)
                messages.success(request, f"Erased for good: {erased}.")
                return redirect("audit:log")
            check_reason(what, reason)
            found, names = look(what), names_of(what)
        except NothingToErase as error:
            form.add_error("who", str(error))
        except ReasonNamesThem as error:
            form.add_error("reason", str(error))
    status = 400 if form.errors else 200
    return render(request, "audit/erasure.html", {"form": form, "found": found, "names": names}, status=status)
