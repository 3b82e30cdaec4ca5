"""The people who can sign in at the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.model.state import Group, Person

ACCOUNT = {"name": "Northside Construction", "id": 2117734062876548}

ALICE = 5138417202923396
BOB = 2886617389238148
CHARLIE = 7390216980293508
DORA = 1760717622601604
ERIKA = 48569348493401217  # 17 digits: too many for a JavaScript number
FRANK = 6264317109872516

EXEC = 4037119328249732
FOUNDED = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)


def people() -> list[Person]:
    """Return the people. Each call makes new objects, because a running sandbox changes them."""
    return [_alice(), _bob(), _charlie(), _dora(), _erika(), _frank()]


def groups() -> list[Group]:
    """Return the groups of the organisation."""
    return [Group(EXEC, "exec", ALICE, FOUNDED, FOUNDED, "Who decides", [ALICE, DORA])]


def _alice() -> Person:
    return Person(
        ALICE,
        _profile("alice@example.com", "Alice", "Archer", "en_US", "US/Pacific")
        | {
            "admin": True,
            "groupAdmin": True,
            "resourceViewer": True,
            "jiraAdmin": True,
            "salesforceAdmin": True,
            "salesforceUser": True,
            "alternateEmails": [
                {"id": 8150532427671428, "email": "alice.archer@example.com", "confirmed": True},
                {"id": 3646932800300932, "email": "archer@example.com", "confirmed": False},
            ],
            "sheetCount": -1,
            "lastLogin": "2026-01-05T07:58:12Z",
            "customWelcomeScreenViewed": "2025-08-25T12:15:47Z",
            "title": "Site director",
            "department": "Construction",
            "company": "Northside Construction",
            "workPhone": "+1 555 0100",
            "mobilePhone": "+1 555 0101",
            "role": "Project sponsor",
            "profileImage": {"imageId": "u!1!nAtdn5RJB_o!k6_e_3h2R3w", "height": 1050, "width": 1050},
        },
        "System admin; owns most sheets",
    )


def _bob() -> Person:
    return Person(
        BOB,
        _profile("bob@example.com", "Bob", "Baker", "en_GB", "Europe/London")
        | {
            "groupAdmin": True,
            "title": "Site manager",
            "department": "Construction",
            "company": "Northside Construction",
            "workPhone": "+44 1632 960001",
            "mobilePhone": "+44 7700 900001",
            "role": "Editor",
            "profileImage": {"imageId": "u!1!b0bBAkEr_o!k6", "height": 400, "width": 400},
            "lastLogin": "2026-01-05T08:31:40Z",
        },
        "Edits the site plan, reads the budget, owns the snagging list",
    )


def _charlie() -> Person:
    return Person(
        CHARLIE,
        _profile("charlie@example.com", "Charlie", "Carter", "en_US", "America/New_York")
        | {"licensedSheetCreator": False, "title": "Client's representative"},
        "Reads the site plan, edits the budget",
    )


def _dora() -> Person:
    return Person(
        DORA,
        _profile("dora@example.com", "Dora", "Díaz", "es_ES", "Europe/Madrid")
        | {"title": "Structural engineer", "workPhone": "+34 910 000 001"},
        "May comment on the site plan, sees no other sheet",
    )


def _erika() -> Person:
    return Person(
        ERIKA,
        _profile(
            "erika.mueller-luedenscheidt-schnarrenberger@bauleitung.example.com",
            "Erika Annegret 🏗️",
            "Müller-Lüdenscheidt von und zu Schnarrenberger",
            "de_DE",
            "Europe/Berlin",
        )
        | {"department": "Bauüberwachung & Qualität", "company": "Größe <GmbH> & Söhne", "title": "Oberbauleiterin"},
        "Admin of the site plan and the budget; a long name, and an id of 17 digits",
    )


def _frank() -> Person:
    """Return a person with the smallest profile that Smartsheet has: no names and no rights."""
    profile = {"email": "frank@example.com", "locale": "en_AU", "timeZone": "Australia/Sydney", "account": ACCOUNT}
    return Person(FRANK, profile, "Edits the site plan; has no name, only an address")


def _profile(email: str, first_name: str, last_name: str, locale: str, time_zone: str) -> dict[str, Any]:
    return {
        "email": email,
        "firstName": first_name,
        "lastName": last_name,
        "locale": locale,
        "timeZone": time_zone,
        "account": ACCOUNT,
        "admin": False,
        "licensedSheetCreator": True,
        "groupAdmin": False,
        "resourceViewer": False,
        "jiraAdmin": False,
        "salesforceAdmin": False,
        "salesforceUser": False,
        "alternateEmails": [],
        "title": "",
        "department": "",
        "company": "",
        "workPhone": "",
        "mobilePhone": "",
        "role": "",
    }
