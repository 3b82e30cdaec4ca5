"""The site's pages, which don't use Smartsheet."""

from audit_trail.models import Trail
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from plans.models import Plan


class PlanForm(forms.ModelForm):
    kind = forms.MultipleChoiceField(
        choices=[("a", "Public"), ("b", "Internal")], widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Plan
        fields = ["name"]


def home(request: HttpRequest) -> HttpResponse:
    """Show all plans."""
    return render(request, "plans/home.html", {"plans": Plan.objects.order_by("name")})


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show who is logged in."""
    return render(request, "plans/account.html")


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Add a plan and an entry in the site's own trail. With ATOMIC_REQUESTS, both are in one transaction."""
    form = PlanForm(request.POST or None)
    if form.is_valid():
        form.instance.owner = request.user
        plan = form.save()
        Trail.objects.create(text=f"{request.user} added {plan}")
        if plan.name == "Impossible":
            raise RuntimeError("so that the transaction is rolled back")
        return redirect("home")
    return render(request, "plans/add.html", {"form": form})
