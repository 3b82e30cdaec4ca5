"""The sandbox's data and rules. Nothing here uses HTTP."""
