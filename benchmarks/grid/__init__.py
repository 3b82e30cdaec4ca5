"""Measures this app's grid and two other grids in Chromium, in one run."""
