"""Ends the tokens of people who are barred, disconnect this app, or lose Smartsheet's access."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models.signals import post_save
from django.dispatch import receiver

from identity.apptokens.models import AppToken, Ending
from identity.models import SmartsheetUser
from identity.signals import disconnected, token_lost


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _end_of_barred(instance: AbstractBaseUser, **_kwargs: Any) -> None:
    if not instance.is_active:
        AppToken.objects.filter(person__user=instance.pk).end(Ending.BARRED)


@receiver(disconnected)
def _end_of_disconnected(person: SmartsheetUser, **_kwargs: Any) -> None:
    AppToken.objects.of(person).end(Ending.DISCONNECTED)


@receiver(token_lost)
def _end_without_access(person: SmartsheetUser, **_kwargs: Any) -> None:
    AppToken.objects.of(person).end(Ending.LEFT)
