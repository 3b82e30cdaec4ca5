"""Removes spaces around a text, exactly as browsers do."""

from __future__ import annotations

# The characters that trim() and \s mean in JavaScript. In Python, strip() and \s also mean U+001C to U+001F and U+0085,
# and they don't mean U+FEFF, the byte order mark that some programs put before a copied text.
SPACES = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
    "\u3000\ufeff"
)
SPACE = f"[{SPACES}]"  # as \s in a pattern


def trimmed(text: str) -> str:
    """Return the text without the spaces around it."""
    return text.strip(SPACES)
