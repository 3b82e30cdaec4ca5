"""Connects the log with the other apps: it records sign-ins and tokens, tells the log which sheets its reader can open,
reads cell histories from Smartsheet, and anchors seals in a sheet.
"""
