"""Texts of others in lines of ours. No Django needed."""


def printable(text: str) -> str:
    """The text with all escaped by which it could begin another line, turn round what follows or command a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
