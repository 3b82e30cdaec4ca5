"""Roles give people rights beyond editing in their own name. The admin and the settings give people roles.

A person's roles are looked up at each request, so a change takes effect immediately. The settings BYLINE_AUDITORS,
BYLINE_FORM_DESIGNERS and BYLINE_ADMINISTRATORS list people as region:id or by e-mail address. A role that these
settings give can't be taken away in the admin.
"""

from collections.abc import Iterable

from django.db import models

from identity.conf import settings
from identity.profiles.history import Tracked, TrackedQuerySet, records
from identity.profiles.profile import Profile


class RoleName(models.TextChoices):
    AUDITOR = "auditor", "auditor"
    FORM_DESIGNER = "form_designer", "form designer"
    ADMINISTRATOR = "administrator", "administrator"


USE_ADMIN = "identity.use_admin"
BAR_PEOPLE = "identity.bar_people"
AUDITING = frozenset({"audit.view_all", "audit.export"})
PERMISSIONS: dict[str, frozenset[str]] = {
    RoleName.AUDITOR: AUDITING,
    RoleName.FORM_DESIGNER: frozenset({"edits.design_forms"}),
    RoleName.ADMINISTRATOR: AUDITING
    | {
        "audit.erase",
        "audit.view_entry",
        USE_ADMIN,
        BAR_PEOPLE,
        "identity.view_smartsheetuser",
        "identity.view_historicalsmartsheetuser",
        "identity.view_role",
        "identity.add_role",
        "identity.delete_role",
        "identity.view_historicalrole",
        "edits.view_personalcolumn",
        "edits.add_personalcolumn",
        "edits.change_personalcolumn",
        "edits.delete_personalcolumn",
        "edits.view_historicalpersonalcolumn",
        "edits.take_over_forms",
    },
}


def by_settings(profile: Profile) -> frozenset[str]:
    """Return the roles that the settings give this person."""
    return frozenset(name for name in RoleName if profile.is_among(settings.ROLES.get(name, ())))


def permissions_of(roles: Iterable[str]) -> set[str]:
    """Return all permissions of these roles, in Django's form "app.codename"."""
    return {permission for role in roles for permission in PERMISSIONS[role]}


class Role(Tracked):
    """A role that was given to a person in the admin. The history says who gave it, and when."""

    person = models.ForeignKey("identity.SmartsheetUser", on_delete=models.CASCADE, related_name="given_roles")
    name = models.CharField("role", max_length=20, choices=RoleName.choices)

    objects = TrackedQuerySet["Role"].as_manager()
    history = records(excluded_fields=[])

    class Meta:
        ordering = ["name", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_row_per_role")]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.person}"

    @property
    def audit_label(self) -> str:
        return f"{self.get_name_display()}: {self.person.audit_label}"
