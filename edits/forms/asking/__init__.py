"""Asks people by mail to update rows with a form, and reminds them. Shows what people changed after they were asked."""
