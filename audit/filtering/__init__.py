"""What the log can be asked for: filters from an address or a command, and the people and sheets to choose from."""
