"""Tests of what roles allow, and of who has roles. Changes of roles apply immediately."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from identity.backends import SmartsheetBackend
from identity.models import SmartsheetUser, Token
from identity.roles import PERMISSIONS, Role, RoleName
from tests.identity.provider import ALICE, Answer, Provider

PEOPLE, ROLES = "/admin/identity/smartsheetuser/", "/admin/identity/role/"
CHOOSING_A_PERSON = {"app_label": "identity", "model_name": "role", "field_name": "person"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_by_settings(settings: Settings) -> None:
    settings.ROLES = {name: frozenset() for name in RoleName}


@pytest.fixture
def alice(client: Client, provider: Provider) -> SmartsheetUser:
    provider.come_back(client)
    return SmartsheetUser.objects.get(smartsheet_id=ALICE["id"])


@pytest.fixture
def administrator(provider: Provider, alice: SmartsheetUser) -> Client:
    """The browser of an administrator who isn't Alice."""
    browser = Client()
    provider.profile = Answer(ALICE | {"id": 7, "email": "root@example.org", "firstName": "Rosa", "lastName": "Root"})
    provider.come_back(browser)
    Role.objects.create(person=SmartsheetUser.objects.get(smartsheet_id=7), name=RoleName.ADMINISTRATOR)
    return browser


def allowed(person: SmartsheetUser) -> set[str]:
    return User.objects.get(pk=person.user_id).get_all_permissions()


@pytest.mark.parametrize("name", RoleName.values)
def test_what_a_role_allows(alice: SmartsheetUser, name: str) -> None:
    assert allowed(alice) == set()
    role = Role.objects.create(person=alice, name=name)
    assert allowed(alice) == PERMISSIONS[name]
    role.delete()
    assert allowed(alice) == set()


def test_the_permissions_that_others_rely_on(alice: SmartsheetUser) -> None:
    assert {"audit.view_all", "audit.export"} == PERMISSIONS[RoleName.AUDITOR]
    assert {"edits.design_forms"} == PERMISSIONS[RoleName.FORM_DESIGNER]
    assert {"audit.view_all", "audit.export", "audit.erase"} <= PERMISSIONS[RoleName.ADMINISTRATOR]
    assert not {name for names in PERMISSIONS.values() for name in names if name.startswith("auth.")}


@pytest.mark.parametrize("named", [f"sandbox:{ALICE['id']}", "alice@example.org"])
def test_by_settings(alice: SmartsheetUser, settings: Settings, named: str) -> None:
    settings.ROLES = settings.ROLES | {"auditor": {named}}
    assert allowed(alice) == PERMISSIONS[RoleName.AUDITOR]


def test_by_settings_of_another_region(alice: SmartsheetUser, settings: Settings) -> None:
    settings.ROLES = settings.ROLES | {"auditor": {f"eu:{ALICE['id']}", "alice@example.net"}}
    assert allowed(alice) == set()


def test_deactivated_people_have_no_roles(alice: SmartsheetUser) -> None:
    Role.objects.create(person=alice, name=RoleName.ADMINISTRATOR)
    User.objects.filter(pk=alice.user_id).update(is_active=False)
    assert allowed(alice) == set()


def test_people_without_roles_cost_no_query(
    alice: SmartsheetUser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        user = SmartsheetBackend().get_user(alice.user_id)
        assert isinstance(user, User)
        assert user.smartsheet.roles == frozenset()


def test_permissions_of_the_site_apply_at_once(alice: SmartsheetUser) -> None:
    design, export = (Permission.objects.get(codename=name) for name in ("design_forms", "export"))
    alice.user.user_permissions.add(design)
    user = SmartsheetBackend().get_user(alice.user_id)
    assert isinstance(user, User)
    assert user.get_all_permissions() == {"edits.design_forms"}

    group = Group.objects.create(name="exporters")
    group.permissions.add(export)
    alice.user.groups.add(group)
    user = SmartsheetBackend().get_user(alice.user_id)
    assert isinstance(user, User)
    assert user.get_all_permissions() == {"edits.design_forms", "audit.export"}


def test_a_superuser_has_all_permissions(alice: SmartsheetUser) -> None:
    User.objects.filter(pk=alice.user_id).update(is_superuser=True)
    user = SmartsheetBackend().get_user(alice.user_id)
    assert isinstance(user, User)
    assert len(user.get_all_permissions()) == Permission.objects.count()


def test_access_to_the_admin_changes_at_once(client: Client, alice: SmartsheetUser) -> None:
    assert client.get("/admin/").status_code == 302
    role = Role.objects.create(person=alice, name=RoleName.ADMINISTRATOR)
    page = client.get("/admin/")
    assert page.status_code == 200
    assert ROLES in page.content.decode()
    assert "Administration" in client.get("/").content.decode()
    role.delete()
    assert client.get("/admin/").status_code == 302
    assert "Administration" not in client.get("/").content.decode()


@pytest.mark.parametrize("name", [RoleName.AUDITOR, RoleName.FORM_DESIGNER])
def test_other_roles_cannot_open_the_admin(client: Client, alice: SmartsheetUser, name: str) -> None:
    Role.objects.create(person=alice, name=name)
    assert client.get("/admin/").status_code == 302
    assert client.get(PEOPLE).status_code == 302


def test_an_administrator_gives_and_takes(administrator: Client, alice: SmartsheetUser) -> None:
    answer = administrator.post(f"{ROLES}add/", {"person": alice.pk, "name": "auditor"})
    assert answer.status_code == 302
    assert "audit.view_all" in allowed(alice)
    assert "auditor" in administrator.get(PEOPLE).content.decode()
    role = Role.objects.get(person=alice)
    assert administrator.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 302
    assert allowed(alice) == set()
    taken, given = Role.history.filter(person=alice)
    assert [(one.history_type, one.name, one.actor_name) for one in (taken, given)] == [
        ("-", "auditor", "Rosa Root"),
        ("+", "auditor", "Rosa Root"),
    ]


def test_a_role_by_settings_is_shown_and_stays(
    administrator: Client, alice: SmartsheetUser, settings: Settings
) -> None:
    settings.ROLES = settings.ROLES | {"auditor": {"alice@example.org"}}
    assert "auditor (from the settings)" in administrator.get(PEOPLE).content.decode()
    answer = administrator.post(f"{ROLES}add/", {"person": alice.pk, "name": "auditor"})
    assert "The settings already give" in answer.content.decode()
    assert not Role.objects.filter(person=alice).exists()


def test_a_role_cannot_be_changed_only_added_and_removed(administrator: Client, alice: SmartsheetUser) -> None:
    role = Role.objects.create(person=alice, name=RoleName.AUDITOR)
    administrator.post(f"{ROLES}{role.pk}/change/", {"person": alice.pk, "name": "administrator"})
    role.refresh_from_db()
    assert role.name == RoleName.AUDITOR


def test_an_administrator_makes_no_superuser(administrator: Client) -> None:
    assert administrator.get("/admin/auth/user/").status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()


def test_the_pages_of_the_admin_open(administrator: Client, alice: SmartsheetUser) -> None:
    role = Role.objects.create(person=alice, name=RoleName.AUDITOR)
    for page in (PEOPLE, ROLES, f"{ROLES}add/", f"{ROLES}{role.pk}/change/", f"{PEOPLE}{alice.pk}/change/"):
        assert administrator.get(page).status_code == 200, page
    assert "Signed in as <strong>Rosa Root</strong>" in administrator.get("/admin/").content.decode()
    found = administrator.get("/admin/autocomplete/", CHOOSING_A_PERSON | {"term": "Ashby"}).json()["results"]
    assert [one["id"] for one in found] == [str(alice.pk)]
    for page in (f"{PEOPLE}{alice.pk}/history/", f"{ROLES}{role.pk}/history/"):
        assert administrator.get(page).status_code == 200, page


def test_a_person_is_blocked_and_admitted_again(
    client: Client, administrator: Client, alice: SmartsheetUser, provider: Provider
) -> None:
    """While a person is blocked, they have no access to Smartsheet, and their roles allow nothing. The Django user
    stays active.
    """
    Role.objects.create(person=alice, name=RoleName.AUDITOR)
    chosen = {"_selected_action": [alice.pk]}
    page = administrator.post(PEOPLE, chosen | {"action": "bar"}, follow=True)
    assert "1 person blocked from using Smartsheet here." in page.content.decode()
    assert 'alt="False"' in page.content.decode()
    assert client.get("/identity/me").json() == {"user": None}
    assert "because an administrator no longer lets you use this app" in client.get("/").content.decode()
    assert (allowed(alice), User.objects.get(pk=alice.user_id).is_active) == (set(), True)
    assert not Token.objects.filter(person=alice).exists()
    provider.profile = Answer(ALICE)
    refused = provider.come_back(client)
    assert (refused.status_code, "has blocked you from using this app" in refused.content.decode()) == (403, True)
    administrator.post(PEOPLE, chosen | {"action": "let_in_again"})
    provider.come_back(client)
    assert client.get("/identity/me").json()["user"]["id"] == ALICE["id"]
    assert allowed(alice) == PERMISSIONS[RoleName.AUDITOR]


def test_people_cannot_bar_themselves(administrator: Client) -> None:
    own = SmartsheetUser.objects.get(smartsheet_id=7)
    page = administrator.post(PEOPLE, {"action": "bar", "_selected_action": [own.pk]}, follow=True)
    assert "You cannot block yourself." in page.content.decode()
    assert administrator.get("/identity/me").json()["user"]["id"] == 7


def test_the_admin_offers_signing_in_with_smartsheet(client: Client) -> None:
    page = client.get("/admin/", follow=True).content.decode()
    assert 'action="/identity/login/"' in page
    assert '<input type="hidden" name="next" value="/admin/">' in page
