"""Whether the log is what was written: read as it stands, and held against its chain, seals and anchors."""
