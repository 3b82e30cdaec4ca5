"""Every entry to whoever else keeps the log: standard output, syslog, HTTPS."""
