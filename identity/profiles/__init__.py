"""Profiles of people: read from Smartsheet, refreshed, shown, and the locale and time zone of the reader."""
