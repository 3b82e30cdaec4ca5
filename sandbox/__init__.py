"""A local replacement for Smartsheet's API 2.0 and its sign-in, for practice and tests: `python -m sandbox`."""
