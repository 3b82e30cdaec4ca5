"""Many processes read cell histories. Together, they respect the limit per minute."""

import threading

import pytest
from django.db import connections
from pytest_django import Settings

from edits.settling.history_budget import NoHistoryLeft, spend_history

pytestmark = pytest.mark.django_db(transaction=True)


def test_processes_share_the_histories_of_a_minute(settings: Settings) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 3
    spend_history("com", 1)
    spend_history("com", 1)
    with pytest.raises(NoHistoryLeft):
        spend_history("com", 1, leave=1)
    spend_history("com", 1)
    with pytest.raises(NoHistoryLeft) as full:
        spend_history("com", 1)
    assert 55 < full.value.seconds <= 60
    spend_history("com", 2)
    spend_history("eu", 1)


def test_of_many_at_once_no_more_get_one_than_there_are(settings: Settings) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 10
    got: list[bool] = []

    def spend() -> None:
        try:
            for _ in range(4):
                spend_history("com", 1)
                got.append(True)
        except NoHistoryLeft:
            got.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=spend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 10
