"""Asks people by mail to update rows with a form, reminds them, and shows what they have changed since."""
