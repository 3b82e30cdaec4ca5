"""What the database itself sees to: append-only, its own clock, the chain at commit, the months, the app's role."""
