"""Exports of the log, as CSV for spreadsheets or as JSON Lines with proof, and the code that verifies this proof."""
