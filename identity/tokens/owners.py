"""Asks Smartsheet to end a user's token if the user is deleted, deactivated, or merged with another user.

Importing this module registers the receivers. `QuerySet.update()` sends no signal, so the worker also searches for
deactivated users who have a token.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver

from identity.models import SmartsheetUser
from identity.tokens.returning import give_back, return_due

DELETED = "The user, or the user's Smartsheet account, was deleted from this app."
DEACTIVATED = "The user was deactivated."
MOVED = "The Smartsheet account was moved to another user. The new user has to connect the account again."


def return_tokens() -> int:
    """First, ask Smartsheet to end the tokens of deactivated and blocked users. Second, call return_due(), which asks
    again about the tokens that Smartsheet hasn't ended yet. Return how many tokens Smartsheet ended in the second step.
    """
    for person in SmartsheetUser.objects.deactivated():
        give_back(person, why=DEACTIVATED)
    return return_due()


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _of_deactivated(instance: AbstractBaseUser, raw: bool = False, **_kwargs: Any) -> None:
    if raw or instance.is_active:
        return
    for person in SmartsheetUser.objects.filter(user=instance.pk):
        give_back(person, why=DEACTIVATED)


@receiver(pre_delete, sender=SmartsheetUser)
def _of_deleted(instance: SmartsheetUser, **_kwargs: Any) -> None:
    give_back(instance, why=DELETED)


@receiver(pre_save, sender=SmartsheetUser)
def _of_moved(instance: SmartsheetUser, raw: bool = False, **_kwargs: Any) -> None:
    """Ask Smartsheet to end the person's token if the SmartsheetUser gets another Django user. This happens when a tool
    merges two users.
    """
    if not raw and SmartsheetUser.objects.filter(pk=instance.pk).exclude(user=instance.user_id).exists():
        give_back(instance, why=MOVED)
