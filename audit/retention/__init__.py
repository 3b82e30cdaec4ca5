"""Retention: removes old months and keeps the proof, and erases names and personal values on request."""
