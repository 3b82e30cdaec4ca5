"""A Django app of one model, which the packages audit."""
