"""Streams all entries to other systems, by standard output, syslog or HTTPS."""
