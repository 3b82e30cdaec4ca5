"""Follows docs/into-your-site.md step by step. Makes a new site, applies the page's changes and files, runs the page's
commands, and makes an edit.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edits.site_plan import SitePlan
from tests.hosts.installed_site import ROOT, python
from tests.running_sandbox import Person, RunningSandbox

PAGE = (ROOT / "docs" / "into-your-site.md").read_text()
ROW = "Dig foundations"
# Settings that differ from the page. The test's sandbox isn't at the address that the page expects. The page's command
# starts a server, but this test uses Django's client.
HERE = """
ALLOWED_HOSTS = ['testserver', 'localhost']
SMARTSHEET_REGIONS['sandbox'] |= {{'api_base': '{url}/2.0', 'authorize_url': '{url}/b/authorize'}}
"""
STORY = """
import json, re, sys
from urllib.parse import parse_qs, urlsplit
import django, requests
django.setup()
from django.test import Client
from audit.models import Entry
sheet, row, person, sandbox = sys.argv[1:]
browser = Client()
page = f"/orders/{sheet}/{row}/"
login = browser.get(page)["Location"]
browser.post(login, {"username": "jane", "password": "a password", "next": page})
connect = browser.get(page)["Location"]
asked = urlsplit(browser.post(connect, {"next": page})["Location"])
form = {name: value for name, (value,) in parse_qs(asked.query).items()} | {"person": person, "decision": "allow"}
back = requests.post(sandbox + "/b/authorize", data=form, allow_redirects=False, timeout=30).headers["Location"]
callback = urlsplit(back)
back = browser.get(f"{callback.path}?{callback.query}")["Location"]
html = browser.get(back).content.decode()
fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
(status,) = re.findall(r'<select name="(col-[0-9]+)"', html)
fields = {name: value.replace("&quot;", '"') for name, value in fields.items()} | {status: "Blocked"}
answer = browser.post(f"/smartsheet/sheets/{sheet}/rows/{row}/save/", fields)
after = " ".join(re.sub("<[^>]*>", " ", browser.get(answer["Location"]).content.decode()).split())
acts = list(Entry.objects.exclude(action="record").order_by("id").values_list("action", "phase"))
print(json.dumps({"login": login, "connect": connect, "back": back, "after": after, "acts": acts}))
"""


def commands() -> list[str]:
    """Return the page's manage.py commands, except those that run until they are stopped."""
    found = re.findall(r"^python (manage\.py .*)$", PAGE, re.MULTILINE)
    return [command for command in found if not command.endswith(("byline_worker", "runserver"))]


@pytest.mark.skipif(sys.platform == "win32", reason="the paths of an environment differ there")
def test_it_leads_from_a_new_site_to_the_first_edit(tmp_path: Path, sandbox: RunningSandbox, alice: Person) -> None:
    home, environment = tmp_path, {"TOKEN_KEYS": "", "DJANGO_SUPERUSER_PASSWORD": "a password", "PYTHONUTF8": "1"}
    (make_key,) = re.findall(r'^export TOKEN_KEYS=\$\(python -c "(.*)"\)$', PAGE, re.MULTILINE)

    def run(*arguments: str, code: int = 0) -> str:
        command = [str(python()), *arguments]
        ended = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=250)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout

    environment["TOKEN_KEYS"] = run("-c", make_key).strip()
    run("-m", "django", "startproject", "works", ".")
    for changes in re.findall(r"^```diff\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        subprocess.run(["git", "apply", "-"], input=changes, text=True, cwd=home, check=True, timeout=60)
    for name, text in re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    settings = home / "works" / "settings.py"
    settings.write_text(settings.read_text() + HERE.format(url=sandbox.url))
    environment["DJANGO_SETTINGS_MODULE"] = "works.settings"

    assert commands() == ["manage.py migrate", "manage.py createsuperuser", "manage.py byline_doctor"]
    run("manage.py", "migrate", "--verbosity", "0")
    run("manage.py", "createsuperuser", "--noinput", "--username", "jane", "--email", "jane@example.com")
    told = run("manage.py", "byline_doctor", code=1)
    assert "1 to do." in told  # the worker doesn't run here
    assert "No worker has ever run" in told
    run("manage.py", "makemigrations", "--check", "--dry-run")
    sandbox.register_app(redirect_url="http://testserver/smartsheet/identity/callback/")
    plan = SitePlan(sandbox, alice)
    (home / "story.py").write_text(STORY)
    story = json.loads(run("story.py", str(plan.id), str(plan.rows[ROW]), str(alice.id), sandbox.url).splitlines()[-1])
    page = f"/orders/{plan.id}/{plan.rows[ROW]}/"
    assert story["login"] == f"/admin/login/?next={page}"
    assert story["connect"] == f"/smartsheet/identity/connect/?next={page}"
    assert story["back"] == page
    assert "1 cell changed · view in log" in story["after"]
    assert "Last change of the status: Alice Archer, just now" in story["after"]
    assert story["acts"] == [["connect", "done"], ["change", "intent"], ["change", "applied"]]
    assert plan.value(ROW, "Status") == "Blocked"
    assert plan.last_writer(ROW, "Status") == alice.email
