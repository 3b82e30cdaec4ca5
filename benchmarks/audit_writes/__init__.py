"""Measures writing to the log: `make bench-audit`.

In one run, and in turns, so that a busy moment of the machine affects all of them: a raw INSERT of an entry's
columns into a plain table with the log's ordinary indexes (the floor), one edit of a cell through the log (intent and
outcome, two commits, chained), and one saved change of a model under each of the packages that Django has for audit
logs, with their actor set. Then a bulk edit, and 8 processes at once with the chain and without it. Every contestant
is a process of its own; the packages live in a virtual environment under var/, which the first run makes. Times differ
from machine to machine: look at the ratios.
"""
