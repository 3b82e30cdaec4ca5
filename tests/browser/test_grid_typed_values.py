"""The grid's modules in the browser and edits/sheets/column_types parse the same examples, with the same results."""

import pytest
from playwright.sync_api import Page

from identity.profiles.locales import locale_of
from tests.edits.test_typed_values import CASES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARSE = """async ([cases, locales]) => {
  const { Refused, loadTypes, typeOf } = await import("/static/byline/js/grid/types/index.js");
  await loadTypes(cases);
  return cases.map((one) => {
    const column = { options: [], contacts: [], is_validated: false, format: "", ...one };
    const held = one.held ?? null;
    const cell = one.display ? { value: held, display: one.display } : held;
    try {
      const { value, doubt } = typeOf(column).parse(column, one.typed, cell, locales[one.locale], []);
      return [value, doubt ? "doubt" : ""];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [null, "refused"];
    }
  });
}"""


def test_texts_mean_the_same_in_the_browser(page: Page, site: str) -> None:
    names = {case["locale"] for case in CASES}
    locales = {
        name: {
            "decimal": one.decimal,
            "thousands": one.thousands,
            "groupSizes": one.group_sizes,
            "dayFormat": one.day_format,
        }
        for name, one in ((name, locale_of(name)) for name in names)
    }
    page.goto("/")
    found = page.evaluate(PARSE, [CASES, locales])
    wrong = [
        (case, outcome)
        for case, outcome in zip(CASES, found, strict=True)
        if outcome != [case["value"], case.get("outcome", "")]
    ]
    assert not wrong, wrong


LABELS = """async (people) => {
  const { labelOf } = await import("/static/byline/js/grid/people.js");
  return people.map(labelOf);
}"""


def test_a_name_that_is_the_address_of_someone_else_is_not_offered(page: Page, site: str) -> None:
    page.goto("/")
    named = [("real@b.org", "new@b.org"), ("", "Crew 7"), ("a@b.org", "Ann"), ("k@b.org", "")]
    people = [{"email": email, "name": name} for email, name in named]
    assert page.evaluate(LABELS, people) == ["real@b.org", "Crew 7", "Ann", "k@b.org"]


CHOICES = """async ([options, lines]) => {
  const { Refused, loadTypes, typeOf } = await import("/static/byline/js/grid/types/index.js");
  const column = { type: "MULTI_PICKLIST", options };
  await loadTypes([column]);
  return lines.map((line) => {
    try {
      const { value, doubt } = typeOf(column).parse(column, line, null, {}, []);
      return doubt ? [...value, "?"] : value;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    }
  });
}"""


@pytest.mark.parametrize(
    ("options", "line", "chosen"),
    [
        (["a", "a,a"], "a, a,a", ["a", "a,a"]),
        (["a", "a,a"], "a,a, a", ["a,a", "a"]),
        (["a", "a,a"], "a,a", ["a,a"]),
        (["a", "a,a"], "a, a, a, a", ["a"]),
        (["a", "b", "a, b", "c"], "a, b, c", ["a", "b", "c", "?"]),
        (["a", "a,a"], ", ".join(["a"] * 400), ["a"]),
        (["a", "a,a"], ",".join(["a"] * 400 + ["b"]), None),  # refused without trying all ways to split the line
    ],
)
def test_a_line_of_choices_is_split_at_its_commas(
    page: Page, site: str, options: list[str], line: str, chosen: list[str] | None
) -> None:
    page.goto("/")
    assert page.evaluate(CHOICES, [options, [line]]) == [chosen]
