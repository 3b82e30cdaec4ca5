"""Retention: removes old months but keeps their seals, and erases names and personal values on request."""
