"""The form for a new app token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from identity.apptokens.models import AppToken, Scope
from identity.conf import settings

MOST = 20  # the most active tokens that one person can have
DAYS = (7, 30, 90, 180, 365)
USUAL = 90


class AppTokenForm(forms.Form):
    """The form for the name, the scopes and the duration of a new token."""

    name = forms.CharField(
        max_length=60,
        label="What it is for",
        help_text="Such as “nightly import”. The audit log refers to the token by its number.",
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="It can be used to",
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": "Choose at least one."},
    )
    days = forms.TypedChoiceField(label="It ends after", coerce=int, widget=forms.Select({"class": "form-select"}))

    def __init__(self, data: Any = None, *, person: Any) -> None:
        super().__init__(data, auto_id="token-%s", use_required_attribute=False)
        self._person = person
        offered = days_offered()
        days: Any = self.fields["days"]
        days.choices = [(number, f"{number} days") for number in offered]
        days.initial = USUAL if USUAL in offered else offered[-1:]

    def clean_name(self) -> str:
        """Refuse the name of another active token of the person. So sending the form twice creates only one token."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError("Use printable characters.")
        if AppToken.objects.of(self._person).active().filter(name=name).exists():
            raise ValidationError(f"You already have a token called “{name}”.")
        return name

    def clean(self) -> dict[str, Any]:
        if AppToken.objects.of(self._person).active().count() >= MOST:
            raise ValidationError(f"You have {MOST} tokens, the most that a person can have. End one of them first.")
        return self.cleaned_data


def days_offered() -> list[int]:
    """Return the durations, in days, that people can choose. The list is empty if this deployment has no app tokens."""
    longest: int = settings.APP_TOKEN_DAYS
    return [days for days in DAYS if days <= longest] or ([longest] if longest else [])
