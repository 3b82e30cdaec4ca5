"""Splits SQL of SQLite into tokens, so that two statements can be compared without their white space and comments, and
so that a keyword isn't confused with the same word in a text or name.

https://www.sqlite.org/lang.html
"""

import re

# A quote in a text or name is written twice. A comment that isn't closed goes on until the end.
_TOKENS = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]
    |\w+ | [^\s\w]""",
    re.DOTALL | re.VERBOSE,
)
_QUOTES = "'\"`["


def tokens(sql: str) -> list[str]:
    """Words, texts, quoted names and punctuation, in order. Comments are left out."""
    return [found[0] for found in _TOKENS.finditer(sql) if found["comment"] is None]


def without_quoted(sql: str, *, keep: str = "") -> str:
    """The tokens, with spaces between them, and words in upper case. Each text and each quoted name is replaced with a
    question mark, except for the name `keep`.
    """
    return " ".join(token if token == keep else "?" if token[0] in _QUOTES else token.upper() for token in tokens(sql))
