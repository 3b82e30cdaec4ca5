"""For fields of every type, the log records the values that the database stores. The tests use the model Poster of
tests/other_project.
"""

import sqlite3
from typing import Any

import psycopg
import pytest

from tests.other_project.processes import OtherProject

PRELUDE = """
        from datetime import UTC, datetime, timedelta
        from decimal import Decimal
        from django.core.files.base import ContentFile
        from django.db.models import F
        from tests.other_project.notes.models import Poster, Tag
        def told(poster):
            entries = written(subject=f"notes.poster/{poster.pk}", message="changed")
            return [[entry.column_title, json.loads(entry.old or "null"), json.loads(entry.new or "null")]
                    for entry in entries]
        poster = Poster.objects.create(title="Bread")
"""


def told(project: OtherProject, code: str) -> Any:
    return project.python(PRELUDE + code + "\n        print(json.dumps(told(poster)))")


def test_a_field_that_was_not_saved_did_not_change(project: OtherProject) -> None:
    code = """
        poster.title, poster.copies = "Milk", 7
        poster.save(update_fields=["title"])
        poster = Poster.objects.get(pk=poster.pk)
        poster.score = 1.5
        poster.save()
        assert [row.copies for row in poster.history.all()] == [0, 0, 0]
    """
    assert told(project, code) == [["title", "Bread", "Milk"], ["score", 0, 1.5]]


def test_a_value_is_recorded_once_and_as_it_is_stored(project: OtherProject) -> None:
    code = """
        poster.price, poster.copies, poster.printed_at = "1.5", "3", "2026-01-01T10:00:00+02:00"
        poster.save()
        poster.save()
        poster.title = 5
        poster.save()
        poster.save()
    """
    assert told(project, code) == [
        ["price", "0.00", "1.50"],
        ["printed at", None, "2026-01-01T08:00:00Z"],
        ["copies", 0, 3],
        ["title", "Bread", "5"],
    ]


def test_values_computed_by_the_database_are_recorded(project: OtherProject) -> None:
    code = """
        poster.copies = F("copies") + 2
        with transaction.atomic():
            poster.save()
    """
    assert told(project, code) == [["copies", 0, 2]]


def test_files_and_bytes_are_recorded(project: OtherProject) -> None:
    code = """
        poster.file.name, poster.thumbnail = "bread.pdf", b"\\x00\\xff"
        poster.save()
    """
    assert told(project, code) == [["file", None, "bread.pdf"], ["thumbnail", None, "00ff"]]


@pytest.mark.parametrize(("number", "text"), [("inf", "Infinity"), ("-inf", "-Infinity"), ("nan", "NaN")])
def test_numbers_that_json_does_not_have_are_recorded(project: OtherProject, number: str, text: str) -> None:
    if number == "nan" and project.database_url.startswith("sqlite"):
        pytest.skip("SQLite has no NaN")
    assert told(project, f"        poster.score = float('{number}'); poster.save()") == [["score", 0, text]]


def test_links_are_recorded(project: OtherProject) -> None:
    code = """
        food, drink, cheap = (Tag.objects.create(word=word) for word in ("food", "drink", "cheap"))
        first = food.pk
        poster.tags.add(food, drink)
        poster.tags.set([drink, cheap])
        poster.save()
        poster.tags.clear()
        entries = told(poster)
        print(json.dumps([[title, [one - first for one in old or []], [one - first for one in new or []]]
                          for title, old, new in entries]))
        raise SystemExit
    """
    assert told(project, code) == [
        ["tags", [], [0, 1]],
        ["tags", [0, 1], [1]],
        ["tags", [1], [1, 2]],
        ["tags", [1, 2], []],
    ]


@pytest.mark.parametrize("change", ["UPDATE {} SET tag_id = 9", "DELETE FROM {}"])
def test_the_history_of_links_is_append_only_too(project: OtherProject, change: str) -> None:
    code = """
        poster.tags.add(Tag.objects.create(word="food"), Tag.objects.create(word="drink"))
    """
    assert len(told(project, code)) == 1
    with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
        project.plain_sql(change.format("notes_historicalposter_tags"))
