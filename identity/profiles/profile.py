"""What Smartsheet says of a person, whole, as templates, views and the front end get it."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Self

LARGEST_ID = 2**63 - 1
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class ProfileError(ValueError):
    """What Smartsheet sent is no profile: it has no usable id."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A person of one region, by the JSON of GET /users/me.

    `profile["firstName"]` reads that JSON, so that a template may name a field as Smartsheet does; the
    attributes are what every page needs. Smartsheet's profile has no name: `name` is made of its parts.
    https://developers.smartsheet.com/api/smartsheet/openapi/users/get-current-user
    """

    region: str
    id: int
    data: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def parse(cls, region: str, data: object) -> Self:
        """The profile in a JSON answer; raises ProfileError when it names nobody."""
        if not isinstance(data, dict):
            raise ProfileError("The profile is not a JSON object.")
        id_ = data.get("id")
        if type(id_) is not int or not 0 < id_ <= LARGEST_ID:
            raise ProfileError("The profile has no numeric id.")
        try:
            return cls(region=region, id=id_, data=storable(data))
        except RecursionError:
            raise ProfileError("The profile is nested too deeply.") from None

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    @property
    def email(self) -> str:
        return self._text("email")

    @property
    def addresses(self) -> frozenset[str]:
        """The main e-mail address and the further ones that the person confirmed, in small letters."""
        further = self.data.get("alternateEmails")
        listed = [one for one in further if isinstance(one, dict)] if isinstance(further, list) else []
        confirmed = [one.get("email") for one in listed if one.get("confirmed") is True]
        found = [self.email, *(email.strip() for email in confirmed if isinstance(email, str))]
        return frozenset(email.casefold() for email in found if email)

    @property
    def first_name(self) -> str:
        return self._text("firstName")

    @property
    def last_name(self) -> str:
        return self._text("lastName")

    @property
    def name(self) -> str:
        """First and last name, or what there is of them, or the e-mail address; never nothing."""
        names = " ".join(part for part in (self.first_name, self.last_name) if part)
        return names or self.email or f"Smartsheet user {self.id}"

    @property
    def initials(self) -> str:
        parts = [part for part in (self.first_name, self.last_name) if part] or [self.email]
        return "".join(part[:1] for part in parts).upper()

    @property
    def domain(self) -> str:
        """What stands behind the @ of the e-mail address, in small letters; "" if it is no plain address.

        Outside ASCII there are characters that only look the same in small letters, so such an address has none.
        """
        mailbox, _at, domain = self.email.lower().partition("@")
        return domain if mailbox and "@" not in domain and self.email.isascii() else ""

    def is_among(self, people: Container[str]) -> bool:
        """Whether the person is one of those named in settings: as region:id, or by e-mail in small letters."""
        return f"{self.region}:{self.id}" in people or (bool(self.domain) and self.email.lower() in people)

    def as_json(self) -> dict[str, Any]:
        """The whole profile for a front end, with `name` and `region`, and every id as text as well."""
        whole: dict[str, Any] = with_text_ids(dict(self.data))
        return {**whole, "name": self.name, "region": self.region}

    def _text(self, key: str) -> str:
        value = self.data.get(key)
        return value.strip() if isinstance(value, str) else ""


def storable(value: Any) -> Any:
    """The same JSON without what PostgreSQL does not store: a mark for NUL and halves of characters, None for NaN.

    Halves come of texts that were cut in the middle of an emoji. https://www.postgresql.org/docs/current/datatype-json.html
    """
    if isinstance(value, str):
        return NOT_STORABLE.sub("\ufffd", value)  # left out, an address could turn into one that is let in
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def with_text_ids(value: Any) -> Any:
    """The same JSON, each integer under `id` or `…Id` also as text under `id_str` or `…Id_str`.

    JavaScript's numbers end at 2**53; Smartsheet's ids do not.
    """
    if isinstance(value, list):
        return [with_text_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    texts = {f"{key}_str": str(item) for key, item in value.items() if _is_id(key) and type(item) is int}
    return {key: with_text_ids(item) for key, item in value.items()} | texts


def _is_id(key: str) -> bool:
    return key == "id" or key.endswith("Id")
