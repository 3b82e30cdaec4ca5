"""What a user of the site does, in the site's own environment: log in, connect, edit, disconnect, log in again."""

import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

import django
import requests

django.setup()

from django.contrib.auth.models import User  # noqa: E402 # Django is set up first
from django.test import Client  # noqa: E402 # Django is set up first
from plans.models import Plan  # noqa: E402 # Django is set up first

from audit.models import Entry  # noqa: E402 # Django is set up first
from identity.models import Token  # noqa: E402 # Django is set up first

sheet, row, person = (int(argument) for argument in sys.argv[1:])
jane = User.objects.create_user("jane", password="correct horse")
browser = Client()
assert browser.login(username="jane", password="correct horse")
refused = browser.post("/status/", {})
assert refused["Location"] == "/identity/connect/?next=/status/", refused["Location"]

asked = urlsplit(browser.post("/identity/connect/", {"next": "/sheets/"})["Location"])
form = {name: value for name, (value,) in parse_qs(asked.query).items()} | {"person": str(person), "decision": "allow"}
consent = f"{os.environ['SANDBOX_URL']}/b/authorize"
callback = urlsplit(requests.post(consent, data=form, allow_redirects=False, timeout=30).headers["Location"])
address = f"{callback.path}?{callback.query}"
assert browser.get(address)["Location"] == "/sheets/"
assert browser.get(address)["Location"] == "/sheets/"  # replayed: nothing happens twice
assert Token.objects.count() == 1
me = browser.get("/identity/me")
assert me.wsgi_request.user == jane
assert me.json()["user"]["id"] == person

for page in ("/sheets/", f"/sheets/{sheet}/", f"/sheets/{sheet}/rows/{row}/edit/", "/audit/", "/audit/charts/"):
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    assert b"<h1" in answer.content, page
change = {"sheet": sheet, "row": row, "shown": os.environ["SHOWN"]}
answers = [browser.post("/status/", change | {"typed": typed}) for typed in ("Blocked", "Not started")]
saved, conflict = [(answer.status_code, answer.content.decode()) for answer in answers]
inside = browser.get("/in-transaction/")
assert (inside.status_code, b"non_atomic_requests" in inside.content) == (500, True)

plan = Plan.objects.create(name="A plan of the site")
plan.history.all().delete()  # its history is not made append-only
assert not Entry.objects.filter(subject__startswith="plans.").exists()
Plan.objects.filter(pk=plan.pk).delete()

gone = browser.post("/identity/disconnect/", follow=True).content.decode()
assert "you are still logged in to this site" in gone
assert browser.get("/identity/me").json() == {"user": None}
browser.post("/logout/")
again = Client()
assert again.login(username="jane", password="correct horse")
assert again.get("/identity/me").wsgi_request.user == jane
assert again.get("/nowhere/").status_code == 404
acts = [(entry.action, entry.phase, entry.actor_id) for entry in Entry.objects.exclude(action="record").order_by("id")]
print(json.dumps({"saved": saved, "conflict": conflict, "acts": acts}))
