"""What the database itself guarantees: entries can't be changed, have the database's time, and are chained at commit.
On PostgreSQL it also limits the app's role, and the log has a partition for each month.
"""
