"""What can be wrong with an export. No Django needed."""


class Wrong(Exception):
    """Something is wrong with a line of an export; says what, as a sentence."""
