"""Texts from Smartsheet and from people can't add anything to the pages that show the log: no element, no attribute,
and no control character that reverses the text after it.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from audit.context import RequestContext, using
from audit.escaping import without_bidi_controls
from audit.models import Entry
from audit.recording import Actor, Change, Outcome, intend, note, settle
from audit.vocabulary import Action, Origin, Phase
from edits.saving.row_evidence import OldPlace
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

# The text closes a tag, an attribute in single or double quotes, and a script. It also has a script, a comment, an
# entity, and tags of templates.
HOSTILE = """</a>'"><evil onx='1'></script><script>evil()</script><!--&lt;b&gt;{{ 7 }}{% now "Y" %}"""
BREAKOUT = "x' onx=1 \" onx=2 "
# This text ends the Unicode isolate around it, reverses the rest of the sentence, and begins an isolate that nothing
# ends.
CONTROLS = "a\u2069\u202eb\u2066c"
TAG = "{% load smartsheet %}{% smartsheet_log sheet %}{% smartsheet_log sheet row %}"
CHANGED = '{% load smartsheet %}{% who_changed sheet row "Task" %}'


def in_page(request: HttpRequest, sheet: int, row: int) -> HttpResponse:
    template = engines["django"].from_string(TAG + CHANGED)
    return HttpResponse(template.render({"sheet": sheet, "row": row}, request))


urlpatterns = [path("in-page/<int:sheet>/<int:row>/", in_page), path("", include("config.urls"))]


class Elements(HTMLParser):
    """Parses a page. `added` lists what a hostile text has added, and `seen` has the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.added: list[str] = []
        self.seen = ""
        self.is_exact = False  # in a list of facts, and in fields, a text is as it was recorded
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_exact = tag in {"dd", "option", "title"}
        names = [name for name, _ in attrs]
        self.added += [tag] if tag == "evil" else []
        self.added += [name for name in names if name.startswith("on")]
        self.added += [value for name, value in attrs if name in {"href", "src"} and value and value.startswith("java")]

    def handle_data(self, data: str) -> None:
        self.seen += data
        self.added += [data] if self.cdata_elem and "evil()" in data else []
        self.added += [data] if not self.is_exact and set(CONTROLS) & set(data) - set("abc") else []

    def handle_comment(self, data: str) -> None:
        self.added += [data] if "&lt;b" in data or "7" in data else []


@pytest.fixture(params=[HOSTILE, BREAKOUT, CONTROLS])
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def entries(browser: Client, plan: SitePlan, bob: Person, text: str) -> list[Entry]:
    """Entries about Bob's changes, at least one of each kind. Wherever an entry has a text from outside this app, it
    has the hostile text.
    """
    actor = Actor(id=bob.id, region="sandbox", name=text, email=text)
    row_ids = list(plan.rows.values())
    said: Any = {text: text}
    contact: Any = {"objectType": "CONTACT", "name": text, "email": text}
    link: Any = {"value": text, "hyperlink": {"url": "javascript:evil()"}}

    def cells(rows: int, columns: int = 1, new: Any = text) -> list[Change]:
        return [
            Change(row_ids[row], text, column, text, contact, new, evidence={"symbol": text})
            for row in range(rows)
            for column in list(plan.columns.values())[:columns]
        ]

    def intended(changes: list[Change], action: str = Action.CHANGE, **more: Any) -> Any:
        via = {"form": "\"><evil onx='1'>", "client": "<script>evil()</script>", "page": "' onx=1"}
        facts = {"origin": Origin.FORM, "reason": text, "evidence": {"version": text}, "via": via, **more}
        return intend(actor=actor, action=action, sheet_id=plan.id, sheet_name=text, changes=changes, **facts)

    with using(RequestContext(request_id="0" * 32, user_agent=text)):
        one = intended(cells(1))
        settle(one, [Outcome(Phase.APPLIED, row_ids[0], returned={one.lines[0][0].column_id: link})])
        for changes, phase in [
            (cells(1, 2), Phase.REFUSED),
            (cells(5, 2, link), Phase.UNKNOWN),
            (cells(3), Phase.FAILED),
        ]:
            refused = Outcome(phase, None, message=text, error_code=1020, ref_id=text[:50])
            settle(intended(changes), [refused])
        place: Any = OldPlace(row_ids[0], row_ids[1], 2).to_json()
        moved = [Change(row, text, None, "", place, {**place, text: text}) for row in row_ids[:2]]
        settle(intended(moved, Action.MOVE), [Outcome(Phase.APPLIED, None, returned={None: {**place, text: text}})])
        settle(intended(moved[:1], Action.MOVE), [Outcome(Phase.APPLIED, row_ids[0])])
        gone = {"row": {**place, "formulas": {"1": text}, "format": text}}
        for rows in (1, 6):
            deleted = [Change(row, text, None, "", {text: text}, None, evidence=gone) for row in row_ids[:rows]]
            settle(intended(deleted, Action.DELETE), [Outcome(Phase.APPLIED, None, text)])
        first = Entry.objects.intents().filter(action=Action.DELETE).order_by("pk")[0]
        added = [Change(None, text, None, "", None, {text: contact}, refers_to=first.pk)]
        undone = Outcome(Phase.APPLIED, 77, text, returned={None: {text: link}})
        settle(intended(added, Action.ADD, origin=Origin.UNDO), [undone])
        settle(
            intended(cells(1), text[:16]), [Outcome(Phase.APPLIED, row_ids[0], evidence={**said, "people": contact})]
        )
        record = Change(None, f"{text} {bob.id}", None, text, text, text)
        for change in (record, Change(None, text, None, "", None, {text: {text: text}})):
            note(
                actor=actor,
                action=Action.RECORD,
                subject=f"edits.formdefinition/{text}",
                changes=[change],
                message=text,
            )
        note(
            actor=actor,
            action=Action.ASK,
            sheet_id=plan.id,
            sheet_name=text,
            message=text,
            evidence=said,
            reason=text,
        )
        note(actor=actor, action=Action.SIGN_IN, label=text, message=text, evidence=said, ref_id=text[:50])
    return list(Entry.objects.intents().order_by("pk")) + list(Entry.objects.filter(phase=Phase.DONE))


def test_no_page_lets_a_text_add_anything(
    browser: Client, entries: list[Entry], plan: SitePlan, text: str, settings: Settings, sandbox: RunningSandbox
) -> None:
    settings.ROOT_URLCONF = __name__
    sheet, row, column = plan.id, next(iter(plan.rows.values())), next(iter(plan.columns.values()))
    edits = {entry.edit_id for entry in entries}
    person = entries[0].actor_id
    pages = [
        *("/", "/audit/", f"/audit/?person=sandbox:{person}", f"/in-page/{sheet}/{row}/"),
        *(f"/audit/?edit={edit_id}" for edit_id in edits),
        *(f"/audit/{entry.pk}/" for entry in entries),
        *(f"/audit/sheets/{sheet}/", f"/audit/sheets/{sheet}/rows/{row}/", f"/audit/sheets/{sheet}/rows/77/"),
        *(f"/audit/sheets/{sheet}/rows/{row}/columns/{column}/", f"/audit/people/sandbox/{person}/"),
        *(f"/sheets/undo/{entry.pk}/" for entry in entries if entry.sheet_id),
        *(f"/sheets/undo/edit/{edit_id}/" for edit_id in edits),
    ]
    shown: list[str] = []
    added: dict[str, list[str]] = {}
    for address in pages:
        answer = browser.get(address)
        assert answer.status_code in {200, 404, 409}, (address, answer.status_code)
        found = Elements(answer.content.decode())
        added |= {address: found.added} if found.added else {}
        shown += [address] if without_bidi_controls(text)[:12] in without_bidi_controls(found.seen) else []
    assert not added
    for address in pages[:4]:
        assert address in shown, address
    assert len(shown) > len(pages) * 0.6, sorted(set(pages) - set(shown))
