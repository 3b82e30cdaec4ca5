"""The site's pages, which don't use Smartsheet."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tasks.models import Task


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ["title", "due"]


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account page: who is logged in, and their tasks."""
    return render(request, "tasks/account.html", {"tasks": Task.objects.filter(member=request.user)})


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Add a task, and send an e-mail to the member who added it."""
    form = TaskForm(request.POST or None)
    if form.is_valid():
        form.instance.member = request.user
        task = form.save()
        send_mail("Eine Aufgabe", f"{task} bis {task.due}", "club@example.org", [request.user.email])
        return redirect("account")
    return render(request, "tasks/add.html", {"form": form})
