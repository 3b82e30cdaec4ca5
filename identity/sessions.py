"""The browsers that a person is signed in with."""

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone


def end_all(user: User) -> None:
    """Sign the user out of every browser. A request that one of them has under way is the last."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [session.pk for session in alive if session.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()
