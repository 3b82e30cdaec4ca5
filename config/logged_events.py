"""Has the audit log hear what happens to people and their tokens."""
