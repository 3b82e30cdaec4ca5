"""Connects identity, edits and audit: events as entries, readable sheets, cell histories, anchors."""
