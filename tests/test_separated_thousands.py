"""The pages work in a site whose templates write 1,234 for 1234."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template import Engine, Node, Template
from django.template.base import VariableNode
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROOT = Path(__file__).resolve().parent.parent
# In words for people, such as those of aria-label, a number has the site's separators.
SEPARATED = re.compile(r'(?<![\w-])(?!aria-label)[\w-]+="[^"]*\b[0-9]{1,3}(?:,[0-9]{3})+\b[^"]*"')
# Values with these names are numbers that name something, such as a sheet, an entry or a page. Pages write them as they
# are. Numbers that count something are for people, and can have separators.
NUMBER = re.compile(
    r"(?:(?:[\w.]+\.)?(?:id|pk|number|seq|\w+_seq|sheet_id|row_id|column_id|actor_id|error_code|version|revision|page"
    r"|pages|num_pages|position|end)|place\.count)"
)
# Values that have such a name, but are texts or made of digits only.
TEXTS = {
    *("widget.attrs.id", "option.id", "group.id", "line.id", "part.id", "id"),  # ids of elements
    *("one.number", "group.number", "part.number", "line.number"),  # places in a short list of conditions
}
AS_IT_IS = re.compile(r"\|(?:stringformat:'[sd]'|thousands)$")


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
    ids = [plan.id, *plan.rows.values(), *plan.columns.values(), entry.actor_id]
    for path in ("/", plan.path, plan.edit_path(task), plan.delete_path(task), log, f"/audit/{entry.pk}/", undo):
        page = client.get(path)
        assert page.status_code == 200, path
        text = page.content.decode()
        assert SEPARATED.findall(text) == [], path
        assert [one for one in ids if f"{one:,}" in text] == [], path


def _templates() -> Iterator[tuple[Path, Template]]:
    for folder in [ROOT / "templates", *ROOT.glob("*/templates")]:
        for path in folder.rglob("*.html"):
            yield path, Engine.get_default().get_template(path.relative_to(folder).as_posix())


def _written(template: Template) -> Iterator[str]:
    """Each expression whose value the template writes, or stores under another name with `with` or `include`."""
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, VariableNode):
            yield str(node.filter_expression)
        for part in [*getattr(node, "extra_context", {}).values(), *getattr(node, "vars", ())]:
            yield str(part)


def _is_faulty(path: Path, expression: str) -> bool:
    first, *filters = expression.split("|")
    if filters and AS_IT_IS.search(expression):
        return False
    if first in TEXTS and not (first == "id" and path.name == "preview.html"):
        return False
    names = [first, *(one.partition(":")[2] for one in filters if one.startswith("default:"))]
    is_number = any(NUMBER.fullmatch(name) for name in names)
    return is_number and all(one.startswith(("add:", "default:")) for one in filters)


def test_templates_write_numbers_without_separators() -> None:
    faulty = [
        (path.relative_to(ROOT).as_posix(), expression)
        for path, template in _templates()
        for expression in _written(template)
        if _is_faulty(path, expression)
    ]
    assert faulty == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ sheet.id }}",
        "<option value='{{ id }}'>",
        "{% for id, name in rows %}{{ id }}{% endfor %}",
        "{% with here=sheet.id %}{{ here }}{% endwith %}",
        "{% with sheet.id as here %}{{ here }}{% endwith %}",
        "{% include 'edits/preview.html' with here=row.id %}",
        "{% firstof row.id sheet.id %}",
        "{{ active.name|default:active.id }}",
        "{{ page|add:-1 }}",
    ],
)
def test_the_test_of_templates_finds(source: str) -> None:
    written = [*_written(Engine.get_default().from_string(source))]
    assert any(_is_faulty(Path("preview.html"), one) for one in written), written


def test_no_tag_returns_a_number() -> None:
    """A template can store a tag's result with `as`, and write it later. A number would then be written with
    separators.
    """
    numbers = [
        (path.name, name)
        for path in ROOT.glob("*/templatetags/*.py")
        for name, kind in re.findall(
            r"@register\.simple_tag[^\n]*\ndef (\w+)\(.*?\) -> ([^\n]+):\n", path.read_text(), re.DOTALL
        )
        if kind not in {"str", "SafeString", "str | SafeString"}
    ]
    assert numbers == []
