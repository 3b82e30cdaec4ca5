"""A person's Smartsheet profile. Templates, views and the front end use it."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Self

LARGEST_ID = 2**63 - 1
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


class ProfileError(ValueError):
    """The profile that Smartsheet sent can't be used, for example because it has no numeric id."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The JSON that GET /users/me returned for a person, with the person's region.

    `profile["firstName"]` reads a field of this JSON, so templates can use Smartsheet's names of fields. The attributes
    have what every page needs. Smartsheet's profile has no full name, so `name` combines first and last name.
    https://developers.smartsheet.com/api/smartsheet/openapi/users/get-current-user
    """

    region: str
    id: int
    data: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def parse(cls, region: str, data: object) -> Self:
        """Parse the profile in a JSON answer. Raises ProfileError if the profile can't be used."""
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
        """The main e-mail address and the other confirmed addresses, in lower case."""
        return frozenset(email.lower() for email in self._confirmed)

    @property
    def plain_addresses(self) -> frozenset[str]:
        """The person's addresses that can safely be compared with lists of people and domains.

        These are addresses in ASCII with one @. Other addresses are left out: lower() turns some characters outside
        ASCII into ASCII letters, so such an address could become another person's address.
        """
        plain = (email for email in self._confirmed if email.isascii() and email.count("@") == 1)
        return frozenset(email.lower() for email in plain if not email.startswith("@"))

    @property
    def _confirmed(self) -> list[str]:
        further = self.data.get("alternateEmails")
        listed = [one for one in further if isinstance(one, dict)] if isinstance(further, list) else []
        confirmed = [one.get("email") for one in listed if one.get("confirmed") is True]
        return [email for email in (self.email, *(one.strip() for one in confirmed if isinstance(one, str))) if email]

    @property
    def first_name(self) -> str:
        return self._text("firstName")

    @property
    def last_name(self) -> str:
        return self._text("lastName")

    @property
    def name(self) -> str:
        """The first and last name. If the profile has neither, this is the e-mail address. Without an e-mail address,
        it is a text with the id. So it is never empty.
        """
        names = " ".join(part for part in (self.first_name, self.last_name) if part)
        return names or self.email or f"Smartsheet user {self.id}"

    @property
    def initials(self) -> str:
        parts = [part for part in (self.first_name, self.last_name) if part] or [self.email]
        return "".join(part[:1] for part in parts).upper()

    @property
    def domain(self) -> str:
        """The domain of the e-mail address, in lower case. It is "" if the address has several @ or characters outside
        ASCII. lower() turns some of these characters into ASCII letters, so the domain could become another domain.
        """
        mailbox, _at, domain = self.email.lower().partition("@")
        return domain if mailbox and "@" not in domain and self.email.isascii() else ""

    def is_among(self, people: Container[str]) -> bool:
        """Whether `people` has this person, as region:id or as an e-mail address in lower case."""
        return f"{self.region}:{self.id}" in people or (bool(self.domain) and self.email.lower() in people)

    def as_json(self) -> dict[str, Any]:
        """Return the whole profile for a front end, with `name` and `region`, and with each id as a number and as
        text.
        """
        whole: dict[str, Any] = with_text_ids(dict(self.data))
        return {**whole, "name": self.name, "region": self.region}

    def _text(self, key: str) -> str:
        value = self.data.get(key)
        return value.strip() if isinstance(value, str) else ""


def storable(value: Any) -> Any:
    """Return the JSON in a form that PostgreSQL can store. NUL and lone surrogates are replaced, and NaN becomes None.

    A lone surrogate appears when a text is cut in the middle of an emoji.
    https://www.postgresql.org/docs/current/datatype-json.html
    """
    if isinstance(value, str):
        return NOT_STORABLE.sub("\ufffd", value)  # removing characters could turn an address into one that is allowed
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def with_text_ids(value: Any) -> Any:
    """Return the JSON with a text `id_str` or `…Id_str` next to each integer `id` or `…Id`.

    A Smartsheet id can be larger than 2**53, the largest integer that is exact in JavaScript.
    """
    if isinstance(value, list):
        return [with_text_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    texts = {f"{key}_str": str(item) for key, item in value.items() if _is_id(key) and type(item) is int}
    return {key: with_text_ids(item) for key, item in value.items()} | texts


def _is_id(key: str) -> bool:
    return key == "id" or key.endswith("Id")
