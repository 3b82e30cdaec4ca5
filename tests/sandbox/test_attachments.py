from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.remarks import PIXEL, attach, begin, download, ids, link, result, row_path, send, version
from tests.sandbox.signing import register, sign_in

BOB = {"name": "Bob Baker", "email": "bob@example.com"}
PLACE = {"parentType", "parentId", "createdBy", "createdAt"}
LINK = {"id", "name", "url", "attachmentType"} | PLACE
FILE = {"id", "name", "attachmentType", "mimeType", "sizeInKb"} | PLACE


def test_a_link_is_answered_as_recorded(plan: Grid, as_bob: Client) -> None:
    before = version(as_bob, plan)
    response = link(as_bob, plan.path, description="A popular search engine")
    assert set(response.json()) == {"message", "resultCode", "result", "version"}
    assert response.json()["version"] == version(as_bob, plan) == before + 1
    attachment = result(response)
    assert set(attachment) == LINK | {"description"}
    assert (attachment["parentType"], attachment["parentId"]) == ("SHEET", plan.id)
    assert attachment["createdBy"] == BOB
    assert as_bob.json(f"{plan.path}/attachments/{attachment['id']}") == attachment


@pytest.mark.parametrize(
    ("kind", "sub_type"),
    [
        ("LINK", None),
        ("BOX_COM", None),
        ("DROPBOX", None),
        ("EGNYTE", "FOLDER"),
        ("EVERNOTE", None),
        ("GOOGLE_DRIVE", "SPREADSHEET"),
        ("ONEDRIVE", None),
    ],
)
def test_links_can_be_of_every_type(plan: Grid, as_bob: Client, kind: str, sub_type: str | None) -> None:
    attachment = result(link(as_bob, row_path(plan), attachmentType=kind, attachmentSubType=sub_type))
    assert (attachment["attachmentType"], attachment.get("attachmentSubType")) == (kind, sub_type)
    assert (attachment["parentType"], attachment["parentId"]) == ("ROW", plan.row("Pour slab"))


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"attachmentType": "FILE"}, 1051),
        ({"attachmentType": "TRELLO"}, 1255),
        ({"attachmentType": None}, 1012),
        ({"url": None}, 1012),
        ({"url": 7}, 1008),
        ({"colour": "red"}, 1008),
        ({"id": 7}, 1032),
        ({"attachmentSubType": "PDF"}, 1031),
        ({"attachmentType": "GOOGLE_DRIVE", "attachmentSubType": "FOLDER"}, 1031),
    ],
)
def test_a_bad_link_is_refused_and_leaves_nothing(
    plan: Grid, as_bob: Client, attributes: dict[str, object], code: int
) -> None:
    before = version(as_bob, plan)
    assert refusal(link(as_bob, plan.path, **attributes)) == (400, code)
    assert ids(as_bob.json(f"{plan.path}/attachments")) == []
    assert version(as_bob, plan) == before


def test_a_link_without_a_name_goes_by_its_address(plan: Grid, as_bob: Client) -> None:
    assert result(link(as_bob, plan.path, name=None))["name"] == "https://example.com/weather"


def test_links_on_comments_have_no_description(plan: Grid, as_dora: Client) -> None:
    comment = f"{plan.path}/comments/{begin(as_dora, plan.path)['comments'][0]['id']}"
    assert refusal(link(as_dora, comment, description="x")) == (400, 1032)
    attachment = result(link(as_dora, comment))
    assert attachment["parentType"] == "COMMENT"
    assert as_dora.json(comment)["attachments"] == [attachment]


def test_a_file_is_kept_byte_for_byte(plan: Grid, as_bob: Client, as_charlie: Client) -> None:
    attachment = attach(as_bob, row_path(plan), PIXEL * 100, name="Grundriß B.png")
    assert set(attachment) == FILE
    assert (attachment["name"], attachment["mimeType"]) == ("Grundriß B.png", "image/png")
    assert (attachment["attachmentType"], attachment["sizeInKb"]) == ("FILE", 3)
    found = as_charlie.json(f"{plan.path}/attachments/{attachment['id']}")
    assert set(found) == FILE | {"url", "urlExpiresInMillis"}
    assert found["urlExpiresInMillis"] == 120_000
    assert download(found).content == PIXEL * 100


def test_lists_tell_no_address_of_a_file(plan: Grid, as_bob: Client) -> None:
    attachment = attach(as_bob, plan.path)
    assert as_bob.json(f"{plan.path}/attachments")["data"] == [attachment]
    assert "url" not in attachment


def test_lists_hold_what_is_attached_further_down(plan: Grid, as_dora: Client, as_bob: Client) -> None:
    on_row, on_sheet = begin(as_dora, row_path(plan)), begin(as_dora, plan.path)
    to_sheet, to_row = attach(as_bob, plan.path), result(link(as_bob, row_path(plan)))
    to_other_row = attach(as_bob, row_path(plan, "Roof"))
    said_on_row, said_on_sheet = (
        attach(as_dora, f"{plan.path}/comments/{discussion['comments'][0]['id']}") for discussion in (on_row, on_sheet)
    )
    everything = [to_sheet, to_row, to_other_row, said_on_row, said_on_sheet]
    assert as_bob.json(f"{plan.path}/attachments")["data"] == everything
    assert as_bob.json(f"{row_path(plan)}/attachments")["data"] == [to_row, said_on_row]
    assert as_bob.json(f"{plan.path}/discussions/{on_sheet['id']}/attachments")["data"] == [said_on_sheet]
    page = as_bob.json(f"{plan.path}/attachments?pageSize=2&page=3")
    assert (page["totalCount"], page["totalPages"], page["data"]) == (5, 3, everything[4:])


def test_versions_stand_in_front_of_each_other(plan: Grid, as_bob: Client, as_alice: Client) -> None:
    first, before = attach(as_bob, plan.path, b"one", name="plan.txt"), version(as_bob, plan)
    versions = f"{plan.path}/attachments/{first['id']}/versions"
    response = send(as_alice, versions, b"two", name="plan 2.txt")
    second = result(response)
    assert response.json()["version"] == before + 1
    assert (second["parentType"], second["parentId"]) == ("SHEET", plan.id)
    assert as_bob.json(f"{plan.path}/attachments")["data"] == [second]
    for any_version in (first, second):
        listed = as_bob.json(f"{plan.path}/attachments/{any_version['id']}/versions")
        assert listed["data"] == [second, first]
        assert listed["totalCount"] == 2
    contents = [download(as_bob.json(f"{plan.path}/attachments/{v['id']}")).content for v in (first, second)]
    assert contents == [b"one", b"two"]


def test_deleting_a_version_brings_the_older_one_back(plan: Grid, as_bob: Client) -> None:
    first = attach(as_bob, plan.path, b"one")
    second = result(send(as_bob, f"{plan.path}/attachments/{first['id']}/versions", b"two"))
    before = version(as_bob, plan)
    gone = as_bob.ask("DELETE", f"{plan.path}/attachments/{second['id']}")
    assert gone.json() == {"message": "SUCCESS", "resultCode": 0}
    assert version(as_bob, plan) == before + 1
    assert as_bob.json(f"{plan.path}/attachments")["data"] == [first]
    assert refusal(as_bob.get(f"{plan.path}/attachments/{second['id']}")) == (404, 1006)


def test_deleting_all_versions_deletes_the_attachment(plan: Grid, as_bob: Client) -> None:
    first, other = attach(as_bob, plan.path, b"one"), attach(as_bob, plan.path, b"other")
    versions = f"{plan.path}/attachments/{first['id']}/versions"
    result(send(as_bob, versions, b"two"))
    assert as_bob.ask("DELETE", versions).json() == {"message": "SUCCESS", "resultCode": 0}
    assert as_bob.json(f"{plan.path}/attachments")["data"] == [other]
    assert refusal(as_bob.get(versions)) == (404, 1006)


def test_only_files_that_are_on_no_comment_have_versions(plan: Grid, as_bob: Client) -> None:
    comment = begin(as_bob, plan.path)["comments"][0]["id"]
    on_comment = attach(as_bob, f"{plan.path}/comments/{comment}")
    elsewhere = result(link(as_bob, plan.path))
    here = attach(as_bob, plan.path)
    assert refusal(send(as_bob, f"{plan.path}/attachments/{on_comment['id']}/versions")) == (400, 1100)
    assert refusal(send(as_bob, f"{plan.path}/attachments/{elsewhere['id']}/versions")) == (400, 1101)
    as_json = as_bob.ask("POST", f"{plan.path}/attachments/{here['id']}/versions", {"url": "x"})
    assert refusal(as_json) == (415, 1124)


def test_an_editor_attaches_and_a_commenter_does_not(
    plan: Grid, as_bob: Client, as_dora: Client, as_charlie: Client
) -> None:
    attachment = attach(as_bob, plan.path)
    path = f"{plan.path}/attachments/{attachment['id']}"
    for client in (as_dora, as_charlie):
        assert refusal(send(client, f"{plan.path}/attachments")) == (403, 1004)
        assert refusal(link(client, row_path(plan))) == (403, 1004)
        assert refusal(send(client, f"{path}/versions")) == (403, 1004)
        assert refusal(client.ask("DELETE", path)) == (403, 1004)
        assert refusal(client.ask("DELETE", f"{path}/versions")) == (403, 1004)
        assert client.json(path)["name"] == "slab.png"


def test_an_editor_removes_what_others_attached_except_to_comments(
    plan: Grid, as_alice: Client, as_bob: Client, as_dora: Client
) -> None:
    to_row = attach(as_alice, row_path(plan))
    said = attach(as_dora, f"{plan.path}/comments/{begin(as_dora, plan.path)['comments'][0]['id']}")
    assert as_bob.ask("DELETE", f"{plan.path}/attachments/{to_row['id']}").status_code == 200
    for client in (as_alice, as_bob):
        assert refusal(client.ask("DELETE", f"{plan.path}/attachments/{said['id']}")) == (403, 1081)
    assert as_dora.ask("DELETE", f"{plan.path}/attachments/{said['id']}").status_code == 200
    assert ids(as_bob.json(f"{plan.path}/attachments")) == []


def test_a_token_needs_the_scope(
    sandbox: RunningSandbox, plan: Grid, client_of: Callable[[str], Client], bob: Person
) -> None:
    register(sandbox)
    reader = client_of(sign_in(sandbox, bob, scope="READ_SHEETS")["access_token"])
    writer = client_of(sign_in(sandbox, bob, scope="WRITE_SHEETS")["access_token"])
    attachment = attach(writer, plan.path)
    path = f"{plan.path}/attachments/{attachment['id']}"
    assert refusal(send(reader, f"{plan.path}/attachments")) == (403, 1004)
    assert refusal(reader.ask("DELETE", path)) == (403, 1004)
    assert refusal(writer.get(path)) == (403, 1004)
    assert download(reader.json(path)).content == PIXEL


def test_unknown_objects_are_not_found(plan: Grid, as_alice: Client, as_dora: Client) -> None:
    for path in ("/attachments/42", "/attachments/42/versions", "/rows/42/attachments", "/discussions/42/attachments"):
        assert refusal(as_alice.get(f"{plan.path}{path}")) == (404, 1006)
    assert refusal(send(as_alice, f"{plan.path}/comments/42/attachments")) == (404, 1006)
    assert refusal(send(as_dora, "/sheets/42/attachments")) == (404, 1006)


def test_sheets_and_rows_show_what_is_attached_on_demand(plan: Grid, as_bob: Client) -> None:
    old = attach(as_bob, row_path(plan), b"one")
    on_row = result(send(as_bob, f"{plan.path}/attachments/{old['id']}/versions", b"two"))
    on_sheet = result(link(as_bob, plan.path))
    attach(as_bob, f"{plan.path}/comments/{begin(as_bob, plan.path)['comments'][0]['id']}")
    sheet = as_bob.json(f"{plan.path}?include=attachments")
    assert sheet["attachments"] == [on_sheet]
    assert {row["id"]: row["attachments"] for row in sheet["rows"] if "attachments" in row} == {
        plan.row("Pour slab"): [on_row]
    }
    assert as_bob.json(f"{row_path(plan)}?include=attachments")["attachments"] == [on_row]
    assert "attachments" not in as_bob.json(row_path(plan))
    assert as_bob.json(f"{plan.path}?include=attachments&pageSize=1")["attachments"] == [on_sheet]
