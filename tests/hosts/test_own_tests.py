"""The sites' own tests pass with and without Byline."""

import pytest

from tests.hosts.conftest import PROJECTS, installed
from tests.running_sandbox import RunningSandbox


@pytest.mark.parametrize("name", PROJECTS)
def test_a_site_runs_its_own_tests(
    name: str, tmp_path_factory: pytest.TempPathFactory, running_sandbox: RunningSandbox
) -> None:
    with installed(name, tmp_path_factory.mktemp("site"), running_sandbox) as site:
        for settings in (f"{site.project}.settings", f"{site.project}.settings_with_byline"):
            result = site.attempt("manage.py", "test", "--noinput", DJANGO_SETTINGS_MODULE=settings)
            assert result.returncode == 0, f"with {settings}: {result.stderr}"
            assert "OK" in result.stderr
