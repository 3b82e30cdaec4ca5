"""The log in figures, from sums that are kept as it grows."""
