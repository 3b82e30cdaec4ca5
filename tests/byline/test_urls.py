"""A site can have all pages of Byline below one path."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import include, path, reverse
from pytest_django import Settings

from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

urlpatterns = [
    path("tools/smartsheet/", include("byline.urls")),
    path("admin/", admin.site.urls),
]
ADDRESS = re.compile(r'(?:href|action|data-[a-z-]*url)="(/[^"?#]*)')


@pytest.mark.django_db
def test_every_address_of_a_page_is_below_the_path_that_the_site_chose(
    client: Client,
    settings: Settings,
    sandbox: RunningSandbox,
    alice: Person,
    sign_in: Callable[[Client, Person], None],
) -> None:
    sign_in(client, alice)
    plan = SitePlan(sandbox, alice)
    settings.ROOT_URLCONF = __name__
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    row = plan.rows["Dig foundations"]
    pages = [reverse(name) for name in ("edits:sheets", "audit:log", "audit:charts", "identity:profile")]
    pages += [reverse("edits:sheet", args=[plan.id]), reverse("edits:edit_row", args=[plan.id, row])]
    for page in pages:
        assert page.startswith("/tools/smartsheet/")
        answer = client.get(page)
        assert answer.status_code == 200, page
        found = set(ADDRESS.findall(answer.content.decode()))
        assert found, page
        assert {reverse("edits:sheets"), reverse("audit:log"), reverse("identity:profile")} <= found, page
        assert {one for one in found if not one.startswith(("/tools/smartsheet/", "/static/"))} == set(), page
