"""The examples in docs/api.md run, and the page lists every problem that the API reports."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from api.problems import Kind
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser
from tests import signing_in
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "api.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_examples(
    live_server: LiveServer,
    sandbox: RunningSandbox,
    alice: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    signing_in.sign_in(Client(), sandbox, bob)
    person = SmartsheetUser.objects.get()
    _token, text = AppToken.objects.make(person=person, name="docs", scopes=["read", "edit", "log"], days=7)
    monkeypatch.setenv("BYLINE", live_server.url)
    monkeypatch.setenv("TOKEN", text)
    there: dict[str, object] = {}
    for code in blocks("python"):
        exec(compile(code, "docs/api.md", "exec"), there)  # noqa: S102 # that is what is tested
    assert SitePlan(sandbox, alice).value("Dig foundations", "Notes") == "Rock at 2 m"
    printed = capsys.readouterr().out
    assert " saved " in printed
    assert "saved saved saved" in printed
    assert there["some"]["rows"][0][0] == there["row"][0]  # type: ignore[index] # the page's own names have no types
    assert "Fence off the site" not in SitePlan(sandbox, alice).labels()
    assert "Bob Baker change applied None Rock at 2 m" in printed
    said = [
        subprocess.run(["sh", "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
        for code in blocks("sh")
    ]
    assert [word in output for word, output in zip((bob.email, "Site plan", '"type":"end"'), said, strict=True)] == [
        True, True, True,
    ]  # fmt: skip
    assert os.environ["TOKEN"] not in "".join(said)


def test_it_lists_every_problem() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(kind.slug, str(kind.status), kind.title) for kind in Kind]
