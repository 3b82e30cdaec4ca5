"""Measures writing to the log: `make bench-audit`.

First, the benchmark compares contestants. Each contestant runs in its own process. The contestants take turns, so that
a busy moment of the machine affects all of them. These are the contestants:
- The floor is a raw INSERT of an entry's columns into a plain table with the log's ordinary indexes.
- Our log records one edit of a cell: its intent and its outcome, in two commits, with the chain.
- Each of Django's packages for audit logs records one saved change of a model, with its actor.

Second, it measures a bulk edit. Third, it measures 8 processes that write at the same time, with the chain and
without the chain. The first run installs the packages into a virtual environment under var/. Times differ between
machines. So the goals are for ratios: our log's time divided by the floor's, and the number of edits with the chain
divided by the number without the chain.
"""
