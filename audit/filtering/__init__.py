"""Reads the log's filters from a page's address or a command. Finds the people and sheets to choose from."""
