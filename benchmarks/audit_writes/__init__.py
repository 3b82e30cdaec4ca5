"""Measures writing to the log: `make bench-audit`.

It compares several contestants, each in its own process. They take turns, so that a busy moment of the machine affects
all of them:
- The floor is a raw INSERT of an entry's columns into a plain table with the log's ordinary indexes.
- Our log records one edit of a cell: intent and outcome, with two commits, and chained.
- Each of Django's packages for audit logs records one saved change of a model, with its actor.

After that, it measures a bulk edit, and 8 processes that write at the same time, with the chain and without it. The
packages are in a virtual environment under var/, which the first run creates. Times differ between machines: look at
the ratios.
"""
