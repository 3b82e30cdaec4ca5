"""The ids in the log's tables have 64 bits. The tables have no missing or redundant index, and no foreign key to rows
that can be deleted.
"""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, models

from audit.histories import histories
from audit.models import Entry, Leaf, PersonalText, Seal
from identity.roles import Role
from tests.audit.edits import saved

pytestmark = pytest.mark.django_db

RECORD: list[type[models.Model]] = [Entry, Leaf, Seal, PersonalText, *histories()]
BEYOND_32_BITS = 2**40


def ids(model: type[models.Model]) -> str:
    return model._meta.label_lower


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's integers all have 64 bits")
@pytest.mark.parametrize("model", RECORD, ids=ids)
def test_no_number_of_the_record_has_32_bits_in_the_database(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND data_type IN ('integer', 'smallint')",
            [model._meta.db_table],
        )
        narrow = {name for (name,) in cursor.fetchall()}
    assert narrow <= {"line", "user_id"}  # the number of a row in an edit, and the key of Django's own user model


def test_a_history_goes_on_beyond_32_bits() -> None:
    row = Role.history.model(history_id=BEYOND_32_BITS, history_date="2026-01-01T00:00:00Z", history_type="+", id=1)
    row.save()
    assert Role.history.get(pk=BEYOND_32_BITS).id == 1


@pytest.mark.parametrize("model", RECORD, ids=ids)
def test_the_record_hangs_on_nothing_that_can_be_deleted(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        assert connection.introspection.get_relations(cursor, model._meta.db_table) == {}


def test_the_log_outlives_every_content_type() -> None:
    saved()
    before = Entry.objects.count()
    ContentType.objects.all().delete()
    ContentType.objects.clear_cache()
    assert Entry.objects.count() == before


@pytest.mark.parametrize("model", RECORD, ids=ids)
def test_no_index_is_the_beginning_of_another(model: type[models.Model]) -> None:
    """If a table has an index on the columns x and y, it needs no index on x alone. Such an index would make every
    write slower. The test ignores partial indexes, because they are small, and text indexes, because they are of
    another kind.
    """
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    partial = {
        tuple(index.fields)  # the columns have the same names as the fields
        for index in model._meta.indexes
        if index.condition is not None
    }
    columns = {tuple(one["columns"]) for one in found if one["index"] or one["primary_key"]} - {()} - partial
    twice = {one for one in columns for other in columns if one != other and other[: len(one)] == one}
    assert twice == set()


@pytest.mark.parametrize("model", histories(), ids=ids)
def test_the_rows_of_one_record_are_found_along_an_index(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    assert ["id", "history_id"] in [one["columns"] for one in found]


def test_no_model_of_the_log_can_be_swapped() -> None:
    assert [model for model in apps.get_app_config("audit").get_models() if model._meta.swappable] == []


@pytest.mark.django_db(transaction=True)
def test_flush_is_refused() -> None:
    saved()
    with pytest.raises(CommandError):
        call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.exists()
