"""The list of sheets, and a sheet as a table."""
