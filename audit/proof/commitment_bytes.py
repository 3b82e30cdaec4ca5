"""Commitments that anyone can check: the HMAC-SHA256 of a text. The HMAC's key is a random salt. This module needs no
Django.

In values and evidence, a commitment is {"hmac":"<64 hex digits>","objectType":"COMMITMENT"} as canonical JSON. No one
can forge a commitment by typing this text into a sheet: the log stores such a text as a JSON string, with escaped
quotes. https://www.rfc-editor.org/rfc/rfc2104
"""

import hmac
import re
from collections.abc import Callable, Sequence

from audit.proof import leaves

SALT = 32  # bytes; HMAC pads or hashes a salt of another length, so two salts could give the same commitment
OBJECT_TYPE = "COMMITMENT"

_FORM = re.compile(rf'\{{"hmac":"([0-9a-f]{{64}})","objectType":"{OBJECT_TYPE}"\}}')
_ACTOR, *_MAY_HOLD = (leaves.COLUMNS.index(column) for column in ("actor", "old", "new", "evidence"))


def commit(*, salt: str, text: str) -> str:
    """The commitment to a text, as 64 hex digits. `salt` is in hex."""
    return hmac.digest(bytes.fromhex(salt), text.encode(), "sha256").hex()


def is_opened(commitment: str, *, salt: str, text: str) -> bool:
    """Whether this text and this salt give the commitment."""
    try:
        raw = bytes.fromhex(salt)
        return len(raw) == SALT and raw.hex() == salt and commit(salt=salt, text=text) == commitment
    except ValueError:  # the salt isn't hex, or the text isn't UTF-8
        return False


def in_value(value: str | None) -> str:
    """The commitment that a value of the log consists of; "" if the value isn't a commitment."""
    found = _FORM.fullmatch(value) if value else None
    return found[1] if found else ""


def within(text: str | None) -> list[str]:
    """The commitments in a value or in evidence (canonical JSON), in order."""
    return _FORM.findall(text) if text and OBJECT_TYPE in text else []  # looking for OBJECT_TYPE first is faster


def of_entry(values: Sequence[object]) -> list[str]:
    """Return the commitments in an entry: first the commitment to its actor, then the commitments in its values and
    evidence. `values` are in the order of leaves.COLUMNS.
    """
    texts = (values[place] for place in _MAY_HOLD)
    return [str(values[_ACTOR])] + [one for text in texts if isinstance(text, str) for one in within(text)]


def replaced(text: str, by: Callable[[str], str]) -> str:
    """The canonical JSON `text`, with each commitment replaced. The function `by` returns the text that replaces a
    commitment.
    """
    return _FORM.sub(lambda found: by(found[1]), text)
