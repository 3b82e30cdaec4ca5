"""People's profiles: reading, refreshing and showing them, and their locale and time zone."""
