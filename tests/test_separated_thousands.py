"""The pages work in a site whose templates write 1,234 for 1234."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROOT = Path(__file__).resolve().parent.parent
# In words for people, such as those of aria-label, a number has the site's separators.
SEPARATED = re.compile(r'(?<![\w-])(?!aria-label)[\w-]+="[^"]*\b[0-9]{1,3}(?:,[0-9]{3})+\b[^"]*"')
# Fields that are whole numbers. Names such as line.id in the designer of forms are texts.
NUMBER = re.compile(
    r"(?:asked\.person\.pk|column\.id|row\.id|sheet\.id|user\.id|row_id|sheet_id|(?:entry|outcome)\.pk|at\.number"
    r"|(?:page|listed)\.number|revision|part\.end|page)(?:\|add:-?1)?"
)
IN_ATTRIBUTE = re.compile(r'(?<!aria-label)="(?:[^"{]|{{.*?}}|{%.*?%}|{)*"', re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_ids_have_no_separators(
    client: Client, settings: Settings, sandbox: RunningSandbox, bob: Person, alice: Person,
    sign_in: Callable[[Client, Person], HttpResponse],
) -> None:  # fmt: skip
    settings.USE_THOUSAND_SEPARATOR = True
    plan, task = SitePlan(sandbox, alice), "Dig foundations"
    sign_in(client, bob)
    Page.open(client, plan.edit_path(task)).type({plan.columns["Notes"]: "Rock"}).send()
    entry = Entry.objects.intents().get()
    log = f"/audit/?sheet={plan.id}&row={entry.row_id}&column={entry.column_id}"
    undo = f"/sheets/undo/{entry.pk}/"
    for path in ("/", plan.path, plan.edit_path(task), plan.delete_path(task), log, f"/audit/{entry.pk}/", undo):
        page = client.get(path)
        assert page.status_code == 200, path
        assert SEPARATED.findall(page.content.decode()) == [], path


def test_templates_write_numbers_in_attributes_without_separators() -> None:
    for folder in [ROOT / "templates", *ROOT.glob("*/templates")]:
        for path in folder.rglob("*.html"):
            for value in IN_ATTRIBUTE.findall(path.read_text()):
                for shown in re.findall(r"{{ *(.*?) *}}", value):
                    assert not re.fullmatch(rf"(?:\w+\.)*?{NUMBER.pattern}", shown), (path, shown)
