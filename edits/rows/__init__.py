"""The row form and its pages."""
