"""The log as a file: CSV for spreadsheets, JSON Lines that prove themselves, and what checks those."""
