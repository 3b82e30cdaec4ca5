"""The form of one row and its pages."""
