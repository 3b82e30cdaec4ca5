"""A site with auth.User that installs the wheel: nothing of this repository is on its path."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PACKAGES = ("identity", "edits", "audit", "sandbox")
SITE = HERE / "auth_user_site"

Run = Callable[..., str]


def digest() -> str:
    """Changes with everything that the wheel is made of."""
    files = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*")) if path.suffix != ".pyc"]
    found = sha256((ROOT / "pyproject.toml").read_bytes())
    for path in files:
        if path.is_file():
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python of an environment with the wheel, and with the dependencies of this project by a path of their own."""
    home = ROOT / "var" / "hosts" / digest()
    executable = home / "bin" / "python"
    if (home / "ready").exists():
        return executable
    shutil.rmtree(home.parent, ignore_errors=True)
    venv.create(home, with_pip=True)
    places = home / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (places / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = [str(executable), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", str(home), str(ROOT)], check=True, timeout=250)
    (wheel,) = home.glob("byline-*.whl")
    subprocess.run([*pip, "install", "--quiet", "--no-deps", str(wheel)], check=True, timeout=250)
    (home / "ready").touch()
    return executable


@pytest.fixture
def database(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """An empty database of the same kind as the one that these tests run on."""
    ours = settings.DATABASES["default"]
    if ours["ENGINE"].endswith("sqlite3"):
        yield {"ENGINE": ours["ENGINE"], "NAME": str(tmp_path / "site.sqlite3")}
        return
    name = f"byline_site_{os.getpid()}"
    where = {"host": ours["HOST"], "port": ours["PORT"], "user": ours["USER"], "password": ours["PASSWORD"] or None}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield {key: ours[key] for key in ("ENGINE", "HOST", "PORT", "USER", "PASSWORD")} | {"NAME": name}
        connection.execute(f"DROP DATABASE {name}")


@pytest.fixture
def run(python: Path, database: dict[str, Any], tmp_path: Path, sandbox: RunningSandbox) -> Run:
    """run("manage.py", "check"): the output of a program in a copy of the site, which must succeed."""
    site = tmp_path / "site"
    shutil.copytree(SITE, site)
    shutil.copy(HERE / "story.py", site)

    def run_it(*arguments: str, **more: str) -> str:
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
            "DJANGO_SETTINGS_MODULE": "site1.settings",
            "SITE_DATABASE": json.dumps(database),
            "SITE_FILES": str(tmp_path),
            "SANDBOX_URL": sandbox.url,
            **more,
        }
        result = subprocess.run(
            [str(python), *arguments], cwd=site, env=environment, capture_output=True, text=True, timeout=250
        )
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout

    return run_it


@pytest.mark.skipif(sys.platform == "win32", reason="the paths of an environment differ there")
@pytest.mark.django_db
def test_it_works_from_the_first_command_to_the_edit(run: Run, sandbox: RunningSandbox, alice: Person) -> None:
    run("manage.py", "check", "--fail-level", "ERROR")
    run("manage.py", "makemigrations", "plans", "audit_trail")
    run("manage.py", "makemigrations", "--check", "--dry-run")
    run("manage.py", "migrate", "--verbosity", "0")
    run("manage.py", "check", "--database", "default", "--fail-level", "ERROR")
    run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    plan = SitePlan(sandbox, alice)
    name, row = "Dig foundations", plan.rows["Dig foundations"]
    shown = plan.cell(name, "Status").get("value", "")
    told = json.loads(run("story.py", str(plan.id), str(row), str(alice.id), SHOWN=shown).splitlines()[-1])
    assert told["saved"] == [200, "saved"]
    assert told["conflict"] == [409, "now Blocked"]
    assert plan.cell(name, "Status")["value"] == "Blocked"
    history = sandbox.call(alice, "GET", f"/sheets/{plan.id}/rows/{row}/columns/{plan.columns['Status']}/history")
    assert history["data"][0]["modifiedBy"]["email"] == alice.email
    acts = [(action, phase) for action, phase, _ in told["acts"]]
    for act in [("connect", "done"), ("change", "intent"), ("change", "applied"), ("disconnect", "done")]:
        assert act in acts
