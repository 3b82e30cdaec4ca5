"""Compares the sandbox with what Smartsheet publishes, and tries Smartsheet's clients on it: `make test-sandbox`.

None of this runs in `make test`. The suites download packages (SDKs, clients, schemathesis), and read reference
material that is beside the project.
"""
