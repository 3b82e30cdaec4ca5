"""The examples in docs/forms.md do what the page says."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from audit.models import Entry
from edits.forms import RowForbidden
from tests import signing_in
from tests.edits.browser import URLENCODED, Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "forms.md").read_text()
ROW = "Dig foundations"
THEIRS = "Drainage runs"
SignIn = Callable[[Client, Person], None]
pytestmark = pytest.mark.django_db


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class Site(Client):
    """The browser of Bob, who is signed in to a site with the page's examples."""

    plan: SitePlan
    code: dict[str, Any]

    def show(self, name: str, row: str = ROW) -> Page:
        return Page.open(self, f"/{name}/{self.plan.rows[row]}/")


@pytest.fixture
def site(
    sandbox: RunningSandbox,
    alice: Person,
    bob: Person,
    sign_in: SignIn,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Site:
    client = Site()
    sign_in(client, bob)
    client.plan = SitePlan(sandbox, alice)
    settings.SITE_PLAN = client.plan.id
    client.code = {"__name__": "examples"}
    for block in blocks("python"):
        exec(compile(block, "docs/forms.md", "exec"), client.code)  # noqa: S102 # that is what is tested
    tag, by_hand = blocks("html")
    (tmp_path / "progress.html").write_text(by_hand.replace("<form ", '<form id="row-form" '))
    (tmp_path / "tag.html").write_text(tag)
    (tmp_path / "away.html").write_text("{{ problem.title }}: {{ problem.happened }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    urls = ModuleType("urls_of_the_page")
    view = client.code["ProgressView"]
    urls.urlpatterns = [  # type: ignore[attr-defined] # made here
        *client.code["urlpatterns"],
        path("tag/<int:row_id>/", view.as_view(template_name="tag.html")),
        path("own/<int:row_id>/", client.code["progress"]),
        path("drawings/<int:row_id>/", client.code["drawings"]),
        path("", include("config.urls")),
    ]
    monkeypatch.setitem(sys.modules, urls.__name__, urls)
    settings.ROOT_URLCONF = urls.__name__
    return client


def test_every_example_is_run() -> None:
    """This fails if the page has an example that these tests don't run."""
    defined = [re.findall(r"^(?:class|def) (\w+)", block, re.MULTILINE) for block in blocks("python")]
    assert defined == [
        ["ProgressForm"],
        ["ProgressView"],
        ["progress"],
        ["not_finished"],
        ["FieldReport"],
        ["drawings"],
    ]
    assert len(blocks("html")) == 2


def test_the_form_on_the_generic_page(site: Site) -> None:
    page = site.show("progress")
    assert "Report your progress" in page.text
    assert "How far are you? (required)" in page.text
    assert "Done by (required)" in page.text
    assert "What the others should know" in page.text
    page.fields |= {"status": ["Blocked"], "due": ["2031-01-01"]}
    page = page.save()
    assert page.status == 422
    assert "That is too late." in page.text
    assert "Say what it is waiting for." in page.text
    page.fields |= {"due": ["2026-02-01"], "notes": ["Pumps"]}
    page.send()
    assert [site.plan.value(ROW, title) for title in ("Status", "Finish", "Notes")] == [
        "Blocked",
        "2026-02-01",
        "Pumps",
    ]
    assert {entry.reason for entry in Entry.objects.intents()} == {"Progress report"}


def test_the_rule_of_the_form(site: Site) -> None:
    assert site.show("progress", THEIRS).status == 403
    assert not Entry.objects.filter(phase="forbidden").exists()
    assert site.post(f"/progress/{site.plan.rows[THEIRS]}/", {"notes": "Rock"}).status_code == 403
    assert Entry.objects.get(phase="forbidden").row_label == THEIRS


def test_the_tag_on_a_page_of_the_site(site: Site) -> None:
    page = site.show("tag")
    assert 'data-save="Send"' in page.html
    assert page.fields["status"] == ["In progress"]


def test_a_view_of_your_own(site: Site, bob: Person) -> None:
    page = site.show("own")
    assert "Remaining: 16500" in page.text
    page.fields["status"] = ["Not started"]
    site.plan.write(ROW, Status="Complete")
    page = page.save()
    assert page.status == 409
    assert "Someone else changed this cell while you were editing." in page.text
    assert "You saw In progress Now Complete (by Alice Archer" in page.text
    page = page.save()  # without a choice, nothing is saved
    assert page.status == 409
    assert site.plan.value(ROW, "Status") == "Complete"
    assert page.options["choice-status"] == ["theirs", "mine"]
    page.fields["choice-status"] = ["mine"]
    page.send()
    assert site.plan.value(ROW, "Status") == "Not started"
    assert site.get(f"/own/{site.plan.rows[THEIRS]}/").status_code == 403
    assert site.get("/own/99/").status_code == 404
    site.plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    away = site.show("own")
    assert away.status == 503
    assert "Smartsheet can't be reached right now" in away.text
    page.fields["notes"] = ["Rock"]
    page = page.save()
    assert page.status == 503
    assert page.fields["due"] == ["2026-01-23"]


def come_back(site: Site, bob: Person, page: Page) -> Page:
    authorize_url = signing_in.begin(site, next_url=page.path)
    signing_in.come_back(site, signing_in.decide(site.plan.sandbox, authorize_url, bob))
    return Page.open(site, page.path)


@pytest.mark.parametrize("view", ["own", "progress"])
def test_a_view_keeps_what_was_typed_when_the_session_has_ended(site: Site, bob: Person, view: str) -> None:
    page = site.show(view)
    page.fields["due"] = ["2026-02-01"]
    site.cookies.clear()
    page.send()  # redirects to the sign-in
    page = come_back(site, bob, page)
    assert page.fields["due"] == ["2026-02-01"]
    page.send()
    assert site.plan.value(ROW, "Finish") == "2026-02-01"
    site.plan.write(ROW, Finish="2026-03-01")
    assert site.show(view).fields["due"] == ["2026-03-01"]  # the draft was deleted


@pytest.mark.parametrize("view", ["own", "progress"])
def test_a_view_keeps_what_was_typed_when_the_token_has_ended(site: Site, bob: Person, view: str) -> None:
    page = site.show(view)
    page.fields["due"] = ["2026-02-01"]
    site.plan.sandbox.fault(method="GET", person=bob.id, status=401, errorCode=1003, times=2)
    assert page.save().status == 401
    assert come_back(site, bob, page).fields["due"] == ["2026-02-01"]


@pytest.mark.parametrize("view", ["own", "progress"])
def test_a_view_keeps_what_was_typed_when_its_csrf_token_is_too_old(site: Site, view: str) -> None:
    site.handler.enforce_csrf_checks = True
    page = site.show(view)
    page.fields["due"] = ["2026-02-01"]
    page.fields["csrfmiddlewaretoken"] = ["a" * 64]
    foreign = site.post(page.path, page.sent, content_type=URLENCODED, headers={"Origin": "https://example.org"})
    assert foreign.status_code == 403
    answer = site.post(page.path, page.sent, content_type=URLENCODED, headers={"Origin": "http://testserver"})
    assert answer["Location"] == page.path
    assert Page.open(site, page.path).fields["due"] == ["2026-02-01"]
    assert not Entry.objects.intents().exists()


def test_rules_and_decisions_in_python(site: Site) -> None:
    user, rows, form = User.objects.get(), site.plan.rows, site.code["FieldReport"]
    shown = form(user=user, row_id=rows[ROW])
    assert shown["budget"].help_text == "This form only shows this column."
    assert "Complete" not in str(shown["status"]).replace('value="Complete"', "")
    assert not form(QueryDict("status=Complete"), user=user, row_id=rows[ROW]).is_valid()
    assert form(QueryDict(""), user=user, row_id=rows[ROW]).errors == {"notes": ["Fill in this field."]}
    site.plan.write(ROW, Status="Complete")
    with pytest.raises(RowForbidden, match="This task is finished"):
        form(user=user, row_id=rows[ROW])
    site.plan.write(ROW, Status="Blocked")
    baseline = form(user=user, row_id=rows[ROW]).baseline
    row = baseline.row(rows[ROW])
    assert site.code["earthworks"](baseline, row) == ""


def test_the_decorator(site: Site) -> None:
    assert site.show("drawings").text == "Only for those whose task it is."
    refused = site.show("drawings", THEIRS)
    assert refused.status == 403
    assert "doesn't name you" in refused.text
    assert not Entry.objects.filter(phase="forbidden").exists()
