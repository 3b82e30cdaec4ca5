"""What a browser sends of one cell: a list of texts, and how a hidden field remembers it.

Line ends are \\n, as browsers make \\r\\n of either. What was shown and what is sent travel through the same browser.
So the two are the same texts as long as nobody types, and nothing is parsed to find that out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from edits.sheets.held_values import text_of

OTHER, LINK, SURE = "other-", "link-", "sure-"  # what is in front of a field's name


@dataclass(frozen=True, slots=True)
class Posted:
    """`chosen` is what the cell's own control holds: a text, or each choice. `other` is what was typed beside the
    choices, `link` where the cell leads to, `sure` what the person has confirmed, as `remember` has it."""

    chosen: tuple[str, ...] = ()
    other: str = ""
    link: str | None = None
    sure: str = ""

    @property
    def texts(self) -> list[str]:
        """All of it that is not empty."""
        return [text for text in (*self.chosen, self.other, self.link or "") if text]

    @property
    def is_sure(self) -> bool:
        """Whether the person has confirmed this, and not something else that they typed before."""
        return self.sure == remember(self.texts)


def is_same(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether nothing was typed between the two; the order in which choices are sent says nothing."""
    return sorted(filter(None, one)) == sorted(filter(None, other))


def remember(texts: Iterable[str]) -> str:
    """The texts as one, for a hidden field."""
    return json.dumps([*texts], ensure_ascii=False)


def remembered(text: str) -> list[str]:
    """The texts that a hidden field remembers. What isn't a list, as in a form that a program made, is one text."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # halves of characters can't be shown again
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return [text_of(one) for one in found]
    return [text_of(text)] if text else []
