"""Commitments as anyone can check them: HMAC-SHA256 of a text, with a random salt as the key. No Django needed.

In values and evidence a commitment stands as {"hmac":"<64 hex digits>","objectType":"COMMITMENT"}, which is canonical
JSON. Nobody can type one into a sheet: a text that looks like it stands in the log as a JSON string, with its quotes
escaped.
https://www.rfc-editor.org/rfc/rfc2104
"""

import hmac
import re
from collections.abc import Callable, Sequence

from audit.proof import leaves

SALT = 32  # bytes. HMAC pads a short key with zeros and hashes a long one, so another length could give the same value
OBJECT_TYPE = "COMMITMENT"

_FORM = re.compile(rf'\{{"hmac":"([0-9a-f]{{64}})","objectType":"{OBJECT_TYPE}"\}}')
_ACTOR, *_MAY_HOLD = (leaves.COLUMNS.index(column) for column in ("actor", "old", "new", "evidence"))


def commit(*, salt: str, text: str) -> str:
    """The commitment to a text: 64 hex digits. `salt` is hex too."""
    return hmac.digest(bytes.fromhex(salt), text.encode(), "sha256").hex()


def is_opened(commitment: str, *, salt: str, text: str) -> bool:
    """Whether this is the text that was committed to, with the salt as it was written then."""
    try:
        raw = bytes.fromhex(salt)
        return len(raw) == SALT and raw.hex() == salt and commit(salt=salt, text=text) == commitment
    except ValueError:  # a salt that is no hex, a text that is no UTF-8
        return False


def in_value(value: str | None) -> str:
    """The commitment that a value of the log (canonical JSON) is; "" if it is none."""
    found = _FORM.fullmatch(value) if value else None
    return found[1] if found else ""


def within(text: str | None) -> list[str]:
    """The commitments in a value or in evidence (canonical JSON), in their order."""
    return _FORM.findall(text) if text and OBJECT_TYPE in text else []  # the search alone is quicker


def of_entry(values: Sequence[object]) -> list[str]:
    """The commitments that an entry names, of its actor and in its values, by the order of leaves.COLUMNS."""
    texts = (values[place] for place in _MAY_HOLD)
    return [str(values[_ACTOR])] + [one for text in texts if isinstance(text, str) for one in within(text)]


def replaced(text: str, by: Callable[[str], str]) -> str:
    """Canonical JSON with another text in place of each commitment."""
    return _FORM.sub(lambda found: by(found[1]), text)
