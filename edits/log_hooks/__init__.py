"""Connects the log with the other apps: records sign-ins and tokens, finds out which sheets a reader of the log can
open, reads cell histories from Smartsheet, and anchors seals in a sheet.
"""
