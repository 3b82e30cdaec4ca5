"""Charts of the log. They are drawn from sums that are updated as the log grows."""
