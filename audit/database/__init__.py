"""What the database itself guarantees. Entries can't be changed. The database sets their times, and links them to the
chain. On PostgreSQL, the database also limits the rights of the app's role, and the log has a partition for each month.
"""
