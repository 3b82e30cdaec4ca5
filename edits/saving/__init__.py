"""The one write path: every change to a sheet goes through it, from any entry point."""
