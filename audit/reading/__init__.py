"""The log as people read it: who may, by which filters, a page at a time, in words."""
