"""Uploads and downloads of files: headers, parts, limits, addresses, and the files that `--state` stores."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.remarks import (
    PIXEL,
    Headers,
    attach,
    begin,
    download,
    ids,
    link,
    result,
    row_path,
    send,
    send_parts,
)

MEGABYTE = 2**20


@contextmanager
def started(*arguments: str) -> Iterator[tuple[RunningSandbox, Client, Grid]]:
    """Yield a separate sandbox, with Alice's client for it and the site plan."""
    with RunningSandbox(*arguments) as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        yield sandbox, client, Grid(client, sandbox.sheet(alice, "Site plan")["id"])
        client.close()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="Progress%20Report.docx"', "Progress Report.docx"),
        ("attachment; filename=notes.txt", "notes.txt"),
        ("attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.txt", "Größe.txt"),
        ('ATTACHMENT; filename="a;b.txt"', "a;b.txt"),
    ],
)
def test_a_file_is_named_by_its_header(plan: Grid, as_bob: Client, disposition: str, name: str) -> None:
    response = send(as_bob, f"{plan.path}/attachments", headers={"Content-Disposition": disposition})
    assert result(response)["name"] == name


@pytest.mark.parametrize(
    ("given", "name", "kind"),
    [
        ("", "plan.pdf", "application/pdf"),
        ("", "plan.unheardof", "application/octet-stream"),
        ("text/plain;charset=UTF-8", "plan.pdf", "text/plain;charset=UTF-8"),
        ("application/json", "data.json", "application/json"),
    ],
)
def test_a_type_left_blank_is_guessed(plan: Grid, as_bob: Client, given: str, name: str, kind: str) -> None:
    attachment = result(send(as_bob, f"{plan.path}/attachments", b"{}", name=name, headers={"Content-Type": given}))
    assert (attachment["attachmentType"], attachment["mimeType"]) == ("FILE", kind)


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"Content-Disposition": None}, "Content-Disposition"),
        ({"Content-Disposition": "attachment"}, "Content-Disposition"),
        ({"Content-Disposition": 'inline; filename="x"'}, "Content-Disposition"),
        ({"Content-Type": None}, "Content-Type"),
    ],
)
def test_a_missing_header_is_named(plan: Grid, as_bob: Client, headers: Headers, named: str) -> None:
    response = send(as_bob, f"{plan.path}/attachments", headers=headers)
    assert refusal(response) == (400, 1011)
    assert named in response.json()["message"]


def test_the_length_must_be_told(plan: Grid, as_bob: Client) -> None:
    headers = {"Content-Disposition": 'attachment; filename="x.txt"', "Content-Type": "text/plain"}
    url = f"{as_bob.api}{plan.path}/attachments"
    response = as_bob.http.post(url, data=iter([b"piece", b"meal"]), headers=headers, timeout=10)
    assert refusal(response) == (400, 1011)
    assert "Content-Length" in response.json()["message"]


@pytest.mark.parametrize("place", ["sheet", "row", "comment", "version"])
def test_a_file_can_come_in_parts(plan: Grid, as_bob: Client, place: str) -> None:
    path = {
        "sheet": lambda: f"{plan.path}/attachments",
        "row": lambda: f"{row_path(plan)}/attachments",
        "comment": lambda: f"{plan.path}/comments/{begin(as_bob, plan.path)['comments'][0]['id']}/attachments",
        "version": lambda: f"{plan.path}/attachments/{attach(as_bob, plan.path)['id']}/versions",
    }[place]()
    attachment = result(send_parts(as_bob, path, {"file": ("50%25 ü.txt", PIXEL, "text/plain")}))
    assert (attachment["name"], attachment["mimeType"]) == ("50% ü.txt", "text/plain")
    assert download(as_bob.json(f"{plan.path}/attachments/{attachment['id']}")).content == PIXEL


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"--x--\r\n", 1127),
        (PART + PART + b"--x--\r\n", 1126),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--x--\r\n", 1125),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nhello\r\n--x--\r\n', 1011),
        (PART, 1008),
        (b"--x\r\nhello\r\n--x--", 1008),
        (b"", 1008),
    ],
)
def test_bad_parts_are_refused(plan: Grid, as_bob: Client, body: bytes, code: int) -> None:
    url, kind = f"{as_bob.api}{plan.path}/attachments", "multipart/form-data; boundary=x"
    response = as_bob.http.post(url, data=body, headers={"Content-Type": kind}, timeout=10)
    assert refusal(response) == (400, code)
    assert ids(as_bob.json(f"{plan.path}/attachments")) == []


def test_parts_need_a_boundary(plan: Grid, as_bob: Client) -> None:
    url = f"{as_bob.api}{plan.path}/attachments"
    response = as_bob.http.post(url, data=PART, headers={"Content-Type": "multipart/form-data"}, timeout=10)
    assert refusal(response) == (400, 1091)


def test_a_file_of_30_megabytes_goes_and_no_larger_one(plan: Grid, as_bob: Client) -> None:
    path, content = f"{plan.path}/attachments", bytes(30 * MEGABYTE)
    assert result(send(as_bob, path, content))["sizeInKb"] == 30 * 1024
    too_large = send(as_bob, path, content + b"x")
    assert refusal(too_large) == (400, 1074)
    assert "30.0 MB" in too_large.json()["message"]
    assert refusal(send_parts(as_bob, path, {"file": ("x", content + b"x", "")})) == (400, 1128)


def test_the_size_limit_can_be_made_small_or_switched_off() -> None:
    for limit, status in (("1", 400), ("0", 200)):
        with started("--attachment-mb", limit) as (_sandbox, client, plan):
            assert send(client, f"{plan.path}/attachments", bytes(MEGABYTE + 1)).status_code == status


def test_a_file_weighs_ten_requests_and_a_link_one() -> None:
    with started("--rate-limit", "23") as (sandbox, client, plan):
        sandbox.reset()
        assert result(send(client, f"{plan.path}/attachments"))
        said = {"comment": (None, '{"text": "x"}', "application/json"), "file": ("x.png", PIXEL, "image/png")}
        discussion = {"discussion": (None, '{"comment": {"text": "x"}}', "application/json"), "file": said["file"]}
        assert result(send_parts(client, f"{plan.path}/discussions", discussion))
        assert result(link(client, plan.path))
        assert refusal(send(client, f"{plan.path}/attachments")) == (429, 4003)
        assert begin(client, plan.path)
        assert client.get("/users/me").status_code == 200
        assert refusal(client.get("/users/me")) == (429, 4003)


def test_a_download_has_name_and_type(plan: Grid, as_bob: Client) -> None:
    attachment = attach(as_bob, plan.path, name='Größe "B".png')
    response = download(as_bob.json(f"{plan.path}/attachments/{attachment['id']}"))
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == str(len(PIXEL))
    disposition = "attachment; filename=\"Gr__e _B_.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22B%22.png"
    assert response.headers["Content-Disposition"] == disposition


def test_an_address_is_good_for_one_file_and_needs_no_token(plan: Grid, as_bob: Client, as_charlie: Client) -> None:
    one, other = attach(as_bob, plan.path, b"one"), attach(as_bob, plan.path, b"other")
    url, other_url = (as_charlie.json(f"{plan.path}/attachments/{found['id']}")["url"] for found in (one, other))
    assert requests.get(url, timeout=10).content == b"one"
    swapped = urlsplit(other_url)._replace(query=urlsplit(url).query).geturl()
    later = url.replace("Expires=1", "Expires=2")
    for forged in (swapped, later, url.split("?")[0]):
        response = requests.get(forged, timeout=10)
        assert (response.status_code, response.headers["Content-Type"]) == (403, "application/xml; charset=utf-8")
        assert "<Code>SignatureDoesNotMatch</Code>" in response.text
    assert as_charlie.http.get(url, timeout=10).status_code == 400, "a token must not be sent to the file store"


def test_an_address_expires() -> None:
    with started("--file-url-seconds", "1") as (_sandbox, client, plan):
        attachment = client.json(f"{plan.path}/attachments/{attach(client, plan.path)['id']}")
        assert attachment["urlExpiresInMillis"] == 1000
        time.sleep(2.1)
        response = download(attachment)
        assert (response.status_code, "Request has expired" in response.text) == (403, True)


def test_a_deleted_file_is_forgotten_when_the_next_one_comes(plan: Grid, as_bob: Client) -> None:
    one, same = attach(as_bob, plan.path), attach(as_bob, plan.path)
    found = as_bob.json(f"{plan.path}/attachments/{one['id']}")
    as_bob.ask("DELETE", f"{plan.path}/attachments/{one['id']}")
    attach(as_bob, plan.path, b"another")
    assert download(found).content == PIXEL
    as_bob.ask("DELETE", f"{plan.path}/attachments/{same['id']}")
    attach(as_bob, plan.path, b"one more")
    assert download(found).status_code == 404


def test_the_journal_keeps_no_signature(sandbox: RunningSandbox, plan: Grid, as_bob: Client) -> None:
    attachment = as_bob.json(f"{plan.path}/attachments/{attach(as_bob, plan.path)['id']}")
    download(attachment)
    (entry,) = sandbox.requests(path="/files/")
    assert parse_qs(entry["query"])["Signature"] == ["hidden"]
    assert entry["status"] == 200


def test_a_download_can_be_made_to_fail(sandbox: RunningSandbox, plan: Grid, as_bob: Client) -> None:
    attachment = as_bob.json(f"{plan.path}/attachments/{attach(as_bob, plan.path)['id']}")
    sandbox.fault(path="^/files/", status=503)
    assert [download(attachment).status_code for _ in range(2)] == [503, 200]


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with started("--state", str(state)) as (_sandbox, client, plan):
        kept, gone = attach(client, row_path(plan)), attach(client, plan.path, b"gone")
        newer = result(send(client, f"{plan.path}/attachments/{kept['id']}/versions", b"newer"))
        discussion = begin(client, row_path(plan), "Übergabe 👷")
        client.ask("DELETE", f"{plan.path}/attachments/{gone['id']}")
        before = client.json(f"{plan.path}?include=discussions,attachments")
        thread = client.json(f"{plan.path}/discussions/{discussion['id']}")
    assert len(list((tmp_path / "state.json.files").iterdir())) == 2
    with started("--state", str(state)) as (_sandbox, client, plan):
        assert client.json(f"{plan.path}?include=discussions,attachments") == before
        assert client.json(f"{plan.path}/discussions/{discussion['id']}") == thread
        paths = [f"{plan.path}/attachments/{found['id']}" for found in (kept, newer)]
        assert [download(client.json(path)).content for path in paths] == [PIXEL, b"newer"]
        client.ask("DELETE", f"{paths[0]}/versions")
    assert list((tmp_path / "state.json.files").iterdir()) == []


def test_a_file_that_was_taken_away_cannot_be_downloaded(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with started("--state", str(state)) as (_sandbox, client, plan):
        attachment = attach(client, plan.path)
    for content in (tmp_path / "state.json.files").iterdir():
        content.unlink()
    with started("--state", str(state)) as (_sandbox, client, plan):
        response = download(client.json(f"{plan.path}/attachments/{attachment['id']}"))
        assert (response.status_code, "NoSuchKey" in response.text) == (404, True)
