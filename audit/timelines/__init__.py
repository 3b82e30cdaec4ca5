"""One person, sheet, row, cell or record followed through the log."""
