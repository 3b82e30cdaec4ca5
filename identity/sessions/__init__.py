"""Sessions in the database: their limits, their owners, and the list of a person's browsers."""
