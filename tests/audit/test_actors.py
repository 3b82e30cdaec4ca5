"""The actor is correct in threads, in async code, and if the user becomes known only after the middleware has run."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from simple_history.middleware import HistoryRequestMiddleware

from audit.context import RequestContext, current, using
from audit.middleware import RequestContextMiddleware
from audit.models import Entry
from audit.recording import note
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.roles import Role
from tests.audit.edits import ALICE, BOB


def person(number: int, name: str) -> SmartsheetUser:
    profile = Profile.parse("com", {"id": number, "email": f"{name}@example.com", "firstName": name, "lastName": "Roe"})
    made = SmartsheetUser.new(profile)
    made.remember(profile, at=timezone.now())
    return made


def give_role(giver: SmartsheetUser, to: SmartsheetUser, name: str, together: Barrier | None = None) -> None:
    """Give a person a role, in a request whose user becomes known only in the view. `together` is a barrier. If it is
    given, the view waits there before it gives the role.
    """

    def view(request: HttpRequest) -> HttpResponse:
        request.user = giver.user
        if together:
            together.wait()
        Role.objects.create(person=to, name=name)
        return HttpResponse()

    request = RequestFactory().post("/")
    request.user = AnonymousUser()
    RequestContextMiddleware(HistoryRequestMiddleware(view))(request)


@pytest.mark.django_db
def test_a_user_who_is_known_after_the_middleware_is_the_actor() -> None:
    jane, john = person(41, "Jane"), person(42, "John")
    give_role(john, jane, "auditor")
    entry = Entry.objects.get(subject__startswith="identity.role/")
    assert (entry.actor_id, entry.actor_name) == (42, "John Roe")
    assert entry.request_id == Role.history.get().request_id != ""


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_keep_their_actors() -> None:
    people = [person(number, name) for number, name in enumerate(["Ann", "Ben", "Cat", "Dan"], start=50)]
    together = Barrier(len(people))

    def work(one: SmartsheetUser) -> None:
        try:
            give_role(one, one, "auditor", together)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[one]) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = Entry.objects.filter(subject__startswith="identity.role/")
    assert len(given) == len(people)
    assert all(entry.row_label == f"auditor: com:{entry.actor_id}" for entry in given)
    assert len({entry.request_id for entry in given}) == len(people)


@pytest.mark.django_db(transaction=True)
def test_async_code_keeps_actor_and_request_apart() -> None:
    async def act(number: int) -> None:
        with using(RequestContext(request_id=str(number))):
            await asyncio.sleep(0)
            await sync_to_async(note)(actor=ALICE if number % 2 else BOB, action="test", message=str(number))

    async def all_at_once() -> None:
        await asyncio.gather(*(act(number) for number in range(10)))
        await sync_to_async(connections.close_all)()  # closes the connections of that thread

    # This uses a separate thread, because an event loop of an earlier browser test may still run in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, all_at_once()).result()
    found = Entry.objects.filter(action="test")
    assert len(found) == 10
    for entry in found:
        assert entry.request_id == entry.message
        assert entry.actor_id == (ALICE if int(entry.message) % 2 else BOB).id


@pytest.mark.django_db
def test_an_inner_context_does_not_take_the_outer_one_along() -> None:
    with using(RequestContext(request_id="outer")):
        for _ in range(100):
            with using(RequestContext(request_id="inner")):
                note(actor=BOB, action="test")
        note(actor=ALICE, action="test", message="after")
        assert current().request_id == "outer"
    after = Entry.objects.get(message="after")
    assert (after.actor_name, after.request_id) == ("Alice Archer", "outer")


@pytest.mark.django_db
def test_a_thread_carries_the_request_that_it_is_handed() -> None:
    with using(RequestContext(request_id="handed")):
        context = current()
    found: list[str] = []

    def work() -> None:
        found.append(current().request_id)
        with using(context):
            found.append(current().request_id)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["", "handed"]


@pytest.mark.django_db
def test_an_entry_is_there_within_a_test_that_rolls_back() -> None:
    """An entry is written immediately. On PostgreSQL, only the entry's link in the chain is written at the commit."""
    assert connection.in_atomic_block
    note(actor=ALICE, action="test")
    assert Entry.objects.get(action="test").actor_name == "Alice Archer"


@pytest.mark.django_db
def test_deleting_the_user_keeps_their_entries() -> None:
    jane = person(41, "Jane")
    give_role(jane, jane, "auditor")
    User.objects.all().delete()
    assert Entry.objects.filter(subject__startswith="identity.role/").first() is not None
    assert {entry.actor_name for entry in Entry.objects.filter(actor_id=41)} == {"Jane Roe"}
