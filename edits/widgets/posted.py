"""Defines the texts that a browser sends for a cell, and how a hidden field stores them.

Browsers send line ends as \\r\\n, which become \\n here. The hidden field has the texts that the control showed. If the
person typed nothing, the browser sends the same texts back. So shown and sent texts can be compared without parsing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from edits.sheets.held_values import text_of

_ENCODER = json.JSONEncoder(ensure_ascii=False)

OTHER, LINK, SURE, ORDER = "other-", "link-", "sure-", "order-"  # prefixes of a field's name


@dataclass(frozen=True, slots=True)
class Posted:
    """The data that a browser sends for a cell. `chosen` holds the control's value: one text, or several chosen texts.
    `other` is what was typed next to the choices. `link` is the address of the hyperlink. `sure` is the result of
    remember() for the texts that the person has confirmed.
    """

    chosen: tuple[str, ...] = ()
    other: str = ""
    link: str | None = None
    sure: str = ""

    @property
    def texts(self) -> list[str]:
        """All texts that aren't empty."""
        return [text for text in (*self.chosen, self.other, self.link or "") if text]

    @property
    def is_sure(self) -> bool:
        """Whether the person has confirmed exactly these texts."""
        return self.sure == remember(self.texts)


def is_same(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether `one` and `other` have the same texts, in any order. Empty texts don't count."""
    return sorted(filter(None, one)) == sorted(filter(None, other))


def remember(texts: Iterable[str]) -> str:
    """Return the texts as one text for a hidden field."""
    return _ENCODER.encode([*texts])


def remembered(text: str) -> list[str]:
    """Return the texts in a hidden field. If a program sent a value that isn't a list, the value is one text."""
    try:
        found = json.loads(text)
        if isinstance(found, list):
            "".join(found).encode()  # raises UnicodeEncodeError for lone surrogates, because they can't be shown again
            return [text_of(one) for one in found]
    except (TypeError, ValueError, RecursionError):  # TypeError: not all items are texts
        pass
    return [text_of(text)] if text else []
