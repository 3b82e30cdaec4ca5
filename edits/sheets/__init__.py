"""Sheets, columns, rows and cells: read from Smartsheet's JSON, shown, parsed and written."""
