"""Verifies the log. It compares the entries with the chain, and the chain with seals and anchors."""
