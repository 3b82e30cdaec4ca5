"""Filters of the log, which come from an address or a command, and the people and sheets that they offer."""
