"""Another project uses only the app `audit` to record its edits. No entry is lost if the project's process is killed,
and tampering is detected (docs/recording.md).
"""

import json
import re

from django.conf import global_settings

from audit.conf import DEFAULTS
from tests.other_project.board import Board
from tests.other_project.processes import ROOT, OtherProject

PROJECT = ROOT / "tests" / "other_project"
PAGE = (ROOT / "docs" / "recording.md").read_text()


def test_every_example_is_code_of_the_other_project() -> None:
    code = [path.read_text() for path in PROJECT.rglob("*.py")]
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(examples) > 10
    for example in examples:
        assert any(example in file for file in code), example


def test_every_setting_that_the_log_reads_has_a_default() -> None:
    """Each setting that the code of the app `audit` reads has a default in `audit/conf.py` or in Django."""
    read = {
        name
        for path in (ROOT / "audit").rglob("*.py")
        for name in re.findall(r"\bsettings\.([A-Z_]+)", path.read_text())
    }
    assert read <= {*DEFAULTS, *dir(global_settings)}


def test_it_records_an_edit_with_nothing_of_byline_but_the_log(project: OtherProject, board: Board) -> None:
    loaded, told, old, new = project.python(
        """
        import sys
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        services.pin(pinned, by=person("ann"), shown_before="Buy milk")
        intent = Entry.objects.get(row_id=pinned.pk, phase="intent")
        loaded = sorted({name.partition(".")[0] for name in sys.modules} & {"identity", "edits", "config", "sandbox"})
        print(json.dumps([loaded, reading.story_of(pinned), intent.old, intent.new]))
        """,
        board=board,
    )
    assert loaded == []
    assert told == ["ann: pin, not certain yet", "ann: pin, saved"]
    assert board.texts.popitem()[1] == "Buy bread"
    assert "COMMITMENT" in old
    assert "bread" not in new


def test_a_refusal_is_recorded_and_reported(project: OtherProject, board: Board) -> None:
    board.status = 403
    told, why = project.python(
        """
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        try:
            services.pin(pinned, by=person("ann"), shown_before=None)
        except services.NotPinned as error:
            print(json.dumps([reading.story_of(pinned), str(error)]))
        """,
        board=board,
    )
    assert told == ["ann: pin, not certain yet", "ann: pin, refused"]
    assert why == "The board answered 403."


def test_a_process_killed_between_intent_and_outcome_leaves_the_intent(project: OtherProject, board: Board) -> None:
    board.may_answer.clear()
    killed = project.start(
        """
        pinned = Note.objects.create(title="Killed", text="Buy bread")
        services.pin(pinned, by=person("bob"), shown_before=None)
        """,
        board=board,
    )
    assert board.was_asked.wait(timeout=30)
    killed.kill()
    assert killed.wait() == -9
    told, uncertain, number = project.python(
        """
        pinned = Note.objects.get(title="Killed")
        print(json.dumps([reading.story_of(pinned), reading.uncertain(), pinned.pk]))
        """
    )
    assert told == ["bob: pin, not certain yet"]
    assert number in uncertain
    verified = project.manage("audit_verify", "--json")
    report = json.loads(verified.stdout)
    kinds = {finding["kind"] for finding in report["findings"]}
    assert kinds <= {"unsettled"}, verified.stdout
    assert report["entries"] > 0
    board.may_answer.set()
    told, uncertain = project.python(
        """
        from datetime import timedelta
        pinned = Note.objects.get(title="Killed")
        settling.settle_open(older_than=timedelta(0))
        print(json.dumps([reading.story_of(pinned), reading.uncertain()]))
        """,
        board=board,
    )
    assert told == ["bob: pin, not certain yet", "bob: pin, saved"]
    assert number not in uncertain


def test_a_change_that_cannot_be_recorded_is_not_made(project: OtherProject, board: Board) -> None:
    status, answer = project.python(
        """
        from django.test import Client
        User.objects.exclude(username="ann").delete()
        person("ann")
        pinned = Note.objects.create(title="Unrecorded", text="Buy bread")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
        try:
            response = Client().post(f"/notes/{pinned.pk}/pin")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE elsewhere RENAME TO audit_entry")
        print(json.dumps([response.status_code, response.content.decode()]))
        """,
        board=board,
    )
    # On SQLite, renaming the table has changed the triggers. This command restores them.
    project.manage("migrate", "--skip-checks", "--verbosity", "0")
    assert status == 503
    assert "The note was not pinned" in answer
    assert not board.was_asked.is_set()


def test_it_refuses_to_intend_within_a_transaction(project: OtherProject, board: Board) -> None:
    assert project.python(
        """
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        try:
            with transaction.atomic():
                services.pin(pinned, by=person("ann"), shown_before=None)
        except RuntimeError:
            print(json.dumps(reading.story_of(pinned) == []))
        """,
        board=board,
    )
    assert not board.was_asked.is_set()


def test_its_own_rows_are_in_the_log_and_outlive_the_account(project: OtherProject) -> None:
    changes, actors, history = project.python(
        """
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        services.rename(pinned, "Milk", by=person("cat"))
        User.objects.get(username="cat").delete()
        entries = written(subject=f"notes.note/{pinned.pk}")
        changes = [[entry.column_title, entry.old, entry.new] for entry in entries if entry.message == "changed"]
        print(json.dumps([changes, entries[-1].actor_name, str(pinned.history.first().history_user.name)]))
        """
    )
    assert changes == [["title", '"Bread"', '"Milk"']]
    assert (actors, history) == ("cat", "cat")


def test_note_joins_the_current_transaction(project: OtherProject) -> None:
    kept, lost = project.python(
        """
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        subject = f"notes.note/{pinned.pk}"
        services.print_out(pinned, by=person("ann"))
        kept = len(written(subject=subject, action="print"))
        with transaction.atomic():
            services.print_out(pinned, by=person("ann"))
            transaction.set_rollback(True)
        print(json.dumps([kept, len(written(subject=subject, action="print"))]))
        """
    )
    assert (kept, lost) == (1, 1)


def test_the_request_is_on_its_entries(project: OtherProject, board: Board) -> None:
    answered, recorded = project.python(
        """
        from django.test import Client
        User.objects.exclude(username="ann").delete()
        person("ann")
        pinned = Note.objects.create(title="Bread", text="Buy bread")
        response = Client().post(f"/notes/{pinned.pk}/pin")
        print(json.dumps([response.headers["X-Request-ID"],
                          [[entry.request_id, entry.ip] for entry in written(row_id=pinned.pk)]]))
        """,
        board=board,
    )
    assert recorded == [[answered, "127.0.0.1"]] * 2


def test_it_is_sealed_exported_and_verified_without_a_page(project: OtherProject) -> None:
    shown = project.manage("audit_keys").stdout
    project.environment["AUDIT_SEAL_KEY"] = re.findall(r"AUDIT_SEAL_KEY=(\S+)", shown)[0]
    for command in (["audit_seal"], ["audit_export", "--format", "jsonl", "log.jsonl"], ["audit_verify"]):
        done = project.manage(*command)
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
    (public,) = re.findall(r"Public key: (\S+)", shown)
    assert project.run("-m", "audit.verify", "log.jsonl", "--key", public).returncode == 0


def test_dropped_triggers_are_reported_and_restored(project: OtherProject) -> None:
    """The test drops two triggers: one of the log's own table, and one of the history of the other project's notes. The
    system checks report both triggers, and `migrate` restores them.
    """
    is_sqlite = project.database_url.startswith("sqlite")
    tables = ["audit_entry", "notes_historicalnote"]
    names = {table: f"{table}_no_{'update' if is_sqlite else 'change'}" for table in tables}
    for table, name in names.items():
        project.plain_sql(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
    checked = project.manage("check", "--database", "default")
    assert checked.returncode == 1
    assert "audit.E001" in checked.stderr
    assert all(name in checked.stderr for name in names.values())
    project.manage("migrate", "--skip-checks", "--verbosity", "0")
    assert project.manage("check", "--database", "default").returncode == 0
