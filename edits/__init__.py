"""Edits sheets as the signed-in person."""
