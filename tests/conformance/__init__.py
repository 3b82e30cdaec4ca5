"""Compares the sandbox with what Smartsheet publishes, and tries Smartsheet's clients on it: `make test-sandbox`.

`make test` doesn't run these suites, because they download packages (SDKs, clients, schemathesis) and read reference
material in ../shared/smartsheet, next to the project.
"""
