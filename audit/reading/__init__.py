"""The pages of the log and of single entries."""
