"""After an upgrade, a log of version 1, whose entries have no `via`, is still valid and can be continued. Exports of
version 1 are valid too.
"""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from audit import verify
from audit.database import triggers, triggers_postgresql
from audit.models import Entry, Leaf
from audit.proof import leaves, seals
from audit.recording import Json, Outcome, intend, note, settle
from audit.vocabulary import Origin, Phase
from tests.audit.edits import ALICE, BOB, SITE_PLAN, cell, saved
from tests.audit.export.conftest import exported
from tests.audit.upgrade.conftest import EXPORT, PUBLIC_KEY, TABLES

VIA: dict[str, Json] = {"form": "status", "version": 3}
FIRST, *_ = TABLES["audit_entry"]


def migrate() -> None:
    call_command("migrate", verbosity=0)


def verified() -> str:
    out = StringIO()
    call_command("audit_verify", stdout=out)  # raises SystemExit if something is wrong
    return out.getvalue()


def save_by_form() -> None:
    intent = intend(
        actor=BOB,
        action="change",
        sheet_id=SITE_PLAN[0],
        sheet_name=SITE_PLAN[1],
        changes=[cell()],
        origin=Origin.FORM,
        via=VIA,
    )
    settle(intent, [Outcome(Phase.APPLIED, None)])


def columns_1(row: dict[str, Any]) -> list[Any]:
    """Return the row's values in the order in which version 1 hashes them. The list of columns is written here, so that
    it doesn't depend on the app's code.
    """
    names = """edit_id line is_head request_id phase actor_id region actor action subject sheet_id sheet_name row_id
        row_label column_id column_title old new reason origin ip user_agent error_code ref_id message evidence
        refers_to"""
    return [row[name] for name in names.split()]


def test_the_bytes_of_version_1_are_frozen() -> None:
    assert leaves.content([*columns_1(FIRST), None]) == (
        b'byline entry 1\n["a62a788b66f14741a832f9e0d5b447e8",null,true,"","done",4100000000000001,"sandbox",'
        b'"a97fc629e6ab506552792748d55625a619010deccb276689bcdb57673c3792af","sign_in","identity.smartsheetuser/1",'
        b'null,"",null,"",null,"",null,null,"","app",null,"",null,"","",null,null]'
    )
    assert FIRST["leaf"] == "17546f42e76ff2d53975dd9c421ed56d061ce3ee35730b6fcd2941bbc700f4c8"
    for row in TABLES["audit_entry"]:
        text = json.dumps(columns_1(row), ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(b"byline entry 1\n" + text.encode()).hexdigest() == row["leaf"]
        assert leaves.leaf([*columns_1(row), None]).hex() == row["leaf"]


@pytest.mark.usefixtures("log_of_version_1")
def test_the_log_verifies_after_the_upgrade_and_goes_on() -> None:
    if connection.vendor == "postgresql":
        assert {(2026, 1), (2026, 2), (2026, 11)} <= set(triggers_postgresql.months(connection).values())
    # This doesn't send post_migrate, which would install the triggers.
    MigrationExecutor(connection).migrate([("audit", "0010_via")])
    assert triggers.missing(connection) == []
    migrate()
    assert triggers.missing(connection) == []
    assert "All is well" in verified()
    assert [bytes(leaf).hex() for leaf in Entry.objects.order_by("id").values_list("leaf", flat=True)] == [
        row["leaf"] for row in TABLES["audit_entry"]
    ]

    saved(actor=ALICE)
    save_by_form()
    note(actor=BOB, action="sign_out", via={"token": "bl_ab12"})
    list(seals.seal_all())

    said = list(Entry.objects.order_by("id").values_list("via", flat=True))
    old = len(TABLES["audit_entry"])
    form = '{"form":"status","version":3}'
    assert said == [None] * old + [None, None, form, form, '{"token":"bl_ab12"}']
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, old + 6))
    assert "All is well" in verified()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET via = NULL")


@pytest.mark.usefixtures("log_of_version_1")
@pytest.mark.parametrize("asked", [{}, {"action": "change"}], ids=["whole", "selection"])
def test_an_export_of_both_versions_verifies(asked: dict[str, str], tmp_path: Path) -> None:
    migrate()
    save_by_form()
    list(seals.seal_all())
    path = tmp_path / "log.jsonl"

    path.write_bytes(exported("jsonl", **asked))

    assert verify.main([str(path), "--key", PUBLIC_KEY]) == verify.PROVED
    entries = [line["entry"] for line in map(json.loads, path.read_bytes().splitlines()) if line["type"] == "entry"]
    assert {tuple(entry) for entry in entries} == {leaves.COLUMNS_1, leaves.COLUMNS_2}


def test_an_old_export_verifies() -> None:
    assert verify.main([str(EXPORT), "--key", PUBLIC_KEY]) == verify.PROVED


@pytest.mark.usefixtures("log_of_version_1")
def test_a_process_of_the_old_version_can_write_until_it_is_restarted() -> None:
    migrate()
    values = dict(zip(leaves.COLUMNS_1, columns_1(FIRST), strict=True))
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_entry ({names}, leaf) VALUES ({places}, %s)",  # noqa: S608 # our own names
            [*columns_1(FIRST), bytes.fromhex(str(FIRST["leaf"]))],
        )
    list(seals.seal_all())
    assert "All is well" in verified()


@pytest.mark.usefixtures("log_of_version_1")
def test_there_is_no_way_back_once_an_entry_says_how_it_came() -> None:
    migrate()
    save_by_form()
    with pytest.raises(IrreversibleError, match="Nothing was changed"):
        call_command("migrate", "audit", "0009", verbosity=0)
    assert "All is well" in verified()


@pytest.mark.usefixtures("log_of_version_1")
def test_old_entries_can_be_retired_after_the_upgrade(tmp_path: Path) -> None:
    migrate()
    save_by_form()
    list(seals.seal_all())
    call_command("audit_seal", stdout=StringIO())
    path = tmp_path / "retired.jsonl"
    arguments = ("--before", "2026-03", "--export", str(path), "--reason", "two years", "--yes")
    call_command("audit_retire", *arguments, stdout=StringIO())

    assert verify.main([str(path), "--key", PUBLIC_KEY]) == verify.PROVED
    assert "All is well" in verified()
