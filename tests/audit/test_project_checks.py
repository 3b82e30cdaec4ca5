"""If a project's settings or models prevent the log from keeping its guarantees, the system checks report them."""

from collections.abc import Iterator

import pytest
import simple_history.models
from django.core.checks import run_checks
from django.db import connection, models
from django.test.utils import isolate_apps
from pytest_django import Settings
from simple_history.models import HistoricalRecords

import audit.urls
import edits.urls
import identity.urls
from audit import histories, project_checks
from identity.profiles.history import records


class ElsewhereRouter:
    """Sends every model to another database."""

    def db_for_write(self, _model: type[models.Model], **_hints: object) -> str:
        return "elsewhere"


class ReplicaRouter:
    """Reads the tables of one app from a replica."""

    def __init__(self, app_label: str) -> None:
        self.app_label = app_label

    def db_for_read(self, model: type[models.Model], **_hints: object) -> str | None:
        return "replica" if model._meta.app_label == self.app_label else None


@pytest.fixture(autouse=True)
def own_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a test, make simple_history forget the models that the test has defined."""
    monkeypatch.setattr(simple_history.models, "registered_models", {**simple_history.models.registered_models})


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = False


def found() -> set[str | None]:
    return {message.id for message in run_checks() if str(message.id).startswith("audit.")}


def test_this_project_is_well() -> None:
    assert found() == set()


def test_a_log_in_another_database_is_refused(settings: Settings) -> None:
    settings.DATABASE_ROUTERS = [ElsewhereRouter()]
    assert found() == {"audit.E002"}


@pytest.mark.parametrize(
    ("app_label", "model"), [("audit", "audit.Entry"), ("identity", "identity.Token"), ("edits", "edits.SaveKey")]
)
def test_a_replica_is_refused_for_all_own_tables(settings: Settings, app_label: str, model: str) -> None:
    """This app must not read its own tables from a replica that lags behind. For example, if the key of an earlier save
    weren't in the replica yet, the app could add the same rows twice.
    """
    settings.DATABASE_ROUTERS = [ReplicaRouter(app_label)]
    (message,) = [message for message in run_checks() if message.id == "audit.E002"]
    assert model in message.msg
    assert "'default', for reading and for writing" in str(message.hint)


def test_other_tables_can_be_read_from_a_replica(settings: Settings) -> None:
    settings.DATABASE_ROUTERS = [ReplicaRouter("sites")]
    assert found() == set()


@pytest.mark.usefixtures("atomic_requests")
def test_views_of_a_project_whose_requests_are_transactions_are_warned_of() -> None:
    assert found() == {"audit.W003"}
    views = [pattern.callback for app in (audit.urls, edits.urls, identity.urls) for pattern in app.urlpatterns]
    assert all("default" in view._non_atomic_requests for view in views)


@isolate_apps("audit")
def test_personal_fields_that_cannot_be_erased_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Patient(models.Model):  # noqa: DJ008 # the model exists only in this test
        name = models.CharField(max_length=50)
        born = models.DateField()
        chart = models.JSONField()
        history = records(excluded_fields=[])
        personal_fields = frozenset({"name", "born", "chart", "adress"})
        person_fields = ("region", "id")

        class Meta:
            app_label = "audit"

    monkeypatch.setattr(project_checks, "histories", lambda: [Patient.history.model])
    told = [message.msg for message in run_checks() if message.id == "audit.E006"]
    assert [text.split("'")[1] for text in told] == ["adress", "born", "region"]


@isolate_apps("audit")
def test_a_history_as_it_is_by_default_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Binding(models.Model):  # noqa: DJ008 # the model exists only in this test
        history = HistoricalRecords(app="audit")

        class Meta:
            app_label = "audit"

    history = Binding.history.model
    monkeypatch.setattr(project_checks, "histories", lambda: [history])
    assert found() == {"audit.E004", "audit.E005"}
    assert not histories.is_logged(history)  # the log ignores such a history of a project
