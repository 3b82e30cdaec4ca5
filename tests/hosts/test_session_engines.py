"""Runs tests of test_in_a_browser.py with two more session engines: one stores sessions in a cache, the other in signed
cookies. When test_in_a_browser.py itself runs, one site has its sessions in the database, and the other in the database
with a cache.
"""

from collections.abc import Iterator

import pytest

from tests.hosts.conftest import installed
from tests.hosts.installed_site import InstalledSite
from tests.hosts.test_in_a_browser import plan as plan
from tests.hosts.test_in_a_browser import test_a_replayed_callback as test_a_replayed_callback
from tests.hosts.test_in_a_browser import (
    test_from_the_login_to_the_edit_and_back as test_from_the_login_to_the_edit_and_back,
)
from tests.running_sandbox import RunningSandbox

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["cache", "signed_cookies"])
def served_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, running_sandbox: RunningSandbox
) -> Iterator[InstalledSite]:
    engine = f"django.contrib.sessions.backends.{request.param}"
    folder = tmp_path_factory.mktemp("site")
    with installed("auth_user_site", folder, running_sandbox, SITE_SESSIONS=engine) as site:
        site.prepare()
        site.serve()
        yield site
