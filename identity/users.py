"""What this app asks of the site's user model, whatever it is."""

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q


def inactive(prefix: str = "") -> Q:
    """A condition for users who are deactivated; nobody is, if the model has no column `is_active`."""
    try:
        get_user_model()._meta.get_field("is_active")
    except FieldDoesNotExist:
        return Q(pk__in=[])
    return Q(**{f"{prefix}is_active": False})
