"""Finds the outcome of edits that got no clear answer, and compares the log with Smartsheet's cell history."""
