"""A Django app with one model, which the packages audit."""
