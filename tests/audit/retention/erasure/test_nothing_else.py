"""The database allows only the changes that erasure needs."""

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F
from django.db.models.functions import Now

from audit import histories
from audit.models import PersonalText
from audit.recording import THIS_APP
from audit.retention.erasure import Person, erase
from audit.vocabulary import Origin
from identity.models import SmartsheetUser

pytestmark = pytest.mark.usefixtures("jane")

BLANK = {"text": "", "salt": "", "email": ""}
on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's trigger refuses this too")


def rows(model: type[models.Model]) -> list[tuple[object, ...]]:
    return list(model._default_manager.order_by("pk").values_list())


def refused(model: type[models.Model], **values: object) -> None:
    before = rows(model)
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model._default_manager.update(**values)
    assert rows(model) == before


@pytest.mark.parametrize(
    "values",
    [
        {"email": "mallory@example.com"},
        {"profile": {"id": 1}},
        {"profile": []},
        {"actor_name": "Mallory"},
        {"history_user_id": 1},
        {"smartsheet_id": F("smartsheet_id") + 1},
        {"email": "", "region": "eu"},
        {"email": "", "first_name": "Mallory"},
        {"email": None},
        {"history_date": Now()},
        {"request_id": "forged"},
    ],
    ids=lambda values: " ".join(values),
)
def test_a_history_cannot_be_changed(values: dict[str, object]) -> None:
    refused(SmartsheetUser.history.model, **values)


def test_a_history_row_cannot_be_deleted() -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SmartsheetUser.history.all()._raw_delete("default")


@on_postgresql
def test_personal_data_in_a_history_can_be_blanked() -> None:
    assert SmartsheetUser.history.update(email="", profile={})
    assert set(SmartsheetUser.history.values_list("email", "last_name")) == {("", "Roe"), ("", "Doe")}


def test_the_histories_are_protected_again_afterwards() -> None:
    erase(Person("com", 41), by=THIS_APP, reason="asked", origin=Origin.COMMAND)
    refused(SmartsheetUser.history.model, email="mallory@example.com")


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {**BLANK},
        {**BLANK, "erased_at": None},
        {**BLANK, "text": '["Mallory",""]', "erased_at": Now()},
        {**BLANK, "erased_at": Now(), "person_id": 42},
        {**BLANK, "erased_at": Now(), "kind": "other"},
    ],
    ids=lambda values: " ".join(values),
)
def test_a_personal_text_is_blanked_wholly_or_not_at_all(values: dict[str, object]) -> None:
    refused(PersonalText, **values)


def test_an_erased_value_stays_erased() -> None:
    PersonalText.objects.update(**BLANK, erased_at=Now())
    refused(PersonalText, **BLANK, erased_at=Now())


def test_every_history_can_be_freed_of_people() -> None:
    """All personal fields of the histories are texts or JSON, because fields of other types couldn't be emptied."""
    assert {model.__name__ for model in histories.histories()} >= {"HistoricalSmartsheetUser", "HistoricalRole"}
    for model in histories.histories():
        assert histories.ACTOR in histories.personal_fields(model)
        for name in histories.personal_fields(model):
            assert isinstance(model._meta.get_field(name), (models.TextField, models.CharField, models.JSONField))
