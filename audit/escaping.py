"""Makes text from outside safe to print or to show: escapes or removes some of its characters. This module needs no
Django.
"""

import re

# Embeddings, overrides and isolates. An unclosed one in a name or value would reorder the sentence around it, because
# CSS and <bdi> only close their own isolates. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text, with an escape for each character that can start a line, reverse the text or control a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def without_bidi_controls(text: str) -> str:
    """The text without the characters that change the direction of the text around it. Use this for a name or a value
    in the middle of a sentence.
    """
    return text if text.isascii() else _BIDI_CONTROLS.sub("", text)
