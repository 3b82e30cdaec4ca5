"""Designers make forms without JavaScript: fields, their order and states, rules for rows, and saving."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from edits.forms.definition import ChosenFilter, State
from edits.forms.models import FormDefinition
from tests.edits.forms.designing.pages import DesignerPage
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

SignIn = Callable[[Client, Person], None]
pytestmark = pytest.mark.django_db


def test_a_form_is_made_for_a_sheet_that_the_designer_chooses(browser: Client, plan: SitePlan) -> None:
    assert "There is no form yet" in browser.get("/forms/design/").content.decode()
    assert f"/forms/design/new/{plan.id}/" in browser.get("/forms/design/new/?q=site").content.decode()
    answer = browser.post(f"/forms/design/new/{plan.id}/", {"title": "Über Fortschritt berichten", "slug": ""})
    form = FormDefinition.objects.get()
    assert answer["Location"] == f"/forms/design/{form.pk}/"
    assert (form.slug, form.title, form.sheet_name) == (
        "uber-fortschritt-berichten",
        "Über Fortschritt berichten",
        plan.name,
    )
    assert form.designer is not None
    assert form.designer.email == "bob@example.com"
    assert form.state == "draft"
    assert "Über Fortschritt berichten" in browser.get("/forms/design/").content.decode()


def test_fields_are_added_moved_changed_and_removed(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    status, notes, due = (plan.columns[name] for name in ("Status", "Notes", "Finish"))
    page = DesignerPage.open(browser, form)
    assert "Saved" in page.text
    page.type(new_field=str(due)).press("add")
    assert "Not saved yet" in page.text
    page.press(f"up:{due}").press(f"up:{due}")
    assert "“Finish” is now field 1 of 3." in page.text
    page.choose(due).type(label="Done by", state="required", help="The last day")
    page.choose(notes).press(f"remove:{notes}")
    assert FormDefinition.objects.get().revision == 0, "only Save stores"
    page.press("save")
    assert "Saved" in page.text
    fields = FormDefinition.objects.get().draft_definition.fields
    assert [(one.column_id, one.name, one.state) for one in fields] == [
        (due, "Done by", State.REQUIRED),
        (status, "Status", State.REQUIRED),
    ]
    assert fields[0].help == "The last day"


def test_a_rule_is_built_from_lines_and_groups(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    status, due, owner = (plan.columns[name] for name in ("Status", "Finish", "Responsible"))
    page = DesignerPage.open(browser, form).choose("rows")
    assert "All rows of the sheet." in page.text
    page.press("line:rule~").type(**{"rule~0~column": str(status)})
    assert "Not finished: Enter a value in each line." in page.press("show").text
    page.type(**{"rule~0~is": "not_equals", "rule~0~value": "Complete"}).press(f"mine:{owner}")
    page.press("group:rule~").type(**{"rule~2.0~column": str(due)}).press("show")
    page.type(**{"rule~2.0~is": "before_today"}).press("show").type(**{"rule~2.0~value": "7"}).press("save")
    rule = FormDefinition.objects.get().draft_definition.rule
    assert rule is not None
    assert rule.words({status: "Status", due: "Finish", owner: "Responsible"}) == (
        "Status is not “Complete” and Responsible is the person who opens the form"
        " and Finish is before 7 days from today"
    )
    page.press("cut:rule~2").press("cut:rule~0").press("save")
    rule = FormDefinition.objects.get().draft_definition.rule
    assert rule is not None
    assert rule.column_ids == {owner}


def test_a_form_with_an_unfinished_condition_is_not_saved_and_nothing_is_lost(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    page = DesignerPage.open(browser, form).type(title="Tell us more")
    page.choose("rows").press("line:rule~").choose("people")
    page.press("save")
    assert page.status == 422
    assert "Not saved. Rows: the condition isn't finished. Choose a column in each line." in page.text
    assert FormDefinition.objects.get().revision == 0
    page.press("cut:rule~0").press("save")
    assert page.status == 200
    assert FormDefinition.objects.get().draft_definition.title == "Tell us more"


def test_a_field_has_states_options_and_refusals_by_condition(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    status, spent = plan.columns["Status"], plan.columns["Spent"]
    page = DesignerPage.open(browser, form).choose(status)
    page.press("item:states").type(**{"states-0~state": "shown", "states-0~0~column": str(spent)}).press("show")
    page.type(**{"states-0~0~is": "greater", "states-0~0~value": "1000"})
    page.press("item:options").type(**{"options-0~options": ["Blocked", "Complete"]})
    page.type(**{"options-0~0~column": str(spent)})
    page.press("show").type(**{"options-0~0~is": "empty"})
    page.press("item:not_allowed").type(**{"not_allowed-0~message": "Say why first."})
    page.type(**{"not_allowed-0~0~column": str(status)}).press("show").type(**{"not_allowed-0~0~value": "Blocked"})
    page.press("save")
    assert page.status == 200, page.text
    field = FormDefinition.objects.get().draft_definition.fields[0]
    titles = {status: "Status", spent: "Spent"}
    assert [(one.state, one.when.words(titles)) for one in field.states] == [(State.SHOWN, "Spent is more than 1000")]
    assert [(one.options, one.when.words(titles)) for one in field.options] == [
        (("Blocked", "Complete"), "Spent is empty")
    ]
    assert [(one.message, one.when.words(titles)) for one in field.not_allowed] == [
        ("Say why first.", "Status is “Blocked”")
    ]
    page.press("drop:states-0").press("drop:options-0").press("drop:not_allowed-0").press("save")
    assert not FormDefinition.objects.get().draft_definition.fields[0].conditions


@pytest.mark.parametrize(
    ("title", "typed", "value"),
    [
        ("Notes", "Nothing yet", "Nothing yet"),
        ("Spent", "12.50", 12.5),
        ("Done", "true", True),
        ("Finish", "2026-12-24", "2026-12-24"),
        ("Status", "Blocked", "Blocked"),
        ("Equipment", ["Crane", "Lorry"], ["Crane", "Lorry"]),
        ("Responsible", "Bob Baker", "bob@example.com"),
    ],
)
def test_a_default_value_is_of_its_columns_type(
    browser: Client, form: FormDefinition, plan: SitePlan, title: str, typed: str | list[str], value: object
) -> None:
    column_id = plan.columns[title]
    page = DesignerPage.open(browser, form)
    if page.html.count(f'id="field-{column_id}"') == 0:
        page.press("add", new_field=str(column_id))
    page.choose(column_id).type(default=typed).press("save")
    assert page.status == 200, page.text
    page = DesignerPage.open(browser, form, f"?chosen={column_id}")
    page.press("save")
    field = FormDefinition.objects.get().draft_definition.field(column_id)
    assert field is not None
    assert field.default == value
    assert "Saved" in page.text


def test_a_wrong_default_value_stays_in_its_control(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    finish = plan.columns["Finish"]
    page = DesignerPage.open(browser, form).press("add", new_field=str(finish)).type(default="2026-02-31").press("save")
    assert page.status == 422
    assert page.fields["default"] == ["2026-02-31"]
    assert FormDefinition.objects.get().revision == 0


def test_people_a_reason_and_a_closing_date_are_set(browser: Client, form: FormDefinition) -> None:
    page = DesignerPage.open(browser, form).choose("people")
    page.type(audience="listed", people="Frank@Example.com\ndora@example.com", domains="@example.org").choose("reason")
    page.type(reason="from_list", reasons="Delay\n\nDelay\nOther").choose("closing")
    page.type(closes="2026-12-24T17:00", time_zone="Europe/Berlin").choose("rows").type(allow=["edit", "add"]).press(
        "save"
    )
    stored = FormDefinition.objects.get()
    definition = stored.draft_definition
    assert (definition.people, definition.domains) == (("frank@example.com", "dora@example.com"), ("example.org",))
    assert definition.reasons == ("Delay", "Other")
    assert sorted(definition.allow) == ["add", "edit"]
    assert stored.closes_at is not None
    assert stored.closes_at.isoformat() == "2026-12-24T16:00:00+00:00"
    assert stored.closes_at_there is not None
    assert stored.closes_at_there.hour == 17


@pytest.mark.parametrize(
    ("panel", "typed", "sentence"),
    [
        ("title", {"title": ""}, "This field is required."),
        ("title", {"slug": "Über uns"}, "Use lower-case letters, digits and single hyphens"),
        ("title", {"slug": "design"}, "is an address of this app"),
        ("people", {"people": "Frank"}, "isn’t an e-mail address"),
        ("people", {"domains": "example"}, "isn’t a domain"),
        ("closing", {"closes": "tomorrow"}, "Enter a day and a time"),
    ],
)
def test_a_wrong_setting_is_refused_and_stays_as_typed(
    browser: Client, form: FormDefinition, panel: str, typed: dict[str, str], sentence: str
) -> None:
    page = DesignerPage.open(browser, form, f"?chosen={panel}").type(**typed).press("save")
    assert page.status == 422
    assert sentence in page.text.replace("'", "’")
    assert all(value in page.html for value in typed.values())
    assert FormDefinition.objects.get().revision == 0


def test_a_page_that_was_tampered_with_stores_nothing(browser: Client, form: FormDefinition) -> None:
    for work in ("", "[]", "[" * 100_000, '{"content": {"fields": [1]}, "slug": "a", "closes": "", "zone": "UTC"}'):
        page = DesignerPage.open(browser, form)
        page.fields["work"] = [work]
        assert page.press("save").status == 400
    assert FormDefinition.objects.get().revision == 0


@pytest.mark.parametrize("slug", ["design", "a b", "<b>", "x" * 61])
def test_an_address_that_was_tampered_with_is_not_saved(browser: Client, form: FormDefinition, slug: str) -> None:
    page = DesignerPage.open(browser, form, "?chosen=reason")
    page.fields["work"] = [json.dumps(json.loads(page.fields["work"][0]) | {"slug": slug})]
    assert page.press("save").status == 422
    assert FormDefinition.objects.get().slug == "progress"


def test_what_was_typed_before_signing_in_again_is_shown_and_not_saved(
    browser: Client, form: FormDefinition, sign_in: SignIn, bob: Person
) -> None:
    page = DesignerPage.open(browser, form).type(title="Typed before")
    browser.post("/identity/logout/")
    browser.post(page.path, page.fields | {"do": ["save"]})
    sign_in(browser, bob)
    page = DesignerPage.open(browser, form)
    assert "This is what you typed before you signed in. It is not saved yet." in page.text
    assert FormDefinition.objects.get().revision == 0
    page.press("save")
    assert FormDefinition.objects.get().title == "Typed before"


def test_what_was_typed_before_a_sign_in_in_another_tab_is_shown_and_not_saved(
    browser: Client, form: FormDefinition
) -> None:
    page = DesignerPage.open(browser, form).type(title="Typed before")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    sent = page.fields | {"do": ["save"], "csrfmiddlewaretoken": ["a" * 64]}
    assert strict.post(page.path, sent, headers={"origin": "http://evil.example"}).status_code == 403
    assert strict.post(page.path, sent, headers={"origin": "http://testserver"})["Location"] == page.path
    page = DesignerPage.open(browser, form)
    assert "This is what you typed before you signed in. It is not saved yet." in page.text
    assert FormDefinition.objects.get().revision == 0


def test_a_filter_of_the_sheet_is_chosen_beside_the_rule(
    browser: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    (shared,) = plan.sandbox.call(alice, "GET", f"/sheets/{plan.id}/filters")["data"]
    page = DesignerPage.open(browser, form).choose("rows")
    assert "Under way" in page.text
    assert "Costly lifting" not in page.text, "only Bob could use his personal filter"
    page.type(filter=str(shared["id"])).press(f"mine:{plan.columns['Responsible']}").press("save")
    definition = FormDefinition.objects.get().draft_definition
    assert definition.filter == ChosenFilter(shared["id"], "Under way")
    assert definition.rule is not None
    published = browser.get(f"/forms/design/{form.pk}/publish/").content.decode()
    assert "1 row fits the rule for you." in published
    browser.post(f"/forms/design/{form.pk}/publish/", {"seen": "1"})
    form.refresh_from_db()
    assert form.state == "published"

    page = DesignerPage.open(browser, form).choose("rows").type(filter="").press("save")
    assert FormDefinition.objects.get().draft_definition.filter is None
    published = " ".join(browser.get(f"/forms/design/{form.pk}/publish/").content.decode().split())
    assert "and those that the sheet’s filter “Under way” shows. Now it is for these rows: those for which" in published


def test_a_deleted_filter_stays_chosen_and_keeps_the_form_from_being_published(
    browser: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    (shared,) = plan.sandbox.call(alice, "GET", f"/sheets/{plan.id}/filters")["data"]
    form.save_draft(replace(form.draft_definition, filter=ChosenFilter(shared["id"], "Under way")), seen=0)
    plan._call("DELETE", f"/sheets/{plan.id}/filters/{shared['id']}")
    page = DesignerPage.open(browser, form).choose("rows")
    assert page.fields["filter"] == [str(shared["id"])]
    assert "This filter was deleted, or isn’t shared any more" in page.text
    answer = browser.post(f"/forms/design/{form.pk}/publish/", {"seen": "1"})
    assert answer.status_code == 422
    assert "The filter “Under way” was deleted in Smartsheet" in answer.content.decode()
    preview = browser.get(f"/forms/design/{form.pk}/preview/")
    assert preview.status_code == 403


def test_without_smartsheets_answer_the_chosen_filter_stays(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    chosen = ChosenFilter(77, "Under way")
    form.save_draft(replace(form.draft_definition, filter=chosen), seen=0)
    plan.sandbox.fault(path=f"/sheets/{plan.id}/filters", status=503, times=50)
    page = DesignerPage.open(browser, form).choose("rows")
    assert "Smartsheet didn’t tell this app which filters the sheet has." in page.text
    page.type(allow=["edit", "add"]).press("save")
    assert FormDefinition.objects.get().draft_definition.filter == chosen
