"""Signing in with Smartsheet: OAuth, states, who is admitted, and what people read when it fails."""
