import time
from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.remarks import (
    PIXEL,
    attach,
    begin,
    download,
    ids,
    link,
    reply,
    result,
    row_path,
    send_parts,
    version,
)
from tests.sandbox.signing import register, sign_in

ALICE = {"name": "Alice Archer", "email": "alice@example.com"}
DORA = {"name": "Dora Díaz", "email": "dora@example.com"}
COMMENT = {"id", "text", "createdBy", "createdAt", "modifiedAt"}
CREATED = {"id", "title", "comments", "commentCount", "lastCommentedAt", "lastCommentedUser", "createdBy"}
LISTED = CREATED - {"comments"} | {"accessLevel", "parentType", "parentId"}


def test_a_new_discussion_is_answered_as_recorded(plan: Grid, as_alice: Client) -> None:
    before = version(as_alice, plan)
    response = as_alice.ask("POST", f"{row_path(plan)}/discussions", {"comment": {"text": "This is a comment!"}})
    assert set(response.json()) == {"message", "resultCode", "result", "version"}
    assert response.json()["version"] == version(as_alice, plan) == before + 1
    discussion = result(response)
    assert set(discussion) == CREATED
    assert set(discussion["comments"][0]) == COMMENT
    assert discussion["title"] == discussion["comments"][0]["text"] == "This is a comment!"
    assert discussion["commentCount"] == 1
    assert discussion["createdBy"] == discussion["lastCommentedUser"] == ALICE


def test_the_title_is_how_the_first_comment_begins(plan: Grid, as_alice: Client) -> None:
    body = {"title": "ignored", "comment": {"text": "ä" * 99 + "bcd"}}
    discussion = result(as_alice.ask("POST", f"{plan.path}/discussions", body))
    assert discussion["title"] == "ä" * 99 + "b"


def test_the_list_of_a_sheet_has_those_of_its_rows(plan: Grid, as_alice: Client, as_dora: Client) -> None:
    on_sheet, on_row = begin(as_alice, plan.path), begin(as_dora, row_path(plan))
    listed = as_alice.json(f"{plan.path}/discussions")
    assert ids(listed) == [on_sheet["id"], on_row["id"]]
    assert all(set(discussion) == LISTED for discussion in listed["data"])
    places = [(discussion["parentType"], discussion["parentId"]) for discussion in listed["data"]]
    assert places == [("SHEET", plan.id), ("ROW", plan.row("Pour slab"))]
    assert ids(as_alice.json(f"{row_path(plan)}/discussions")) == [on_row["id"]]
    assert ids(as_alice.json(f"{row_path(plan, 'Roof')}/discussions")) == []


def test_the_list_comes_in_pages(plan: Grid, as_alice: Client) -> None:
    made = [begin(as_alice, plan.path, f"No. {number}")["id"] for number in range(3)]
    page = as_alice.json(f"{plan.path}/discussions?pageSize=2&page=2")
    assert (page["pageNumber"], page["totalPages"], page["totalCount"]) == (2, 2, 3)
    assert [discussion["id"] for discussion in page["data"]] == made[2:]
    assert ids(as_alice.json(f"{plan.path}/discussions?includeAll=true")) == made


def test_comments_and_their_attachments_come_on_demand(plan: Grid, as_alice: Client) -> None:
    discussion = begin(as_alice, plan.path)
    comment = f"{plan.path}/comments/{discussion['comments'][0]['id']}"
    photo = attach(as_alice, comment)

    def shown(include: str) -> dict[str, object]:
        (found,) = as_alice.json(f"{plan.path}/discussions?include={include}")["data"]
        return {name: found[name] for name in ("comments", "commentAttachments") if name in found}

    assert shown("attachments") == {}
    assert shown("comments") == {"comments": discussion["comments"]}
    (with_photo,) = as_alice.json(f"{plan.path}/discussions?include=comments,attachments")["data"][0]["comments"]
    assert with_photo["attachments"] == [photo]


def test_one_discussion_comes_with_its_whole_thread(plan: Grid, as_alice: Client, as_dora: Client) -> None:
    discussion = begin(as_alice, row_path(plan))
    answer = reply(as_dora, plan, discussion["id"])
    found = as_dora.json(f"{plan.path}/discussions/{discussion['id']}")
    assert set(found) == LISTED | {"comments"}
    assert [comment["text"] for comment in found["comments"]] == ["Is the crane booked?", "For Monday"]
    assert (found["commentCount"], found["lastCommentedAt"]) == (2, answer["createdAt"])
    assert (found["createdBy"], found["lastCommentedUser"]) == (ALICE, DORA)


@pytest.mark.parametrize(
    ("name", "query", "level", "read_only"),
    [
        ("alice", "", "OWNER", None),
        ("dora", "", "VIEWER", None),
        ("dora", "?accessApiLevel=1", "COMMENTER", None),
        ("charlie", "", "VIEWER", True),
    ],
)
def test_a_discussion_has_the_access_level(
    plan: Grid, as_alice: Client, sandbox: RunningSandbox, name: str, query: str, level: str, read_only: bool | None
) -> None:
    discussion = begin(as_alice, plan.path)
    found = sandbox.call(sandbox.people()[name], "GET", f"{plan.path}/discussions/{discussion['id']}{query}")
    assert (found["accessLevel"], found.get("readOnly")) == (level, read_only)


def test_a_comment_is_added_read_and_changed(plan: Grid, as_dora: Client, as_charlie: Client) -> None:
    discussion = begin(as_dora, plan.path)
    answer = reply(as_dora, plan, discussion["id"])
    assert set(answer) == COMMENT
    path, before = f"{plan.path}/comments/{answer['id']}", version(as_dora, plan)
    assert as_charlie.json(path) == answer | {"discussionId": discussion["id"]}
    time.sleep(1.01)
    changed = as_dora.ask("PUT", path, {"text": "For Tuesday"})
    assert changed.json()["version"] == version(as_dora, plan) == before + 1
    assert result(changed)["text"] == as_charlie.json(path)["text"] == "For Tuesday"
    assert result(changed)["modifiedAt"] > result(changed)["createdAt"] == answer["createdAt"]


def test_a_comment_is_deleted_and_the_last_takes_the_discussion_along(plan: Grid, as_dora: Client) -> None:
    discussion = begin(as_dora, plan.path)
    answer, first = reply(as_dora, plan, discussion["id"]), discussion["comments"][0]
    before = version(as_dora, plan)
    gone = as_dora.ask("DELETE", f"{plan.path}/comments/{first['id']}")
    assert gone.json() == {"message": "SUCCESS", "resultCode": 0, "version": before + 1}
    left = as_dora.json(f"{plan.path}/discussions/{discussion['id']}")
    assert ([comment["id"] for comment in left["comments"]], left["title"]) == ([answer["id"]], discussion["title"])
    as_dora.ask("DELETE", f"{plan.path}/comments/{answer['id']}")
    assert refusal(as_dora.get(f"{plan.path}/comments/{answer['id']}")) == (404, 1006)
    assert refusal(as_dora.get(f"{plan.path}/discussions/{discussion['id']}")) == (404, 1006)


def test_a_discussion_is_deleted_with_all_that_belongs_to_it(plan: Grid, as_alice: Client) -> None:
    discussion = begin(as_alice, plan.path)
    comment = discussion["comments"][0]["id"]
    photo, before = attach(as_alice, f"{plan.path}/comments/{comment}"), version(as_alice, plan)
    path = f"{plan.path}/discussions/{discussion['id']}"
    assert as_alice.ask("DELETE", path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert version(as_alice, plan) == before + 1
    for gone in (path, f"{plan.path}/comments/{comment}", f"{plan.path}/attachments/{photo['id']}"):
        assert refusal(as_alice.get(gone)) == (404, 1006)


def test_attachments_and_discussions_are_deleted_with_their_row(plan: Grid, as_alice: Client) -> None:
    gone, kept = begin(as_alice, row_path(plan, "Roof membrane")), begin(as_alice, row_path(plan))
    attach(as_alice, f"{plan.path}/comments/{gone['comments'][0]['id']}")
    attach(as_alice, row_path(plan, "Roof membrane"))
    as_alice.ask("DELETE", f"{plan.path}/rows?ids={plan.row('Roof')}")
    assert ids(as_alice.json(f"{plan.path}/discussions")) == [kept["id"]]
    assert ids(as_alice.json(f"{plan.path}/attachments")) == []


def test_moving_a_row_leaves_its_discussions_with_it(plan: Grid, as_alice: Client) -> None:
    discussion = begin(as_alice, row_path(plan))
    plan.put("Pour slab", toTop=True)
    assert ids(as_alice.json(f"{row_path(plan)}/discussions")) == [discussion["id"]]


def test_a_commenter_comments_and_a_viewer_does_not(plan: Grid, as_dora: Client, as_charlie: Client) -> None:
    discussion = begin(as_dora, plan.path)
    said = {"comment": {"text": "x"}}
    for path, body in (
        (f"{plan.path}/discussions", said),
        (f"{row_path(plan)}/discussions", said),
        (f"{plan.path}/discussions/{discussion['id']}/comments", {"text": "x"}),
    ):
        assert refusal(as_charlie.ask("POST", path, body)) == (403, 1004)
        assert as_dora.ask("POST", path, body).status_code == 200


def test_only_authors_change_their_comments(plan: Grid, as_dora: Client, as_alice: Client) -> None:
    discussion = begin(as_dora, plan.path)
    comment = f"{plan.path}/comments/{discussion['comments'][0]['id']}"
    assert refusal(as_alice.ask("PUT", comment, {"text": "x"})) == (403, 1081)
    assert refusal(as_alice.ask("DELETE", comment)) == (403, 1081)
    assert refusal(link(as_alice, comment)) == (403, 1081)
    assert refusal(as_alice.ask("DELETE", f"{plan.path}/discussions/{discussion['id']}")) == (403, 1081)
    assert as_alice.json(comment)["text"] == "Is the crane booked?"


def test_a_token_needs_the_scope(
    sandbox: RunningSandbox, plan: Grid, client_of: Callable[[str], Client], bob: Person
) -> None:
    register(sandbox)
    reader = client_of(sign_in(sandbox, bob, scope="READ_SHEETS")["access_token"])
    writer = client_of(sign_in(sandbox, bob, scope="WRITE_SHEETS")["access_token"])
    assert refusal(reader.ask("POST", f"{plan.path}/discussions", {"comment": {"text": "x"}})) == (403, 1004)
    assert refusal(writer.get(f"{plan.path}/discussions")) == (403, 1004)
    assert ids(reader.json(f"{plan.path}/discussions")) == []
    begin(writer, plan.path)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 1012),
        ({"title": "x"}, 1012),
        ({"comment": {}}, 1012),
        ({"comment": {"text": ""}}, 1012),
        ({"comment": {"text": 7}}, 1008),
        ({"comment": "x"}, 1008),
        ([], 1008),
        ({"comment": {"text": "x"}, "colour": "red"}, 1008),
        ({"comment": {"text": "x", "id": 7}}, 1032),
        ({"comment": {"text": "x"}, "createdBy": {}}, 1032),
    ],
)
def test_a_bad_discussion_is_refused_and_leaves_nothing(plan: Grid, as_alice: Client, body: object, code: int) -> None:
    before = version(as_alice, plan)
    assert refusal(as_alice.ask("POST", f"{plan.path}/discussions", body)) == (400, code)
    assert ids(as_alice.json(f"{plan.path}/discussions")) == []
    assert version(as_alice, plan) == before


def test_unknown_objects_are_not_found(plan: Grid, as_alice: Client, as_bob: Client) -> None:
    said = {"comment": {"text": "x"}}
    assert refusal(as_alice.ask("POST", f"{plan.path}/rows/42/discussions", said)) == (404, 1006)
    assert refusal(as_alice.ask("POST", f"{plan.path}/discussions/42/comments", {"text": "x"})) == (404, 1006)
    assert refusal(as_alice.ask("PUT", f"{plan.path}/comments/42", {"text": "x"})) == (404, 1006)
    assert refusal(as_alice.get(f"{plan.path}/discussions/latest")) == (400, 1018)
    discussion = begin(as_alice, plan.path)
    elsewhere = next(sheet for sheet in as_bob.json("/sheets")["data"] if sheet["name"] == "Snagging list")
    assert refusal(as_bob.get(f"/sheets/{elsewhere['id']}/discussions/{discussion['id']}")) == (404, 1006)


@pytest.mark.parametrize("place", ["sheet", "row"])
def test_a_discussion_can_begin_with_a_file(plan: Grid, as_dora: Client, place: str) -> None:
    path = f"{plan.path if place == 'sheet' else row_path(plan)}/discussions"
    parts = {
        "discussion": (None, '{"title": "x", "comment": {"text": "As built"}}', "application/json"),
        "file": ('Grundriß "B".png', PIXEL, "image/png"),
    }
    (comment,) = result(send_parts(as_dora, path, parts))["comments"]
    (photo,) = comment["attachments"]
    assert (photo["name"], photo["mimeType"]) == ('Grundriß "B".png', "image/png")
    assert (photo["parentType"], photo["parentId"]) == ("COMMENT", comment["id"])
    assert download(as_dora.json(f"{plan.path}/attachments/{photo['id']}")).content == PIXEL


def test_a_comment_can_bring_a_file_or_come_in_parts_without_one(plan: Grid, as_dora: Client) -> None:
    path = f"{plan.path}/discussions/{begin(as_dora, plan.path)['id']}/comments"
    said = {"comment": (None, '{"text": "See photo"}', "application/json")}
    assert "attachments" not in result(send_parts(as_dora, path, said))
    photo = {"file": ("a.png", PIXEL, "image/png")}
    assert len(result(send_parts(as_dora, path, said | photo))["attachments"]) == 1
    missing = send_parts(as_dora, path, photo)
    assert refusal(missing) == (400, 1127)
    assert "'comment'" in missing.json()["message"]
    assert refusal(send_parts(as_dora, path, {"comment": (None, "{", "application/json")})) == (400, 1008)


def test_sheets_and_rows_show_their_discussions_on_demand(plan: Grid, as_alice: Client, as_dora: Client) -> None:
    on_sheet, on_row = begin(as_alice, plan.path), begin(as_dora, row_path(plan))
    photo = attach(as_dora, f"{plan.path}/comments/{on_row['comments'][0]['id']}")
    sheet = as_alice.json(f"{plan.path}?include=discussions")
    assert [discussion["id"] for discussion in sheet["discussions"]] == [on_sheet["id"]]
    assert set(sheet["discussions"][0]) == LISTED
    with_some = {row["id"]: row["discussions"] for row in sheet["rows"] if "discussions" in row}
    assert list(with_some) == [plan.row("Pour slab")]
    row = as_alice.json(f"{row_path(plan)}?include=discussions")
    assert row["discussions"] == with_some[row["id"]]
    assert row["discussions"][0]["lastCommentedUser"] == DORA
    (found,) = as_alice.json(f"{row_path(plan)}?include=discussions,attachments")["discussions"]
    assert found["commentAttachments"] == [photo]
    assert "discussions" not in as_alice.json(plan.path)


def copied(client: Client, plan: Grid, include: str) -> Grid:
    """Copy the sheet, and return the copy. `include` lists what is copied, such as "data,discussions"."""
    body = {"destinationType": "home", "newName": f"Copy with {include}"}
    return Grid(client, result(client.ask("POST", f"{plan.path}/copy?include={include}", body))["id"])


def test_the_copy_of_a_sheet_brings_them_on_demand(plan: Grid, as_alice: Client, as_dora: Client) -> None:
    said = begin(as_dora, row_path(plan))
    photo = attach(as_dora, f"{plan.path}/comments/{said['comments'][0]['id']}")
    begin(as_alice, plan.path, "On the sheet")
    link(as_alice, row_path(plan, "Roof"))
    every = copied(as_alice, plan, "data,discussions,attachments")
    (on_row,) = as_alice.json(f"{row_path(every)}/discussions?include=comments,attachments")["data"]
    (comment,) = on_row["comments"]
    assert (comment["text"], comment["createdBy"]) == ("Is the crane booked?", DORA)
    assert {on_row["id"], comment["id"]}.isdisjoint({said["id"], said["comments"][0]["id"]})
    (copied_photo,) = comment["attachments"]
    assert copied_photo["id"] != photo["id"]
    assert download(as_alice.json(f"{every.path}/attachments/{copied_photo['id']}")).content == PIXEL
    assert len(as_alice.json(f"{every.path}/discussions")["data"]) == 2
    assert len(as_alice.json(f"{row_path(every, 'Roof')}/attachments")["data"]) == 1
    assert len(as_alice.json(f"{copied(as_alice, plan, 'data,attachments').path}/attachments")["data"]) == 1
    without_rows = copied(as_alice, plan, "discussions")
    assert [found["title"] for found in as_alice.json(f"{without_rows.path}/discussions")["data"]] == ["On the sheet"]
    assert ids(as_alice.json(f"{copied(as_alice, plan, 'data').path}/discussions")) == []
    assert ids(as_alice.json(f"{plan.path}/discussions")) != []
