"""Queries for users that work with any user model of the site."""

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q


def inactive(prefix: str = "") -> Q:
    """Return the condition for deactivated users. If the user model has no field `is_active`, the condition matches no
    one.
    """
    try:
        get_user_model()._meta.get_field("is_active")
    except FieldDoesNotExist:
        return Q(pk__in=[])
    return Q(**{f"{prefix}is_active": False})
