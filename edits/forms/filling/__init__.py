"""The pages on which people fill in forms: their forms, their rows in a form, and the form of one row."""
