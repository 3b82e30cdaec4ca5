"""Smartsheet's tokens: they are stored encrypted, refreshed by one process at a time, and revoked."""
