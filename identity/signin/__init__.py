"""Signing in with Smartsheet: OAuth, states, who is admitted, and the pages for failures."""
