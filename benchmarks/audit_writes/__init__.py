"""Measures writing to the log: `make bench-audit`.

It compares these contestants. Each runs in its own process, and they take turns, so that a busy moment of the machine
affects all of them:
- The floor is a raw INSERT of an entry's columns into a plain table with the log's ordinary indexes.
- Our log records one edit of a cell: its intent and its outcome, in two commits, with the chain.
- Each of Django's packages for audit logs records one saved change of a model, with its actor.

After that, it measures a bulk edit. Then it measures 8 processes that write at the same time, with the chain and
without the chain. The first run installs the packages into a virtual environment under var/. Times differ between
machines: look at the ratios.
"""
