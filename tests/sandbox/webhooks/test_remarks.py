"""Callbacks report that discussions and attachments were created, changed or deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.running_sandbox import Person
from tests.sandbox.client import Client, Grid
from tests.sandbox.remarks import PIXEL, attach, begin, link, reply, result, row_path, send, send_parts
from tests.sandbox.webhooks.hook import Hook, enabled_hook
from tests.sandbox.webhooks.receiver import Receiver

Event = tuple[str, int, int]


def said(receiver: Receiver, number: int = 1) -> list[Event]:
    """Return the events in the callback with this number, without events about the sheet itself. Each event has what
    happened, the id of the object, and the id of the person who caused the event.
    """
    events = receiver.wait(number)[number - 1].body["events"]
    assert "sheet.updated" in {f"{event['objectType']}.{event['eventType']}" for event in events}
    others = [event for event in events if event["objectType"] != "sheet"]
    return [(f"{event['objectType']}.{event['eventType']}", event["id"], event["userId"]) for event in others]


def test_a_discussion_lives_and_dies(
    hook: Hook, bobs_plan: Grid, as_bob: Client, bob: Person, receiver: Receiver
) -> None:
    discussion = begin(as_bob, row_path(bobs_plan))
    first = discussion["comments"][0]["id"]
    assert said(receiver) == [("discussion.created", discussion["id"], bob.id), ("comment.created", first, bob.id)]
    second = reply(as_bob, bobs_plan, discussion["id"])["id"]
    assert said(receiver, 2) == [("comment.created", second, bob.id)]
    assert as_bob.ask("PUT", f"{bobs_plan.path}/comments/{second}", {"text": "For Tuesday"}).ok
    assert said(receiver, 3) == [("comment.updated", second, bob.id)]
    assert as_bob.ask("DELETE", f"{bobs_plan.path}/comments/{second}").ok
    assert said(receiver, 4) == [("comment.deleted", second, bob.id)]
    assert as_bob.ask("DELETE", f"{bobs_plan.path}/discussions/{discussion['id']}").ok
    assert said(receiver, 5) == [("discussion.deleted", discussion["id"], bob.id)]


def test_a_discussion_goes_with_its_last_comment(
    hook: Hook, bobs_plan: Grid, as_bob: Client, bob: Person, receiver: Receiver
) -> None:
    discussion = begin(as_bob, bobs_plan.path)
    only = discussion["comments"][0]["id"]
    assert as_bob.ask("DELETE", f"{bobs_plan.path}/comments/{only}").ok
    gone = {("discussion.deleted", discussion["id"], bob.id), ("comment.deleted", only, bob.id)}
    assert gone <= set(said(receiver))


def on_sheet(client: Client, plan: Grid) -> str:
    return plan.path


def on_row(client: Client, plan: Grid) -> str:
    return row_path(plan)


def on_comment(client: Client, plan: Grid) -> str:
    return f"{plan.path}/comments/{begin(client, plan.path)['comments'][0]['id']}"


@pytest.mark.parametrize("place", [on_sheet, on_row, on_comment])
def test_an_attachment_comes_and_goes(
    hook: Hook, bobs_plan: Grid, as_bob: Client, bob: Person, receiver: Receiver, place: Callable[[Client, Grid], str]
) -> None:
    path = place(as_bob, bobs_plan)
    file, page = attach(as_bob, path)["id"], result(link(as_bob, path))["id"]
    assert as_bob.ask("DELETE", f"{bobs_plan.path}/attachments/{file}").ok
    attachments = [event for event in said(receiver) if event[0].startswith("attachment")]
    assert sorted(attachments) == sorted(
        [
            ("attachment.created", file, bob.id),
            ("attachment.created", page, bob.id),
            ("attachment.deleted", file, bob.id),
        ]
    )


def test_versions_are_called_back_each(
    hook: Hook, bobs_plan: Grid, as_bob: Client, bob: Person, receiver: Receiver
) -> None:
    first = attach(as_bob, bobs_plan.path)["id"]
    versions = f"{bobs_plan.path}/attachments/{first}/versions"
    second = result(send(as_bob, versions, b"newer"))["id"]
    assert as_bob.ask("DELETE", versions).ok
    events = said(receiver)
    assert {event for event in events if event[0].endswith("created")} == {
        ("attachment.created", first, bob.id),
        ("attachment.created", second, bob.id),
    }
    assert {event for event in events if event[0].endswith("deleted")} == {
        ("attachment.deleted", first, bob.id),
        ("attachment.deleted", second, bob.id),
    }


def test_a_comment_brings_its_file(hook: Hook, bobs_plan: Grid, as_bob: Client, receiver: Receiver) -> None:
    body: dict[str, Any] = {
        "discussion": (None, json.dumps({"comment": {"text": "Look"}}), "application/json"),
        "file": ("slab.png", PIXEL, "image/png"),
    }
    assert send_parts(as_bob, f"{bobs_plan.path}/discussions", body).ok
    assert {event[0] for event in said(receiver)} == {"attachment.created", "discussion.created", "comment.created"}


def test_refused_changes_send_no_callback(
    hook: Hook, plan: Grid, as_bob: Client, as_alice: Client, receiver: Receiver
) -> None:
    comment = begin(as_alice, plan.path)["comments"][0]["id"]
    assert said(receiver)
    assert as_bob.ask("PUT", f"{plan.path}/comments/{comment}", {"text": "mine"}).status_code == 403
    assert as_bob.ask("DELETE", f"{plan.path}/comments/{comment}").status_code == 403
    later = reply(as_bob, plan, as_alice.json(f"{plan.path}/comments/{comment}")["discussionId"])
    assert [event[:2] for event in said(receiver, 2)] == [("comment.created", later["id"])]


def test_columns_have_no_remarks(as_alice: Client, plan: Grid, receiver: Receiver) -> None:
    subscribed = enabled_hook(as_alice, plan.id, receiver, subscope={"columnIds": [plan.column("Notes")]})
    assert subscribed.status == "ENABLED"
    begin(as_alice, plan.path)
    plan.put("Roof", {"title": "Notes", "value": "x"})
    assert {event["objectType"] for event in receiver.events()} == {"cell"}
