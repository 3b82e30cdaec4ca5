"""A designed form for a project plan. People enter durations and predecessors of tasks, and see the computed dates."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.recording import THIS_APP
from edits.forms.definition import Allow, Audience, Definition, FormField, State
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Sheet
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

DRAW, DESIGN = "Draw the partitions", "Design"


@pytest.fixture
def project(browser: Client, sandbox: RunningSandbox, bob: Person) -> SitePlan:
    """The project sheet, with a published form of its tasks."""
    project = SitePlan(sandbox, bob, "Fit-out plan")
    columns = {column.title: column for column in Sheet.parse(sandbox.sheet(bob, project.name)).columns}
    fields = (
        FormField.of(columns["Task"], state=State.SHOWN),
        *(FormField.of(columns[title]) for title in ("Duration", "Predecessors", "Start", "Finish")),
    )
    definition = Definition(
        title="Plan my tasks", fields=fields, allow=frozenset({Allow.EDIT}), audience=Audience.EVERYONE
    )
    stored = FormDefinition(
        region="sandbox", sheet_id=project.id, sheet_name=project.name, slug="plan", draft=definition.to_json()
    )
    stored.save()
    stored.publish(seen=stored.revision, actor=THIS_APP)
    return project


def opened(browser: Client, project: SitePlan, row: str) -> Page:
    return Page.open(browser, f"/forms/plan/rows/{project.rows[row]}/")


def test_durations_and_predecessors_are_typed(browser: Client, project: SitePlan) -> None:
    page = opened(browser, project, DRAW)
    assert "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead." in page.text
    assert "Smartsheet calculates this date. Change the start or the duration instead." in page.text
    page = page.type({project.columns["Duration"]: "2W", project.columns["Predecessors"]: "2fs+1"}).save()
    assert page.was_redirected, page.text
    assert project.value(DRAW, "Duration") == "2w"
    assert project.value(DRAW, "Predecessors") == "2FS +1d"


def test_wrong_texts_are_refused_at_their_fields(browser: Client, project: SitePlan) -> None:
    page = opened(browser, project, DRAW).type({project.columns["Predecessors"]: "77"}).save()
    assert "The sheet has no row 77." in page.text
    assert project.value(DRAW, "Predecessors") == "2"


def test_a_parent_shows_what_is_calculated(browser: Client, project: SitePlan) -> None:
    page = opened(browser, project, DESIGN)
    assert page.text.count("Smartsheet calculates this cell from the child rows.") == 2
    assert f"col-{project.columns['Duration']}" not in page.fields
