"""The apps work in a site with its own user model. The model has no names, and its primary key is the e-mail
address.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.test_app_settings import HOST, REGION, ROOT

MODELS = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Member(AbstractBaseUser, PermissionsMixin):
    address = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    smartsheet_token = models.CharField(max_length=100, default="the site's own")
    has_given_roles = models.BooleanField(default=False)
    USERNAME_FIELD = "address"
    objects = BaseUserManager()
"""
STORY = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
call_command("makemigrations", "identity", "edits", "audit", check=True, verbosity=0)

from audit.models import Entry
from identity.backends import SmartsheetBackend
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.sessions import browsers
from identity.signals import activation_changed, signed_out
from identity.signin.oauth import Grant

profile = Profile.parse("com", {"id": 4711, "email": "jane@example.com", "firstName": "Jane"})
grant = Grant(access_token="a", refresh_token="r", expires_at=None, scope="READ_SHEETS")
backend = SmartsheetBackend()
member = backend.authenticate(None, profile=profile, grant=grant)
assert type(member) is get_user_model()
assert not member.has_usable_password()
assert member.smartsheet.name == "Jane"
assert backend.authenticate(None, profile=profile, grant=grant) == member
assert backend.get_user(member.pk) == member
assert backend.get_user(member.pk).smartsheet_token == "the site's own"
signed_out.send(SmartsheetUser, person=member.smartsheet)
member.is_active = False
member.save()  # its sessions end by a receiver
assert browsers.end_all(member) == 0
assert backend.get_user(member.pk) is None
assert backend.authenticate(None, profile=profile, grant=grant) is None

admin = get_user_model().objects.create(address="root@example.com", is_superuser=True)
activation_changed.send(SmartsheetUser, person=member.smartsheet, is_active=False, by=admin)
actors = {entry.actor_name for entry in Entry.objects.all()}
assert {"Jane", "root@example.com"} <= actors, actors
print("as told")
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    members = tmp_path / "members"
    members.mkdir()
    (members / "__init__.py").touch()
    (members / "models.py").write_text(MODELS)
    own = {"TOKEN_KEYS": [Fernet.generate_key().decode()], "SMARTSHEET_REGIONS": {"com": REGION}}
    lines = [f"{name} = {value!r}" for name, value in own.items()]
    lines += ['AUTH_USER_MODEL = "members.Member"', 'INSTALLED_APPS += ["members"]']
    (tmp_path / "site_settings.py").write_text(HOST + "\n".join(lines))
    return tmp_path


def test_people_are_members_of_the_site(site: Path) -> None:
    """People sign in, are recognised, appear in the log and can be blocked. No migration is missing."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": f"{site}:{ROOT}"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    command = [sys.executable, "-W", "error", "-c", STORY]
    result = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, timeout=100)
    assert (result.stdout, result.returncode) == ("as told\n", 0), result.stderr
