"""Timelines of a person, sheet, row, cell or record."""
