"""Measures the grid and other grids in one run in Chromium."""
