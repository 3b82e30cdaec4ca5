"""Reads sheets, columns, rows and cells, shows and parses their values, and prepares values for writing."""
