"""If a setting for seals or anchors is unusable, the app doesn't start. It prints a sentence that says why."""

import pytest

from tests.test_settings import SECRETS, assert_it_stops_with_a_sentence, manage


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"AUDIT_ANCHORS": "log,pigeon"}, "AUDIT_ANCHORS is"),
        ({"AUDIT_ANCHORS": "file"}, "set AUDIT_ANCHOR_FILE"),
        ({"AUDIT_ANCHORS": "sheet", "AUDIT_ANCHOR_SHEET": "5"}, "AUDIT_ANCHOR_PERSON (one person)"),
        (
            {"AUDIT_ANCHORS": "sheet", "AUDIT_ANCHOR_SHEET": "five", "AUDIT_ANCHOR_PERSON": "a@example.com"},
            "set AUDIT_ANCHOR_SHEET (an id)",
        ),
        ({"AUDIT_SEAL_STALE": "never"}, "AUDIT_SEAL_STALE must be a number"),
    ],
    ids=["an unknown anchor", "no file", "nobody", "no id", "no number"],
)
def test_it_stops_the_start(given: dict[str, str], about: str) -> None:
    assert_it_stops_with_a_sentence(manage("check", **given), about)


def test_the_demos_key_is_only_for_the_demo() -> None:
    shown = manage("audit_keys", "--public", **SECRETS, DEBUG="false")
    assert_it_stops_with_a_sentence(shown, "There is no key for sealing")
    assert manage("audit_keys", "--public").returncode == 0
