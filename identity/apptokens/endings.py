"""Ends a person's app tokens when the person is blocked, is deactivated, or disconnects this app. Also ends them when
Smartsheet ends this app's access to the person's Smartsheet account.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models.signals import post_save
from django.dispatch import receiver

from identity.apptokens.models import AppToken, Ending
from identity.models import SmartsheetUser
from identity.signals import activation_changed, disconnected, token_lost


@receiver(activation_changed)
def _end_of_blocked(person: SmartsheetUser, is_active: bool, **_kwargs: Any) -> None:
    if not is_active:
        AppToken.objects.of(person).end(Ending.BARRED)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _end_of_deactivated(instance: AbstractBaseUser, **_kwargs: Any) -> None:
    if not instance.is_active:
        AppToken.objects.filter(person__user=instance.pk).end(Ending.BARRED)


@receiver(disconnected)
def _end_of_disconnected(person: SmartsheetUser, why: str, **_kwargs: Any) -> None:
    AppToken.objects.of(person).end(Ending.TAKEN if why else Ending.DISCONNECTED)


@receiver(token_lost)
def _end_without_access(person: SmartsheetUser, **_kwargs: Any) -> None:
    AppToken.objects.of(person).end(Ending.LEFT)
