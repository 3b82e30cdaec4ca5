"""Text search."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.client import Client, Grid, refusal


def found(client: Client, path: str) -> list[tuple[str, str]]:
    """Return the kind and the text of each result."""
    return [(each["objectType"], each["text"]) for each in client.json(path)["results"]]


def test_a_row_is_found_by_the_text_in_it(as_bob: Client, plan: Grid) -> None:
    (result,) = as_bob.json(f"/search/sheets/{plan.id}?query=second supply")["results"]
    assert result == {
        "text": "Over budget: second supply point",
        "objectType": "row",
        "objectId": plan.row("Temporary power"),
        "parentObjectType": "sheet",
        "parentObjectId": plan.id,
        "parentObjectName": "Site plan",
        "contextData": [f"Row {plan.rows['Temporary power']['rowNumber']}"],
    }


@pytest.mark.parametrize("query", ["SUPPLY", "supply second", '"second supply"', "temporary supply"])
def test_capitals_and_order_do_not_matter(as_bob: Client, plan: Grid, query: str) -> None:
    assert as_bob.json(f"/search/sheets/{plan.id}?query={query}")["totalCount"] == 1


@pytest.mark.parametrize("query", ['"supply second"', "supply nowhere"])
def test_a_phrase_and_every_word_must_be_there(as_bob: Client, plan: Grid, query: str) -> None:
    assert as_bob.json(f"/search/sheets/{plan.id}?query={query}") == {"results": [], "totalCount": 0}


def test_everything_that_one_sees_is_searched(as_alice: Client, as_bob: Client, as_dora: Client) -> None:
    assert ("sheet", "Budget") in found(as_bob, "/search?query=budget")
    assert found(as_bob, "/search?query=window 14") == [("row", "Scratched glass, window 14")]
    assert found(as_alice, "/search?query=window 14") == []
    assert ("sheet", "Budget") not in found(as_dora, "/search?query=budget")


def test_discussions_attachments_and_folders_are_found(as_alice: Client, plan: Grid) -> None:
    as_alice.ask("POST", f"{plan.path}/discussions", {"comment": {"text": "Where is the zebra?"}})
    link = {"name": "zebra.pdf", "url": "https://example.com/", "attachmentType": "LINK"}
    as_alice.ask("POST", f"{plan.path}/attachments", link)
    as_alice.ask("POST", "/home/folders", {"name": "Zebras"})
    as_alice.ask("POST", "/workspaces", {"name": "Zebra works"})
    assert found(as_alice, "/search?query=zebra") == [
        ("discussion", "Where is the zebra?"),
        ("attachment", "zebra.pdf"),
        ("folder", "Zebras"),
        ("workspace", "Zebra works"),
    ]
    assert found(as_alice, "/search?query=zebra&scopes=comments,folderNames") == [
        ("discussion", "Where is the zebra?"),
        ("folder", "Zebras"),
    ]


def test_only_what_changed_lately_is_found_if_so_wished(as_alice: Client, plan: Grid) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found(as_alice, f"/search?query=walls&modifiedSince={since}") == []
    plan.put("Core walls", {"title": "Notes", "value": "now"})
    assert found(as_alice, f"/search?query=walls&modifiedSince={since}") == [("row", "Core walls")]


def test_no_more_than_a_hundred_are_shown(as_alice: Client, plan: Grid) -> None:
    rows = [{"cells": [{"columnId": plan.column("Task"), "value": f"needle {number}"}]} for number in range(101)]
    as_alice.ask("POST", f"{plan.path}/rows", rows)
    answer = as_alice.json("/search?query=needle")
    assert (len(answer["results"]), answer["totalCount"]) == (100, 101)


@pytest.mark.parametrize(
    ("path", "code"),
    [("/search", 1009), ("/search?query=", 1009), ("/search?query=x&scopes=rows", 1018)],
)
def test_a_search_that_makes_no_sense(as_alice: Client, path: str, code: int) -> None:
    assert refusal(as_alice.get(path)) == (400, code)


def test_a_sheet_that_one_cannot_see_is_not_searched(as_dora: Client, budget: Grid) -> None:
    assert refusal(as_dora.get(f"/search/sheets/{budget.id}?query=x")) == (404, 1006)
