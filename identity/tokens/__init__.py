"""Access tokens: encrypted, refreshed by one process at a time, revoked."""
