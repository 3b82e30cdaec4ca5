"""Checks the results of reconciling for our own changes, and for changes made outside this app."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import Entry, PersonalText
from audit.vocabulary import Origin, Phase
from edits.sheets.personal_columns import PersonalColumn
from tests.edits.browser import Page
from tests.edits.reconciling.conftest import ROW, Fabricate, Reconciler, Save, results
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)


def intent_of(value: str) -> Entry:
    return Entry.objects.intents().get(new=json.dumps(value))


def test_a_change_in_both_histories_is_confirmed(
    save: Save, reconciler: Reconciler, plan: SitePlan, bob: Person
) -> None:
    save("Rock")
    assert reconciler.found() == ["confirmed"]
    (entry,) = reconciler.results()
    ours = intent_of("Rock")
    assert (entry.refers_to, entry.old, entry.new) == (ours.pk, ours.old, ours.new)
    assert (entry.row_id, entry.row_label) == (plan.rows[ROW], ROW)
    assert (entry.column_id, entry.column_title) == (plan.columns["Notes"], "Notes")
    assert (entry.actor_id, entry.origin, entry.is_head) == (bob.id, Origin.COMMAND, False)
    assert "modifiedAt" in json.loads(entry.evidence or "{}")


def test_the_log_page_marks_it(save: Save, reconciler: Reconciler, browser: Client) -> None:
    save("Rock")
    assert "bi-patch-check" not in Page.open(browser, "/audit/").html
    reconciler.run()
    page = browser.get("/audit/")
    (change,) = [one for one in page.context["changes"] if one.intent.pk == intent_of("Rock").pk]
    assert change.is_confirmed
    assert "bi-patch-check" in page.content.decode()


def test_a_change_that_smartsheet_never_got_is_missing(fabricate: Fabricate, reconciler: Reconciler) -> None:
    fabricate("Rock")
    assert reconciler.found() == ["missing"]
    (entry,) = reconciler.results()
    assert (entry.refers_to, entry.is_head) == (intent_of("Rock").pk, True)


def test_one_state_confirms_one_change(save: Save, fabricate: Fabricate, reconciler: Reconciler) -> None:
    save("Rock")
    fabricate("Rock")
    assert reconciler.found() == ["confirmed", "missing"]


def test_another_persons_write_is_outside(save: Save, reconciler: Reconciler, plan: SitePlan, alice: Person) -> None:
    save("Rock")
    plan.write(ROW, Notes="Sand")
    assert reconciler.found() == ["confirmed", "outside"]
    entry = next(entry for entry in reconciler.results() if entry.phase == Phase.OUTSIDE)
    assert (entry.old, entry.new, entry.refers_to, entry.is_head) == ('"Rock"', '"Sand"', None, True)
    assert alice.email not in (entry.evidence or "")
    by = json.loads(entry.evidence or "{}")["modifiedBy"]["hmac"]
    kept = PersonalText.objects.get(commitment=by)
    assert (kept.email, alice.name in kept.text) == (alice.email, True)


def test_the_entrys_page_says_who_changed_it(
    save: Save, reconciler: Reconciler, browser: Client, plan: SitePlan, alice: Person
) -> None:
    save("Rock")
    plan.write(ROW, Notes="Sand")
    reconciler.run()
    entry = results().get(phase=Phase.OUTSIDE)
    page = Page.open(browser, f"/audit/{entry.pk}/")
    assert f'"modifiedBy":"{alice.name} ({alice.email})"' in page.text
    call_command("audit_erase", f"--email={alice.email}", "--reason=asked for", "--yes")
    page = Page.open(browser, f"/audit/{entry.pk}/")
    assert alice.email not in page.text
    assert '"modifiedBy":{"objectType": "ERASED"}' in page.text


def test_the_same_persons_write_without_the_app_is_outside(
    save: Save, reconciler: Reconciler, by_bob: SitePlan
) -> None:
    save("Rock")
    by_bob.write(ROW, Notes="Sand")
    by_bob.write(ROW, Notes="Rock")
    assert reconciler.found() == ["confirmed", "outside", "outside"]


def test_our_value_under_another_name_is_misattributed(
    fabricate: Fabricate, reconciler: Reconciler, plan: SitePlan
) -> None:
    fabricate("Rock")
    plan.write(ROW, Notes="Rock")
    assert reconciler.found() == ["misattributed"]
    (entry,) = reconciler.results()
    assert entry.refers_to == intent_of("Rock").pk
    assert "modifiedBy" in json.loads(entry.evidence or "{}")


def test_uncertain_edits_are_neither_outside_nor_compared(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, by_bob: SitePlan
) -> None:
    save("Rock")
    fabricate("Sand", phase=None)
    by_bob.write(ROW, Notes="Sand")
    assert reconciler.found() == ["confirmed"]


def test_refused_changes_explain_nothing(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, by_bob: SitePlan
) -> None:
    save("Rock")
    fabricate("Sand", phase=Phase.REFUSED)
    by_bob.write(ROW, Notes="Sand")
    assert reconciler.found() == ["confirmed", "outside"]


def test_states_from_before_the_run_are_ignored(save: Save, reconciler: Reconciler, plan: SitePlan) -> None:
    assert reconciler.plan.history(ROW, "Status")  # from the seed
    save("Complete", column="Status")
    assert reconciler.found() == ["confirmed"]


def test_it_is_said_once(save: Save, fabricate: Fabricate, reconciler: Reconciler, plan: SitePlan) -> None:
    save("Rock")
    fabricate("Gravel")
    plan.write(ROW, Notes="Sand")
    plan.write(ROW, Notes="Clay")
    first = reconciler.found()
    assert first == ["confirmed", "missing", "outside", "outside"]
    assert reconciler.found() == first
    plan.write(ROW, Notes="Mud")
    assert reconciler.found() == [*first, "outside"]


def test_a_personal_column_stays_apart_and_what_was_erased_is_not_compared(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, plan: SitePlan, capsys: pytest.CaptureFixture[str]
) -> None:
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Notes"])
    save("Rock")
    plan.write(ROW, Notes="Sand")
    assert reconciler.found() == ["confirmed", "outside"]
    assert not [e for e in Entry.objects.all() if "Rock" in f"{e.old}{e.new}" or "Sand" in f"{e.old}{e.new}"]
    fabricate("Mud", is_personal=True)
    erased = Entry.objects.intents().latest("id").pk
    call_command("audit_erase", f"--entry={erased}", "--reason=asked for", "--yes")
    capsys.readouterr()
    assert reconciler.found() == ["confirmed", "outside"]
    assert "1 not comparable" in capsys.readouterr().out


def test_a_name_of_a_row_from_before_it_was_personal_is_not_said_again(
    save: Save, reconciler: Reconciler, plan: SitePlan
) -> None:
    save("Rock")
    assert intent_of("Rock").row_label == ROW
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Task"])
    save("Sand")
    reconciler.run()
    assert ROW not in {entry.row_label for entry in reconciler.results()}
    assert len(reconciler.results()) == 2


def test_a_row_that_is_gone_is_said(
    save: Save, reconciler: Reconciler, plan: SitePlan, capsys: pytest.CaptureFixture[str]
) -> None:
    save("Rock")
    plan.delete(ROW)
    assert reconciler.found() == []
    assert "1 in rows or columns that no longer exist" in capsys.readouterr().out


def test_other_cells_of_the_row_are_read_when_asked_for(save: Save, reconciler: Reconciler, plan: SitePlan) -> None:
    save("Rock")
    plan.write(ROW, Status="Blocked")
    assert reconciler.found() == ["confirmed"]
    assert reconciler.found("--all-cells") == ["confirmed", "outside"]


def test_a_row_that_was_added_with_the_app_is_explained(
    browser: Client, reconciler: Reconciler, plan: SitePlan
) -> None:
    task, notes = plan.columns["Task"], plan.columns["Notes"]
    Page.open(browser, plan.add_path).type({task: "Paint", notes: "Red"}).send()
    assert reconciler.found("--all-cells") == []


def test_the_summary_is_an_entry(save: Save, reconciler: Reconciler, capsys: pytest.CaptureFixture[str]) -> None:
    save("Rock")
    reconciler.run()
    said = "1 of 1 cells compared: 1 confirmed."
    told = capsys.readouterr()
    assert said in told.out
    assert "1 of 1 cells" in told.err
    summary = results().get(phase=Phase.DONE)
    assert (summary.message, summary.sheet_id) == (said, reconciler.plan.id)
    assert json.loads(summary.evidence or "{}")["found"] == {"confirmed": 1}


def test_the_token_of_the_person_named_is_used(
    save: Save, reconciler: Reconciler, plan: SitePlan, bob: Person, alice: Person
) -> None:
    save("Rock")
    with pytest.raises(CommandError, match=f"This app has no token of person sandbox:{alice.id}"):
        reconciler.run(f"--person=sandbox:{alice.id}")
    reconciler.run(f"--person=sandbox:{bob.id}")
    assert plan.sandbox.requests(path="/history")[-1]["personId"] == bob.id


def test_without_anybody_it_says_so(browser: Client, plan: SitePlan) -> None:
    with pytest.raises(CommandError, match="This app has no token of any editor of this sheet"):
        call_command("audit_reconcile", f"--sheet={plan.id}", "--since=2026-11-01")
